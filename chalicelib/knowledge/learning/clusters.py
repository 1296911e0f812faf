"""Which questions are one question, asked in many ways and in any language? Pure, with numpy: only the learn function has it.

Vectors come from the sentence encoder, which brings languages together; without it from words, which does not. First each new
question joins the known group that it is nearest to; the rest is grouped by average link: the two groups whose questions are most
alike on average become one, until none are alike enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge.index.words import cut, empty_words, hashed

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]

ALIKE = 0.5  # mean cosine within a group, by the encoder's vectors
ALIKE_WORDS = 0.16  # the same by words
_DIMENSIONS = 4096
_PAIR, _PART = 0.3, 0.5  # what two words in a row and a piece of a word weigh beside a word (tuned on the training parts)
_FEW = 50  # among fewer texts nothing can be told rare


def word_vectors(texts: Sequence[str]) -> Vectors:
    """One row of length 1 for each text, by its words; rare words count more. What has no word is a row of zeros."""
    rows = np.zeros((len(texts), _DIMENSIONS), np.float32)
    for row, text in zip(rows, texts, strict=True):
        found = cut(text)
        whole = set(found.words)
        for term in found.terms:
            row[term % _DIMENSIONS] += _is_telling(term) * (1 if found.han or term in whole else _PAIR)
        for part in found.parts:
            row[part % _DIMENSIONS] += _PART
    rows *= np.log1p(max(len(texts), _FEW) / (1 + (rows > 0).sum(axis=0))).astype(np.float32)
    return normalised(rows)


def _is_telling(term: int) -> bool:
    """Words that say nothing about the topic bring no two questions together."""
    return term not in _empty()


@cache
def _empty() -> frozenset[int]:
    return frozenset(map(hashed, empty_words()))


def normalised(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Vectors = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return found


def joined(new: Vectors, groups: Sequence[Vectors], alike: float) -> list[int]:
    """For each new row the group (its number) whose rows it is most like on average, -1 if none is alike enough."""
    if not len(new) or not groups:
        return [-1] * len(new)
    # The mean of the cosines to all rows of a group is the cosine to their sum over their number.
    means = np.stack([rows.mean(axis=0) for rows in groups])
    near = new @ means.T
    best = near.argmax(axis=1)
    return [int(g) if near[i, g] >= alike else -1 for i, g in enumerate(best)]


def grouped(rows: Vectors, alike: float) -> list[list[int]]:
    """Average link over at most a few thousand rows: groups of row numbers, each in order, the one with the first row first."""
    count = len(rows)
    members: list[list[int]] = [[i] for i in range(count)]
    if count < 2:
        return members
    near = (rows @ rows.T).astype(np.float32)
    np.fill_diagonal(near, -np.inf)
    sizes, best = np.ones(count), near.argmax(axis=1)
    while True:
        strength = near[np.arange(count), best]
        a = int(strength.argmax())
        b = int(best[a])
        if strength[a] < alike:
            return sorted((sorted(m) for m in members if m), key=lambda m: m[0])
        _merge(near, sizes, a, b)
        members[a], members[b] = members[a] + members[b], []
        stale = np.flatnonzero((best == a) | (best == b))
        stale = np.union1d(stale, [a, b])
        best[stale] = near[stale].argmax(axis=1)
        better = near[:, a] > near[np.arange(count), best]
        best[better] = a


def _merge(near: Vectors, sizes: NDArray[np.float64], a: int, b: int) -> None:
    """Group b becomes part of group a; the mean likeness to every other group follows from both (Lance and Williams)."""
    row = (sizes[a] * near[a] + sizes[b] * near[b]) / (sizes[a] + sizes[b])
    near[a], near[:, a] = row, row
    near[b], near[:, b] = -np.inf, -np.inf
    near[a, a] = -np.inf
    sizes[a], sizes[b] = sizes[a] + sizes[b], 0


def most_central(rows: Vectors) -> int:
    """The row that is most like all the others."""
    return int((rows @ rows.sum(axis=0)).argmax())
