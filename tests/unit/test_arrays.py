"""Arrays in one file come back as they were, without copies, and a file that is cut off is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from numpy.typing import NDArray

from chalicelib.knowledge.index.arrays import packed, unpacked

KINDS = st.sampled_from(["<f2", "<f4", "<i1", "<i4", "<i8", "<u2", "<u4"]).map(np.dtype)
ARRAYS = st.dictionaries(
    st.text(max_size=8), KINDS.flatmap(lambda kind: arrays_of.arrays(kind, arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0)))
)


@given(ARRAYS)
def test_arrays_come_back_as_they_were(known: dict[str, NDArray[np.float32]]) -> None:
    found = unpacked(packed(known))
    assert found.keys() == known.keys()
    for name, array in known.items():
        assert (found[name].dtype, found[name].shape, found[name].tobytes()) == (array.dtype, array.shape, array.tobytes())
        assert found[name].flags.aligned or not array.size


@given(ARRAYS)
def test_their_order_does_not_matter(known: dict[str, NDArray[np.float32]]) -> None:
    assert packed(known) == packed(dict(reversed(known.items())))


def test_nothing_is_copied() -> None:
    content = packed({"a": np.arange(1000)})
    assert np.shares_memory(unpacked(content)["a"], np.frombuffer(content, np.uint8))


@pytest.mark.parametrize("kept", [0, 5, 40, -1])
def test_a_file_that_is_cut_off_is_refused(kept: int) -> None:
    content = packed({"a": np.arange(3), "b": np.zeros((2, 2), np.float32)})
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        unpacked(content[:kept])
