"""The passage encoder's model: what the package ships, with Baton's adapter added to its matrices, and nothing else changed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.knowledge.encoder import encoder, passage_encoder
from chalicelib.knowledge.index import arrays
from infra import passage_model
from infra.errors import DeployError
from infra.passage_model import PARTS, SCALE, Model

Adapter = dict[str, NDArray[np.float16]]


@pytest.fixture(scope="module")
def model() -> Model:
    return passage_model.read(passage_model.shipped())


@pytest.fixture(scope="module")
def adapter() -> Adapter:
    return arrays.unpacked(passage_model.ADAPTER.read_bytes())


def test_it_is_the_network_that_the_paper_tells(model: Model) -> None:
    assert (model.sizes["width"], model.sizes["layers"], model.sizes["heads"]) == (384, 12, 12)
    assert len(model.vocabulary.pieces) == model.sizes["words"] - 35  # the table has rows that no piece uses
    assert {"<s>", "</s>", "<pad>", "<unk>"} <= set(model.vocabulary.pieces)


@pytest.mark.parametrize("part", PARTS)
def test_folding_what_was_unfolded_gives_the_same_bytes(model: Model, part: str) -> None:
    name = f"l7.{part}.w"
    found = model.tensors[name]
    again = passage_model.folded(model.matrix(name, model.inner_width(part)))
    assert np.array_equal(again, model.content[found.start : found.start + found.size])


@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 10))
@settings(max_examples=25, deadline=None)
def test_folding_loses_at_most_half_a_step(seed: int, spread: float) -> None:
    matrix = np.random.default_rng(seed).normal(0, spread, (8, 64)).astype(np.float32)
    blocks = matrix.reshape(-1, 32)
    step = np.abs(blocks).max(axis=1, keepdims=True) / 8
    packed = passage_model.folded(matrix).reshape(-1, 18)
    steps = packed[:, :2].copy().view(np.float16).astype(np.float32)
    levels = np.concatenate([packed[:, 2:] & 15, packed[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    # The other end of the scale has seven levels, not eight: what is furthest out there loses up to a whole step.
    assert np.all(np.abs(levels * steps - blocks) <= step * 1.01)


def test_nothing_learnt_changes_nothing(model: Model, adapter: Adapter) -> None:
    nothing = {name: np.zeros_like(matrix) for name, matrix in adapter.items()}
    assert np.array_equal(passage_model.taught(model, nothing), model.content)


def test_what_was_learnt_is_added_to_the_matrices_and_to_nothing_else(model: Model, adapter: Adapter) -> None:
    made = passage_model.taught(model, adapter)
    changed = np.flatnonzero(made != model.content)
    spans = [model.tensors[f"l{layer}.{part}.w"] for layer in range(12) for part in PARTS]
    inside = np.zeros(len(made), bool)
    for span in spans:
        inside[span.start : span.start + span.size] = True
    assert len(changed) > 1_000_000
    assert inside[changed].all()
    found = model.tensors["l3.fi.w"]
    whole = model.matrix("l3.fi.w", 384) + SCALE * (adapter["l3.fi.up"].astype(np.float32) @ adapter["l3.fi.down"].astype(np.float32))
    assert np.array_equal(made[found.start : found.start + found.size], passage_model.folded(whole))


def test_an_adapter_of_another_network_is_refused(model: Model, adapter: Adapter) -> None:
    with pytest.raises(KeyError):
        passage_model.taught(model, {name: matrix for name, matrix in adapter.items() if not name.startswith("l11.")})


OF_ANOTHER = arrays.packed({"l0.q.up": np.zeros((2, 2), np.float16)})


@pytest.mark.parametrize("content", [b"", bytes(8), b"\x20" + bytes(7) + b"{" * 32, OF_ANOTHER])
def test_a_broken_adapter_says_so_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    adapter, made = tmp_path / "adapter.safetensors", tmp_path / "passages.bin"
    adapter.write_bytes(content)
    monkeypatch.setattr(passage_model, "ADAPTER", adapter)
    with pytest.raises(DeployError, match=r"adapter\.safetensors is missing, broken") as told:
        passage_model.write(made)
    assert "version control" in told.value.do
    assert not made.exists()


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + bytes(200))
    with pytest.raises(DeployError, match="no model that"):
        passage_model.read(other)


def test_what_is_installed_is_the_adapter_of_this_tree() -> None:
    """The version, by which vectors are compared or not, follows from the adapter's bytes."""
    folder, reader = encoder.found(), passage_encoder.load()
    assert folder is not None
    assert reader is not None
    assert json.loads((folder / "meta.json").read_text())["passages"] == reader.version == passage_model.version()


def test_a_broken_model_leaves_the_bot_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "meta.json").write_text(json.dumps({"encoder": "use", "passages": "1"}))
    (tmp_path / passage_encoder.MODEL).write_bytes(b"E5S0")
    monkeypatch.setenv("ENCODER", str(tmp_path))
    assert passage_encoder.load.__wrapped__() is None
