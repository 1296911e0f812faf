"""Words and their parts as vectors: sublinear TF-IDF, and an inverted index of them in flat arrays. Pure; numpy.

A text's words (with pairs of words, and what Chinese is cut into) weigh as much together as all parts of its words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge.index.words import SPELLED, Cut, cut, deletions, hashed

Floats = NDArray[np.float32]

BUDGET = 20_000  # postings looked at per text, rarest terms first: bounds the time for any size of knowledge


@dataclass(frozen=True, slots=True)
class TextTerms:
    """One text as the knowledge hears it. `places` of its known terms in `keys` and their `weights`, of a whole of length 1;
    `known`: share of its words, `mass`: share of its information that the knowledge has."""

    places: NDArray[np.int64]
    weights: Floats
    known: float
    mass: float
    words: int
    han: bool


@dataclass(frozen=True, slots=True)
class Spelling:
    """`deleted`: hashes of what is left of a known word after a typing error, rising; `words[meant[i]]` is that word."""

    words: tuple[str, ...]
    deleted: NDArray[np.uint32]
    meant: NDArray[np.int32]

    def neighbour(self, word: str) -> str:
        """The known word that is one typing error away and begins alike, else the word itself."""
        for part in deletions(word):
            key = hashed(part)
            at = int(np.searchsorted(self.deleted, key))
            if at < len(self.deleted) and self.deleted[at] == key:
                near = self.words[self.meant[at]]
                return near if near[0] == word[0] else word
        return word


@dataclass(frozen=True, slots=True)
class Lexical:
    """`keys`: hashes of all terms, rising; the wordings that have the term `keys[i]` are `docs[starts[i]:starts[i + 1]]`, each
    with its weight. `unknown`: the weight of a term that was never seen."""

    count: int
    unknown: float
    keys: NDArray[np.uint32]
    idf: Floats
    starts: NDArray[np.int32]
    docs: NDArray[np.int32] | NDArray[np.uint16]
    weights: Floats
    spelling: Spelling

    def hear(self, text: str) -> TextTerms:
        """A word that nobody wrote in the knowledge gives way to its neighbour there, if it has one."""
        return self._weigh(cut(text, self._respelled))

    def similarities(self, heard: Sequence[TextTerms]) -> Floats:
        """The cosine of each text (rows) with each wording (columns)."""
        found = np.zeros((len(heard), self.count), np.float32)
        for row, one in enumerate(heard):
            begin = self.starts[one.places]
            length = self.starts[one.places + 1] - begin
            order = np.argsort(length, kind="stable")
            order = order[: max(1, int(np.searchsorted(np.cumsum(length[order]), BUDGET, "right")))]
            length = length[order]
            ends = np.cumsum(length)
            if not len(ends):
                continue
            places = np.repeat(begin[order] - ends + length, length) + np.arange(ends[-1])
            found[row] = np.bincount(self.docs[places], self.weights[places] * np.repeat(one.weights[order], length), self.count)
        return found

    def _respelled(self, word: str) -> str:
        if len(word) < SPELLED or not word.isascii() or self._has(hashed(word)):
            return word
        return self.spelling.neighbour(word)

    def _has(self, key: int) -> bool:
        at = int(np.searchsorted(self.keys, key))
        return at < len(self.keys) and bool(self.keys[at] == key)

    def _weigh(self, text: Cut) -> TextTerms:
        kinds = [_weighted(self, hashes) for hashes in (text.terms, text.parts) if hashes]
        if not kinds:
            return TextTerms(np.zeros(0, np.int64), np.zeros(0, np.float32), 0.0, 0.0, 0, text.han)
        places = np.concatenate([where for where, _ in kinds])
        weights: Floats = (np.concatenate([value for _, value in kinds]) / np.sqrt(len(kinds))).astype(np.float32)
        known = sum(map(self._has, text.words)) / len(text.words)
        return TextTerms(places, weights, known, float((weights**2).sum()), len(text.words), text.han)


def _weighted(known: Lexical, hashes: Sequence[int]) -> tuple[NDArray[np.int64], Floats]:
    """(places in `keys`, weights) of the terms that are known; all terms together have length 1."""
    terms, counts = np.unique(np.array(hashes, np.uint32), return_counts=True)
    at = np.minimum(np.searchsorted(known.keys, terms), max(len(known.keys) - 1, 0))
    has = known.keys[at] == terms if len(known.keys) else np.zeros(len(terms), bool)
    value = (1 + np.log(counts)) * known.unknown
    value[has] *= known.idf[at[has]] / known.unknown
    return at[has], (value[has] / np.linalg.norm(value)).astype(np.float32)


def build(texts: Sequence[str], like: Lexical | None = None) -> Lexical:
    """The index of these wordings; with `like`, terms weigh as they do there."""
    cuts = [cut(text) for text in texts]
    spread = Counter(key for one in cuts for key in {*one.terms, *one.parts})
    keys = np.array(sorted(spread), np.uint32)
    unknown = like.unknown if like else float(np.log(1 + len(texts)) + 1)
    idf = np.log((1 + len(texts)) / (1 + np.array([spread[int(key)] for key in keys], np.float32))) + 1
    if like:
        at = np.minimum(np.searchsorted(like.keys, keys), max(len(like.keys) - 1, 0))
        idf = np.where(like.keys[at] == keys, like.idf[at], unknown) if len(like.keys) else np.full(len(keys), unknown)
    empty = Lexical(
        len(texts), unknown, keys, idf.astype(np.float32), np.zeros(len(keys) + 1, np.int32),
        np.zeros(0, np.int32), np.zeros(0, np.float32), like.spelling if like else spelling(cuts),
    )  # fmt: skip
    return _filled(empty, [empty._weigh(one) for one in cuts])


def _filled(empty: Lexical, heard: Sequence[TextTerms]) -> Lexical:
    if not heard:
        return empty
    places = np.concatenate([one.places for one in heard])
    docs = np.repeat(np.arange(len(heard), dtype=np.int32), [len(one.places) for one in heard])
    order = np.lexsort((docs, places))
    starts = np.searchsorted(places[order], np.arange(len(empty.keys) + 1)).astype(np.int32)
    weights = np.concatenate([one.weights for one in heard])[order]
    return Lexical(empty.count, empty.unknown, empty.keys, empty.idf, starts, docs[order], weights, empty.spelling)


def spelling(cuts: Sequence[Cut]) -> Spelling:
    """The word that is used most often goes first."""
    used = Counter(word for one in cuts for word in one.spelled if len(word) >= SPELLED and word.isascii())
    words = tuple(sorted(used, key=lambda word: (-used[word], word)))
    first: dict[int, int] = {}
    for number, word in enumerate(words):
        for part in deletions(word):
            first.setdefault(hashed(part), number)
    deleted = np.array(sorted(first), np.uint32)
    return Spelling(words, deleted, np.array([first[int(key)] for key in deleted], np.int32))


def to_arrays(known: Lexical) -> dict[str, NDArray[Any]]:
    """As they are stored, and used from where they lie."""
    return {
        "keys": known.keys,
        "idf": known.idf,
        "starts": known.starts,
        "docs": known.docs.astype(np.uint16) if known.count < 2**16 else known.docs,
        "weights": known.weights,
        "deleted": known.spelling.deleted,
        "meant": known.spelling.meant,
    }


def from_arrays(count: int, unknown: float, words: Sequence[str], kept: dict[str, NDArray[Any]]) -> Lexical:
    """What `to_arrays` gave. Raises KeyError."""
    spelled = Spelling(tuple(words), kept["deleted"], kept["meant"])
    return Lexical(count, unknown, kept["keys"], kept["idf"], kept["starts"], kept["docs"], kept["weights"], spelled)
