"""Short replies as words: one plain form, and patterns from word lists of both languages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chalicelib.knowledge.index.words import normal

HAN = re.compile(r"[㐀-䶿一-鿿]")
_NOISE = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Words with single spaces, no punctuation, apostrophes or emoji (a keypad's number is its number)."""
    return _NOISE.sub(" ", normal(text).replace("'", "").replace("’", "")).strip()


def alternatives(words: Iterable[str]) -> str:
    """A pattern's source that finds one of these, the longest first; Chinese has no borders of words."""
    longest = sorted(words, key=len, reverse=True)
    latin, han = [word for word in longest if not HAN.search(word)], [word for word in longest if HAN.search(word)]
    return "|".join([*([rf"\b(?:{_by_start(latin)})\b"] if latin else []), *([_by_start(han)] if han else [])])


def _by_start(words: Iterable[str]) -> str:
    """Grouped by their first character: a text is compared with few of them at each of its places."""
    groups: dict[str, list[str]] = {}
    for word in words:
        groups.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(start)}(?:{'|'.join(rest)})" for start, rest in groups.items())
