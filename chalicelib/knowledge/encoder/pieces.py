"""From text to the numbers of its pieces: sentencepiece's normalization and its best segmentation, on plain arrays.

The pieces are a sorted table of 64-bit hashes, so nothing is built at a cold start: the file is mapped and searched.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNKNOWN, BEGIN, END = 0, 1, 2
SPACE = "▁"
LONGEST_PIECE = 16
LONGEST_TEXT = 2_000  # characters; what a message says later is not compared
FACTOR = np.uint64(0x9E37_79B9_7F4A_7C15)
UNKNOWN_PENALTY = 10.0
_BLANKS = re.compile(" +")


def mapped(folder: Path, name: str) -> NDArray[Any]:
    """An array of the compiled data, left where it lies. Raises OSError, EOFError or ValueError."""
    array: NDArray[Any] = np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)
    return array


def hashes(text: str) -> NDArray[np.uint64]:
    """The hash of each piece of text that begins at character i and has n + 1 characters, as [i, n]; 0 where it would end too late."""
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4").astype(np.uint64) + np.uint64(1)
    found = np.zeros((len(codes), LONGEST_PIECE), np.uint64)
    before = np.zeros(len(codes) + 1, np.uint64)
    for n in range(min(LONGEST_PIECE, len(codes))):
        count = len(codes) - n
        before = before[:count] * FACTOR + codes[n:]
        found[:count, n] = before
    return found


class Pieces:
    """The vocabulary in `folder`. Raises OSError, EOFError or ValueError if it is not there or broken."""

    def __init__(self, folder: Path) -> None:
        self._keys, self._ids, self._scores = (mapped(folder, name) for name in ("keys", "ids", "scores"))
        self._unknown = float(self._scores.min()) - UNKNOWN_PENALTY
        self._units = mapped(folder, "units").data
        self._replacements = mapped(folder, "replacements").tobytes()
        self._ascii = {code: self._replaced(bytes((code,))).decode() for code in range(128)}

    def numbers(self, text: str) -> list[int]:
        """The pieces of a text, which is cut to its first `LONGEST_TEXT` characters, between those for its begin and its end."""
        return [BEGIN, *self._segmented(self.normalized(text)), END]

    def normalized(self, text: str) -> str:
        """Compatible characters become one (NFKC and more), blanks become one SPACE before each word."""
        text = text[:LONGEST_TEXT]
        plain = text.translate(self._ascii) if text.isascii() else self._replaced(text.encode("utf-8", "replace")).decode()
        words = _BLANKS.sub(SPACE, plain.strip(" "))[:LONGEST_TEXT]
        return (SPACE + words).rstrip(SPACE)

    def _replaced(self, raw: bytes) -> bytes:
        """Each longest sequence that the table knows becomes its replacement. No key begins inside of a character."""
        made, at = bytearray(), 0
        while at < len(raw):
            length, value = self._longest(raw, at)
            if length:
                made += self._replacements[value : self._replacements.index(0, value)]
            else:
                made.append(raw[at])
            at += length or 1
        return bytes(made)

    def _longest(self, raw: bytes, at: int) -> tuple[int, int]:
        """Length of the longest key that begins there (0: none), and where its replacement stands. Walks a double-array trie."""
        units, length, value = self._units, 0, 0
        unit = units[0]
        node = (unit >> 10) << ((unit & 0x200) >> 6)
        for i in range(at, len(raw)):
            node ^= raw[i]
            unit = units[node]
            if unit & 0x800000FF != raw[i]:
                break
            node ^= (unit >> 10) << ((unit & 0x200) >> 6)
            if unit & 0x100:
                length, value = i + 1 - at, units[node] & 0x7FFFFFFF
        return length, value

    def _segmented(self, text: str) -> list[int]:
        """The most probable pieces (Viterbi). A character that no piece has is one unknown piece."""
        if not text:
            return [UNKNOWN]
        best, came = [0.0] + [-1e38] * len(text), [(0, UNKNOWN)] * (len(text) + 1)
        for start, end, number, score in zip(*self._matches(text), strict=True):
            reached = best[start] + score
            if reached > best[end]:
                best[end], came[end] = reached, (start, number)
        numbers, end = [], len(text)
        while end:
            end, number = came[end]
            numbers.append(number)
        return numbers[::-1]

    def _matches(self, text: str) -> tuple[list[int], list[int], list[int], list[float]]:
        """Every piece that occurs, ordered by its start and its length: starts, ends, numbers, scores."""
        wanted = hashes(text)
        places = np.minimum(self._keys.searchsorted(wanted), len(self._keys) - 1)
        known = self._keys[places] == wanted
        alone = ~known[:, 0]
        known[alone, 0] = True
        starts, longer = np.nonzero(known)
        at = places[starts, longer]
        numbers, scores = self._ids[at], self._scores[at].astype(np.float64)
        unknown = alone[starts] & (longer == 0)
        numbers[unknown], scores[unknown] = UNKNOWN, self._unknown
        return starts.tolist(), (starts + longer + 1).tolist(), numbers.tolist(), scores.tolist()
