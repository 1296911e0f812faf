"""Words of Hong Kong, Taiwan and of everyday speech as the knowledge says them: one wording to search in. Pure; the words are data."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from chalicelib.knowledge.words import simplified

_HAN = re.compile(r"[㐀-䶿一-鿿]")


def mainland(text: str) -> str:
    """A text to search with; one without Chinese characters stays as it is."""
    if not _HAN.search(text):
        return text
    return _spoken().sub(lambda match: _words()[match[0]], simplified(text))


@cache
def _spoken() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_words(), key=len, reverse=True))))


@cache
def _words() -> dict[str, str]:
    content: dict[str, dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return content["words"]
