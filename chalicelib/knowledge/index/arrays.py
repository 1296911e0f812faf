"""Named arrays in one file that is used where it lies: nothing is copied, converted or decompressed while a function starts.

The layout is that of safetensors (https://github.com/huggingface/safetensors#format): the length of the header (8 bytes, little
endian), the header in JSON, the arrays' bytes. Numpy's own container takes as long to check and copy as the encoder to start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NAMES = {"F16": "<f2", "F32": "<f4", "I8": "<i1", "I32": "<i4", "I64": "<i8", "U16": "<u2", "U32": "<u4"}
_KINDS = {np.dtype(kind): name for name, kind in _NAMES.items()}
_LENGTH = 8


def packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The same arrays in any order give the same bytes. Raises KeyError for a type that has no name there."""
    # The widest first, so that each begins at a multiple of its own width.
    ordered = sorted(arrays.items(), key=lambda item: (-item[1].dtype.itemsize, item[0]))
    header, at = {}, 0
    for name, array in ordered:
        header[name] = {"dtype": _KINDS[array.dtype], "shape": array.shape, "data_offsets": (at, at + array.nbytes)}
        at += array.nbytes
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % _LENGTH)
    return b"".join((len(head).to_bytes(_LENGTH, "little"), head, *(np.ascontiguousarray(array).tobytes() for _, array in ordered)))


def unpacked(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays, for reading only. Raises ValueError, LookupError, TypeError or AttributeError if the content is no such file."""
    begin = _LENGTH + int.from_bytes(content[:_LENGTH], "little")
    header = json.loads(content[_LENGTH:begin])
    return {name: _array(content, begin, told) for name, told in header.items()}


def _array(content: bytes, begin: int, told: Mapping[str, Any]) -> NDArray[Any]:
    first, end = told["data_offsets"]
    kind = np.dtype(_NAMES[told["dtype"]])
    found: NDArray[Any] = np.frombuffer(content, kind, (end - first) // kind.itemsize, begin + first).reshape(told["shape"])
    return found
