"""The Universal Sentence Encoder (multilingual, version 3): embeddings of pieces, three n-gram convolutions, a deep averaging network.

The matrices are kept as one byte for each weight, with the 256 values that it stands for, and are unfolded when the
encoder is read. The table of embeddings stays on disk: a message touches a few dozen of its rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge.encoder_pieces import Pieces, mapped

Floats = NDArray[np.float32]

PIECE, GRAM, OUT = 512, 256, 512  # dimensions: of a piece's embedding, of an n-gram's, of a sentence's
ORDERS = ((2, 0), (3, 1), (5, 2))  # n-grams: their length, and how many of it stand before the piece itself
MARGIN = 2  # empty rows between two sentences, so that no n-gram reaches into a neighbour
BLOCKS = 17  # a piece's number modulo this tells how its row is scaled
TOGETHER = 384  # pieces that are computed at once; then the matrices are read from memory less often, and the rest stays in the cache


class Use:
    """Reads what `infra.encoder` compiled. Raises OSError, ValueError or KeyError if it is not there or broken."""

    name = "use-multilingual-3"

    def __init__(self, folder: Path) -> None:
        self.version: str = json.loads((folder / "meta.json").read_text())["version"]
        self._pieces = Pieces(folder)
        self._rows = mapped(folder, "rows")
        self._weights = dict(_unfolded(folder))
        self._projection = np.concatenate([self._weights.pop(f"proj{n}") for n, _ in ORDERS], axis=1)
        self._projected = self._together("proj_b"), self._together("ln_g"), self._together("ln_b")

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row of 512 for each text, of length 1. No text is refused."""
        made = np.empty((len(texts), OUT), np.float32)
        for first, group in _groups(self._pieces, texts):
            made[first : first + len(group)] = self._sentences(group)
        return made

    def _together(self, name: str) -> Floats:
        joined: Floats = np.concatenate([self._weights.pop(f"{name}{n}") for n, _ in ORDERS])
        return joined

    def _sentences(self, group: Sequence[Sequence[int]]) -> Floats:
        weights, counts = self._weights, np.array([len(numbers) for numbers in group])
        places = np.arange(counts.sum()) + MARGIN * np.arange(1, len(group) + 1).repeat(counts)
        features = self._features(np.concatenate([np.asarray(numbers) for numbers in group]), places)
        _normalize(features, weights["ln_g"], weights["ln_b"])
        sums = np.add.reduceat(features, np.cumsum(counts) - counts, axis=0)
        lengths = counts.astype(np.float32)[:, None]
        mean = (sums @ weights["cnn_W"] + lengths * weights["cnn_b"]) / np.sqrt(lengths)
        first = np.maximum(mean @ weights["d0"], 0)
        second = np.maximum(mean @ weights["p1"] + first @ weights["d1"], 0)
        last = np.maximum(second @ weights["d2"], 0)
        made: Floats = np.tanh(second @ weights["p3"] + last @ weights["d3"])
        made /= np.sqrt(np.einsum("ij,ij->i", made, made))[:, None]
        return made

    def _features(self, numbers: NDArray[np.int64], places: NDArray[np.int64]) -> Floats:
        """For each piece its embedding and that of the n-grams around it, side by side; `places`: its row between the margins."""
        weights, made = self._weights, np.empty((len(numbers), PIECE + GRAM * len(ORDERS)), np.float32)
        pieces, block = made[:, :PIECE], numbers % BLOCKS
        np.multiply(self._rows[numbers], weights["scale"][block, None], out=pieces)
        pieces += weights["lo"][block, None]
        bias, gain, offset = self._projected
        projected = pieces @ self._projection + bias
        _normalize(projected, gain, offset)
        padded = np.zeros((places[-1] + MARGIN + 1, GRAM), np.float32)
        for i, (n, before) in enumerate(ORDERS):
            around = places[:, None] + np.arange(-before, n - before)
            grams = projected[:, i * GRAM : (i + 1) * GRAM]
            for layer in ("1", "2"):
                padded[places] = grams
                windows = padded[around].reshape(len(numbers), n * GRAM)
                grams = np.maximum(windows @ weights[f"w{layer}_{n}"] + weights[f"b{layer}_{n}"], 0) + grams
            made[:, PIECE + i * GRAM : PIECE + (i + 1) * GRAM] = grams
        return made


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


def _unfolded(folder: Path) -> Iterator[tuple[str, Floats]]:
    """The weights by name: small ones as they are, matrices from their bytes and the values that these stand for."""
    shapes: dict[str, Any] = json.loads((folder / "meta.json").read_text())["shapes"]
    floats, folded = np.load(folder / "floats.npy"), mapped(folder, "folded")
    at = begun = 0
    for name, shape in shapes["floats"].items():
        size = int(np.prod(shape))
        yield name, floats[at : at + size].reshape(shape)
        at += size
    for name, shape in shapes["folded"].items():
        size, values = int(np.prod(shape)), floats[at : at + 256]
        yield name, values[folded[begun : begun + size]].reshape(shape)
        begun, at = begun + size, at + 256
