"""From similarity to articles: class-weighted kernel ridge regression over all wordings. Pure; numpy.

The kernel is exp(width * (similarity - 1)). Small knowledge wants a narrow one, much knowledge a wide one with less damping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RICH = 50  # wordings per article from which there is much of it
EXACT, LANDMARKS = 15_500, 4_000  # wordings; above the first, so many, some of each article, stand for all
BLOCK, SOME = 512, 1_024  # rows that are eliminated, and changed, at once
LARGEST = 6_000_000  # numbers in `shares`: 12 MB stored


class Shape(NamedTuple):
    """How the kernel falls off, and how much the head is held back."""

    width: float
    damping: float


FEW, MANY = Shape(1.5, 0.02), Shape(1.0, 0.03)


@dataclass(frozen=True, slots=True)
class Head:
    """`shares[i, c]`: what wording `rows[i]` says for article c."""

    width: float
    rows: NDArray[np.int32]
    shares: Floats

    def scores(self, similarity: Floats) -> Floats:
        """Texts by articles, of texts by wordings; about 1 for an article that surely fits, about 0 for one that does not."""
        seen = similarity if len(self.rows) == similarity.shape[1] else similarity[:, self.rows]
        found: Floats = np.exp(self.width * (seen - 1)) @ self.shares
        return found


def fit(similarity: Floats, owners: NDArray[np.int32], articles: int) -> Head | None:
    """`similarity`: of all wordings with all (it is overwritten); `owners`: each one's article. None if there is too little, or too
    many articles for a head that loads quickly: then neighbours alone decide."""
    count = len(owners)
    most = LARGEST // max(articles, 1)
    if count < 2 or articles < 2 or most < articles:
        return None
    most = min(most, EXACT if count <= EXACT else LANDMARKS)
    shape = MANY if RICH * articles <= count <= most else FEW
    weight = (count / articles / np.bincount(owners, minlength=articles)[owners]).astype(np.float32)
    wanted = np.zeros((count, articles), np.float32)
    wanted[np.arange(count), owners] = 1
    similarity -= 1
    similarity *= shape.width
    kernel = np.exp(similarity, out=similarity)
    if count <= most:
        kernel[np.arange(count), np.arange(count)] += shape.damping / weight
        return Head(shape.width, np.arange(count, dtype=np.int32), solved(kernel, wanted))
    rows = landmarks(owners, articles, most)
    part = kernel[rows]
    normal = (part * weight) @ part.T + shape.damping * part[:, rows]
    normal[np.arange(len(rows)), np.arange(len(rows))] += 1e-3 * np.trace(normal) / len(rows) / len(rows)
    return Head(shape.width, rows, np.linalg.solve(normal.astype(np.float64), (part * weight) @ wanted).astype(np.float32))


def landmarks(owners: NDArray[np.int32], articles: int, most: int) -> NDArray[np.int32]:
    """As many wordings of each article, the first ones, as fit into `most`."""
    order = np.argsort(owners, kind="stable")
    first = np.searchsorted(owners[order], np.arange(articles))
    place = np.arange(len(owners)) - first[owners[order]]
    limit = int(np.sort(place)[most - 1])
    rows: NDArray[np.int32] = np.sort(order[place < max(limit, 1)]).astype(np.int32)
    return rows


def solved(matrix: Floats, wanted: Floats) -> Floats:
    """The solution of matrix @ x = wanted; `matrix` (nearly symmetric, its diagonal strengthened) is used up.

    Numpy's own solver would copy a large matrix twice in double precision: four times the memory, and twice the time.
    """
    found = wanted.copy()
    blocks = [slice(at, at + BLOCK) for at in range(0, len(matrix), BLOCK)]
    for block in blocks:
        inverse = np.linalg.inv(matrix[block, block].astype(np.float64)).astype(np.float32)
        for first in range(block.stop, len(matrix), SOME):
            rows = slice(first, first + SOME)
            factor = matrix[rows, block] @ inverse
            matrix[rows, block.stop :] -= factor @ matrix[block, block.stop :]
            found[rows] -= factor @ found[block]
    for block in reversed(blocks):
        rest = found[block] - matrix[block, block.stop :] @ found[block.stop :]
        found[block] = np.linalg.solve(matrix[block, block], rest)
    return found
