"""The Universal Sentence Encoder (multilingual, version 3): embeddings of pieces, three n-gram convolutions, a deep averaging network.

Everything stays on disk. Of the table of embeddings a message needs a few dozen rows, which are read: mapped, they would bring
their neighbours along, and in time all 65 MB into the function's memory. The matrices are mapped; they have one byte for each
weight and are unfolded into a cache-sized scratch, one after the other, as each is used. That takes no longer than reading them
unfolded from memory, and saves the memory and the time at a cold start.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge.encoder.pieces import Pieces, mapped

Floats = NDArray[np.float32]

PIECE, GRAM, OUT = 512, 256, 512  # dimensions: of a piece's embedding, of an n-gram's, of a sentence's
ORDERS = ((2, 0), (3, 1), (5, 2))  # n-grams: their length, and how many of it stand before the piece itself
MARGIN = 2  # empty rows between two sentences, so that no n-gram reaches into a neighbour
BLOCKS = 17  # a piece's number modulo this tells how its row is scaled
UNFOLDED = 2**17  # weights that are unfolded at once: they stay in the cache
FEW, SMALL = 40, 1_000_000  # rows; multiplications up to which OpenBLAS takes matrices as they lie, without copying them first
TOGETHER = 384  # pieces that are computed at once; then the matrices are read from memory less often, and the rest stays in the cache


class Use:
    """Reads what `infra.encoder` compiled. Raises OSError, EOFError, ValueError or KeyError if it is not there or broken."""

    name = "use-multilingual-3"

    def __init__(self, folder: Path) -> None:
        meta: dict[str, Any] = json.loads((folder / "meta.json").read_text())
        self.version: str = meta["version"]
        self._pieces = Pieces(folder)
        self._rows = _Rows(folder / "rows.npy")
        self._weights = dict(_named(mapped(folder, "floats"), meta["shapes"]["floats"]))
        self._matrices = dict(_named(mapped(folder, "folded"), meta["shapes"]["folded"]))
        self._scratch = np.empty(UNFOLDED, np.float32)

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row of 512 for each text, of length 1. No text is refused."""
        made = np.empty((len(texts), OUT), np.float32)
        for first, group in _groups(self._pieces, texts):
            made[first : first + len(group)] = self._sentences(group)
        return made

    def _times(self, rows: Floats, name: str) -> Floats:
        matrix = self._matrices[name]
        width = matrix.shape[1]
        height = min(SMALL // len(rows) if len(rows) <= FEW else UNFOLDED, UNFOLDED) // width
        made = np.zeros((len(rows), width), np.float32)
        for first in range(0, len(matrix), height):
            part = matrix[first : first + height]
            unfolded = self._scratch[: part.size].reshape(part.shape)
            unfolded[:] = part
            made += rows[:, first : first + height] @ unfolded
        made *= self._weights[f"step_{name}"]
        return made

    def _sentences(self, group: Sequence[Sequence[int]]) -> Floats:
        weights, counts = self._weights, np.array([len(numbers) for numbers in group])
        places = np.arange(counts.sum()) + MARGIN * np.arange(1, len(group) + 1).repeat(counts)
        features = self._features(np.concatenate([np.asarray(numbers) for numbers in group]), places)
        _normalize(features, weights["ln_g"], weights["ln_b"])
        sums = np.add.reduceat(features, np.cumsum(counts) - counts, axis=0)
        lengths = counts.astype(np.float32)[:, None]
        mean = (self._times(sums, "cnn_W") + lengths * weights["cnn_b"]) / np.sqrt(lengths)
        first = np.maximum(self._times(mean, "d0"), 0)
        second = np.maximum(self._times(mean, "p1") + self._times(first, "d1"), 0)
        last = np.maximum(self._times(second, "d2"), 0)
        made: Floats = np.tanh(self._times(second, "p3") + self._times(last, "d3"))
        made /= np.sqrt(np.einsum("ij,ij->i", made, made))[:, None]
        return made

    def _features(self, numbers: NDArray[np.int64], places: NDArray[np.int64]) -> Floats:
        """For each piece its embedding and that of the n-grams around it, side by side; `places`: its row between the margins."""
        weights, made = self._weights, np.empty((len(numbers), PIECE + GRAM * len(ORDERS)), np.float32)
        pieces, block = made[:, :PIECE], numbers % BLOCKS
        np.multiply(self._rows.read(numbers), weights["scale"][block, None], out=pieces)
        pieces += weights["lo"][block, None]
        projected = np.concatenate([self._times(pieces, f"proj{n}") for n, _ in ORDERS], axis=1) + weights["proj_b"]
        _normalize(projected, weights["proj_g"], weights["proj_o"])
        padded = np.zeros((places[-1] + MARGIN + 1, GRAM), np.float32)
        for i, (n, before) in enumerate(ORDERS):
            around = places[:, None] + np.arange(-before, n - before)
            grams = projected[:, i * GRAM : (i + 1) * GRAM]
            for layer in ("1", "2"):
                padded[places] = grams
                windows = padded[around].reshape(len(numbers), n * GRAM)
                grams = np.maximum(self._times(windows, f"w{layer}_{n}") + weights[f"b{layer}_{n}"], 0) + grams
            made[:, PIECE + i * GRAM : PIECE + (i + 1) * GRAM] = grams
        return made


class _Rows:
    """The table of embeddings, a row of bytes for each piece, in its file."""

    def __init__(self, path: Path) -> None:
        table = np.load(path, mmap_mode="r")
        if table.shape[1:] != (PIECE,) or table.dtype != np.uint8:
            raise ValueError(f"{path.name} is no table of embeddings")
        self._begin: int = table.offset
        self._file = path.open("rb", buffering=0)

    def read(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The rows of these pieces, in their order."""
        file = self._file.fileno()
        rows = b"".join([os.pread(file, PIECE, self._begin + PIECE * number) for number in numbers.tolist()])
        return np.frombuffer(rows, np.uint8).reshape(-1, PIECE)


def _groups(pieces: Pieces, texts: Sequence[str]) -> Iterator[tuple[int, list[list[int]]]]:
    """The texts' pieces, as many texts together as `TOGETHER` allows, each group with the place of its first text."""
    group: list[list[int]] = []
    size = first = 0
    for place, text in enumerate(texts):
        numbers = pieces.numbers(text)
        if group and size + len(numbers) > TOGETHER:
            yield first, group
            group, size, first = [], 0, place
        group.append(numbers)
        size += len(numbers)
    if group:
        yield first, group


def _normalize(rows: Floats, gain: Floats, offset: Floats) -> None:
    """Each row gets mean 0 and variance 1, then the learned gain and offset, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1] + 1e-12)[:, None]
    rows *= gain
    rows += offset


def _named(flat: NDArray[Any], shapes: dict[str, list[int]]) -> Iterator[tuple[str, NDArray[Any]]]:
    """The arrays that follow each other in a flat one, by name."""
    at = 0
    for name, shape in shapes.items():
        size = prod(shape)
        yield name, flat[at : at + size].reshape(shape)
        at += size
