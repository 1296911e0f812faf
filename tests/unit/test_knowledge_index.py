"""The index: the same articles make the same bytes, another word makes another version."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.knowledge.articles.article import Article, problems, version_for
from chalicelib.knowledge.index import arrays, index
from chalicelib.knowledge.index.index import BadIndex
from chalicelib.knowledge.index.words import cut, hashed
from tests.unit.lantern import lantern

GOOD = Article("returns", "en", "Return an item", "Thirty days.", "Thirty days.", ("How do I return it?",), "orders", "https://a.example/x")
QUEUES = ("general", "orders")
words = st.text(st.characters(codec="utf-8"), max_size=60)
examples = st.lists(words, max_size=3).map(tuple)
ids = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
articles = st.builds(Article, ids, st.sampled_from(["en", "zh"]), words, words, words, examples)


@given(st.lists(articles, max_size=6, unique_by=lambda a: (a.id, a.language)), st.randoms())
def test_what_was_built_is_read_in_any_order(made: list[Article], chance: random.Random) -> None:
    version, files = index.build(made)
    chance.shuffle(made)
    assert index.build(made) == (version, files)
    read = index.read(version, files)
    assert {(a.id, a.language): a for a in made} == {(i, lang): a for i, by in read.articles.items() for lang, a in by.items()}


def test_an_index_of_the_format_before_is_read_without_passages() -> None:
    version, files = index.build([GOOD])
    content = json.loads(gzip.decompress(files[index.ARTICLES])) | {"format": index.WITHOUT_PASSAGES}
    del content["passages"]
    kept = {name: array for name, array in arrays.unpacked(files[index.ARRAYS]).items() if not name.startswith("passage_")}
    before = {index.ARTICLES: gzip.compress(json.dumps(content).encode()), index.ARRAYS: arrays.packed(kept)}
    read = index.read(version, before)
    assert read.articles["returns"]["en"].text == GOOD.text
    assert read.passages.meaning.cosines(["a question"]) is None
    with pytest.raises(BadIndex):
        index.read(version, before | {index.ARTICLES: gzip.compress(json.dumps(content | {"format": 2}).encode())})


def test_another_word_is_another_version() -> None:
    assert index.build([GOOD])[0] != index.build([replace(GOOD, text="Forty days.")])[0]


@given(st.binary(max_size=200))
def test_what_is_no_index_is_refused(content: bytes) -> None:
    with pytest.raises(BadIndex):
        index.read("v", {index.ARTICLES: content, index.ARRAYS: content})
    with pytest.raises(BadIndex):
        index.pointed(content)


def test_the_pointer_names_the_version() -> None:
    assert index.pointed(index.pointer("abc123")) == "abc123"


@given(st.text(max_size=500))
def test_any_text_can_be_cut(text: str) -> None:
    found = cut(text)
    assert len(found.words) <= len(found.terms)
    assert bool(found.parts) == bool(found.spelled)


def test_chinese_is_cut_into_characters_and_what_stands_side_by_side() -> None:
    assert set(cut("退货吗").terms) == {hashed(term) for term in ("退", "货", "吗", "退货", "货吗", "退货吗")}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "Bad Id"}, "id"),
        ({"id": ""}, "id"),
        ({"language": "fr"}, "language"),
        ({"title": " "}, "title"),
        ({"text": ""}, "body"),
        ({"text": "x" * 7000}, "body"),
        ({"queue": "nobody"}, "queue"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"examples": ("",)}, "examples"),
        ({"valid_from": "tomorrow"}, "valid_from"),
        ({"valid_until": "2026-13-01"}, "valid_until"),
        ({"valid_from": "2026-12-02", "valid_until": "2026-12-01"}, "valid_until"),
    ],
)
def test_problems_name_the_field(change: dict[str, object], field: str) -> None:
    found = problems(replace(GOOD, **change), QUEUES)  # type: ignore[arg-type]
    assert [p.partition(":")[0] for p in found] == [field]


def test_a_good_article_has_no_problems() -> None:
    assert problems(GOOD, QUEUES) == []


def test_the_translation_that_fits_best_is_shown() -> None:
    versions = {"en": GOOD, "zh": replace(GOOD, language="zh", valid_until="2026-01-31")}
    assert version_for(versions, "zh", "2026-01-31").language == "zh"
    assert version_for(versions, "zh-Hant", "2026-01-31").language == "zh"
    assert version_for(versions, "zh", "2026-02-01").language == "en"
    assert version_for(versions, "other", "2026-01-01").language == "en"


def test_every_demo_article_exists_in_both_languages_with_examples_and_a_known_queue() -> None:
    found = lantern().index
    assert found
    assert len(found.articles) >= 25
    for versions in found.articles.values():
        assert set(versions) == {"en", "zh"}
        assert all(4 <= len(a.examples) <= 8 and a.queue and len(a.short) <= 300 for a in versions.values())
