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
LARGEST = 6_000_000  # numbers in `shares`: 24 MB stored


class Shape(NamedTuple):
    """How the kernel falls off, and how much the head is held back."""

    width: float
    damping: float


FEW, MANY = Shape(1.5, 0.02), Shape(1.0, 0.03)


@dataclass(frozen=True, slots=True)
class KernelRidge:
    """`shares[i, c]`: what wording `rows[i]` says for article c."""

    width: float
    rows: NDArray[np.int32]
    shares: Floats

    def scores(self, similarity: Floats) -> Floats:
        """Texts by articles, of texts by wordings; about 1 for an article that surely fits, about 0 for one that does not."""
        seen = similarity if len(self.rows) == similarity.shape[1] else similarity[:, self.rows]
        found: Floats = np.exp(self.width * (seen - 1)) @ self.shares
        return found


def fitting(owners: NDArray[np.int32], articles: int) -> ExactFit | NystroemFit | None:
    """What sees the wordings block by block, and then gives the head. `owners`: each one's article; negative: it has no part in the
    head. None if there is too little, or too many articles for a head that loads quickly: then neighbours alone decide."""
    rows = np.flatnonzero(owners >= 0).astype(np.int32)
    count, most = len(rows), LARGEST // max(articles, 1)
    if count < 2 or articles < 2 or most < articles:
        return None
    most = min(most, EXACT if count <= EXACT else LANDMARKS)
    if count > most:
        return NystroemFit(FEW, owners, rows[landmarks(owners[rows], articles, most)], articles)
    return ExactFit(MANY if RICH * articles <= count else FEW, owners, rows, articles)


class _Fitting:
    """`rows`: the wordings that the head compares with. Each article weighs the same, however many wordings it has."""

    def __init__(self, shape: Shape, owners: NDArray[np.int32], rows: NDArray[np.int32], articles: int) -> None:
        self._shape, self._owners, self._rows = shape, owners, rows
        kept = owners[owners >= 0]
        counts = np.maximum(np.bincount(kept, minlength=articles), 1)
        self._weights = (len(kept) / articles / counts).astype(np.float32)  # of each article's wordings
        self._kernel = np.empty((len(rows), len(rows)), np.float32)

    def add_rows(self, first: int, similarity: Floats) -> None:
        """Of the wordings from number `first` on (rows) with all (columns)."""
        begin, end = np.searchsorted(self._rows, (first, first + len(similarity)))
        self._kernel[begin:end] = self._off(similarity[self._rows[begin:end] - first][:, self._rows])

    def _off(self, similarity: Floats) -> Floats:
        similarity -= 1
        similarity *= self._shape.width
        fallen: Floats = np.exp(similarity, out=similarity)
        return fallen

    def _wanted(self, owners: NDArray[np.int32]) -> Floats:
        wanted = np.zeros((len(owners), len(self._weights)), np.float32)
        wanted[np.arange(len(owners)), owners] = 1
        return wanted


class ExactFit(_Fitting):
    """All wordings are compared with all."""

    def head(self) -> KernelRidge:
        owners, diagonal = self._owners[self._rows], np.arange(len(self._rows))
        self._kernel[diagonal, diagonal] += self._shape.damping / self._weights[owners]
        return KernelRidge(self._shape.width, self._rows, solved(self._kernel, self._wanted(owners)))


class NystroemFit(_Fitting):
    """All wordings are compared with some of each article (Nyström): memory and time grow with their number, not with its square."""

    def __init__(self, shape: Shape, owners: NDArray[np.int32], rows: NDArray[np.int32], articles: int) -> None:
        super().__init__(shape, owners, rows, articles)
        self._normal = np.zeros((len(rows), len(rows)))
        self._right = np.zeros((len(rows), articles))

    def add_rows(self, first: int, similarity: Floats) -> None:
        super().add_rows(first, similarity)
        owners = self._owners[first : first + len(similarity)]
        has = owners >= 0
        part, owners = self._off(similarity[has][:, self._rows]), owners[has]
        weighted = part.T * self._weights[owners]
        self._normal += weighted @ part
        self._right += weighted @ self._wanted(owners)

    def head(self) -> KernelRidge:
        normal, diagonal = self._normal + self._shape.damping * self._kernel, np.arange(len(self._rows))
        normal[diagonal, diagonal] += 1e-3 * np.trace(normal) / len(self._rows) / len(self._rows)
        return KernelRidge(self._shape.width, self._rows, np.linalg.solve(normal, self._right).astype(np.float32))


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
