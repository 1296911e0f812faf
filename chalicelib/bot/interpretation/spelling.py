"""Words that were meant: those that are one slip (a letter missing, changed or swapped) away from a known one. Pure."""

from __future__ import annotations

from functools import lru_cache

from chalicelib.knowledge.words import deletions

_LEAST = 5  # letters of a word that may be misspelt
_KEPT = 4_096  # words whose meaning is remembered


class Speller:
    """Corrects words towards a short list; every other word stays as it is."""

    def __init__(self, words: str) -> None:
        self._words = frozenset(words.split())
        self._parts = {part: word for word in words.split() for part in deletions(word)}
        self._meant = lru_cache(maxsize=_KEPT)(self._found)

    def corrected(self, said: str) -> str:
        return " ".join(map(self._meant, said.split()))

    def _found(self, word: str) -> str:
        if len(word) < _LEAST or word in self._words:
            return word
        near = (self._parts[part] for part in deletions(word) if part in self._parts)
        return next((meant for meant in near if abs(len(meant) - len(word)) < 2), word)
