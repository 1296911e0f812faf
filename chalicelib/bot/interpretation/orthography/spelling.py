"""Words that were meant: those that are one slip (a letter missing, changed or swapped) away from a known one, or written short with a
figure ("some1"). Pure."""

from __future__ import annotations

from functools import lru_cache

from chalicelib.bot.phrases import WordLists
from chalicelib.knowledge.words import deletions

_LISTS = WordLists(__file__)
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
