"""Words of Hong Kong, Taiwan and of everyday speech as the knowledge says them: one wording to search in. Pure; the words are data."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from chalicelib.knowledge.index.words import simplified

_HAN = re.compile(r"[㐀-䶿一-鿿]")


def mainland(text: str) -> str:
    """A text to search with; one without Chinese characters stays as it is."""
    if not _HAN.search(text):
        return text
    return _spoken().sub(lambda match: _words()[match[0]], simplified(text))


def as_written(words: str, text: str) -> str:
    """What stands in `text` for words of its searched wording: hers, to be quoted; the words themselves if they are none of hers."""
    if words in text or not _HAN.search(text):
        return words
    searched, origins = "", list[int]()  # the searched wording, and for each of its characters where it comes from
    said, end = simplified(text), 0
    for match in (*_spoken().finditer(said), None):
        start = match.start() if match else len(said)
        meant = _words()[match[0]] if match else ""
        searched, origins = searched + said[end:start] + meant, [*origins, *range(end, start), *([start] * len(meant))]
        end = match.end() if match else start
    place = searched.find(words)
    return text[origins[place] : [*origins, len(text)][place + len(words)]].strip() if place >= 0 else words


@cache
def _spoken() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_words(), key=len, reverse=True))))


@cache
def _words() -> dict[str, str]:
    content: dict[str, dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return content["words"]
