"""The words that the published articles hold: titles, ways to ask and texts of all languages. Pure."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache

from chalicelib.knowledge.index.passages import Passages
from chalicelib.knowledge.index.words import SPELLED, deletions, normal

_WORD = re.compile(r"[^\W\d_㐀-䶿一-鿿]+|\d+")
_ADDRESS = re.compile(r"https?://[!-~]+")
_ENDS = ("s", "es", "d", "ed", "r", "er", "ing", "ly", "ment", "ion", "ions", "able", "y", "e")


@dataclass(frozen=True, slots=True)
class Held:
    """`said`: all texts in normal form. `stems`: the words without their endings; `slips`: what is left of a word without a letter."""

    said: str
    stems: Set[str]
    slips: Set[str]

    def has(self, word: str) -> bool:
        """Is it a word of the articles in any form, or a slip of the finger away from one?"""
        if self.holds(word):
            return True
        near = deletions(word) if len(word) > SPELLED else [word]  # of two short words any two may share what is left
        swapped = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1))
        return any(f"{word[0]}{part}" in self.slips for part in near) or any(one in self.stems for one in swapped)

    def holds(self, word: str) -> bool:
        """Is it a word of the articles in any form?"""
        return bool(stems(word) & self.stems)

    def lacks(self, pattern: str) -> bool:
        return not re.search(pattern, self.said)


@lru_cache(maxsize=2)
def held(known: Passages) -> Held:
    """Of what is published now."""
    articles = known.articles.values()
    said = normal_of("\n".join(text for one in articles for text in (one.title, *one.examples, one.text)))
    every = frozenset(words(said))
    without = frozenset(stem for word in every for stem in stems(word))
    return Held(said, without, frozenset(f"{word[0]}{part}" for word in every if len(word) >= SPELLED for part in deletions(word)))


def words(said: str) -> list[str]:
    """Of a text in normal form; Chinese has none."""
    return _WORD.findall(said)


def normal_of(text: str) -> str:
    """The whole text in normal form, which a message is only up to a length."""
    return "\n".join(normal(line) for line in _ADDRESS.sub(" ", text).split("\n"))


def stems(word: str) -> frozenset[str]:
    """The word with and without its endings; a short one is only itself."""
    return frozenset([word, *(word.removesuffix(end) for end in _ENDS if len(word) - len(end) >= (SPELLED if end[1:] else SPELLED - 1))])
