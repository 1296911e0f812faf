"""Words that were meant: those that are one slip (a letter missing, changed or swapped) away from a known one, or written short with a
figure ("some1"). Pure."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from chalicelib.bot.interpretation.phrases import WordLists
from chalicelib.knowledge.index.words import deletions

_LISTS = WordLists(__file__)
_LATIN = re.compile(r"(?<![A-Za-z0-9@.-])[A-Za-z]{3,}(?![A-Za-z0-9@-])")
_BE = re.compile(r"\b(?:were|wear|whare)(?= (?:is|are|my|the)\b)", re.IGNORECASE)
_KEPT = 4_096  # words whose meaning is remembered


class Speller:
    """Corrects words towards a short list, and writes out those with a figure; every other word stays as it is, and so does a short one."""

    def __init__(self, words: str, least: int = 5, from_start: bool = False) -> None:
        """`least`: letters of a word that may be misspelt. `from_start`: its first letter is right, and a plural is no slip."""
        self._least, self._from_start = least, from_start
        self._words = frozenset(words.split())
        self._parts = {part: word for word in words.split() for part in deletions(word)}
        self._meant = lru_cache(maxsize=_KEPT)(self._found)

    def corrected(self, said: str) -> str:
        return " ".join(map(self._meant, said.split()))

    def _found(self, word: str) -> str:
        if full := _LISTS.data["short"].get(word):
            return str(full)
        if len(word) < self._least or word in self._words:
            return word
        near = (self._parts[part] for part in deletions(word) if part in self._parts)
        return next((meant for meant in near if self._is_slip(word, meant)), word)

    def _is_slip(self, word: str, meant: str) -> bool:
        is_other = self._from_start and (word[0] != meant[0] or word == f"{meant}s")
        return abs(len(meant) - len(word)) < 2 and not is_other


def mended(text: str) -> str:
    """A message about an order with the slips in its words mended; all else, as numbers and signs, stays where it is."""
    return _LATIN.sub(_without_slip, _BE.sub("where", text))


def _without_slip(match: re.Match[str]) -> str:
    word = match[0].lower()
    meant = _LISTS.data["slips"].get(word) or _of_orders().corrected(word)
    return match[0] if meant == word else str(meant)


@cache
def _of_orders() -> Speller:
    return Speller(_LISTS.data["orders"], from_start=True)
