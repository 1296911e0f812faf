"""Passages: what of an article can be told alone, found by questions; embedded once, and again only where the text changed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.bot.interpretation.contextual import passages as asking
from chalicelib.bot.interpretation.contextual.passages import Said
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.encoder import encoder, passage_encoder
from chalicelib.knowledge.index import arrays, passages
from chalicelib.knowledge.index.passages import split

POSTAGE = Article("postage", "en", "Postage", "Germany: 3.90 €.\n\n- Austria: 7.90 €\n- Norway: 14.90 €", "")
TEA = Article("tea", "en", "Brewing", "Green tea wants 75 °C. Black tea wants 95 °C.", "")
TEE_ZH = Article("tea", "zh", "泡茶", "绿茶用 75 °C 的水。红茶用 95 °C 的水。", "")


@dataclass(unsafe_hash=True)
class Counting:
    """Counts what it embeds."""

    name: str = "counting"
    version: str = "1"
    seen: list[str] = field(default_factory=list, hash=False)

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 4), np.float32) / 2

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.seen += texts
        return np.ones((len(texts), 4), np.float32) / 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two is longer than that, and stays alone.", ("One. Two is longer than that, and stays alone.",)),
        ("It is valid for three years. The rest stays on the card.", ("It is valid for three years.", "The rest stays on the card.")),
        ("- Germany: 3.90 €, from 40 € on it is free\n1. Open it.", ("Germany: 3.90 €, from 40 € on it is free", "Open it.")),
        ("太苦？水凉一点，或者少泡一会儿。水越软茶越好喝哦。", ("太苦？水凉一点，或者少泡一会儿。", "水越软茶越好喝哦。")),
        ("It costs 3.90 € and arrives within 1.5 days at home.", ("It costs 3.90 € and arrives within 1.5 days at home.",)),
        ("", ()),
    ],
)
def test_a_passage_is_an_item_or_a_sentence_that_says_something_alone(text: str, parts: tuple[str, ...]) -> None:
    assert split(text) == parts


@given(st.text(max_size=400))
def test_no_word_is_lost_by_splitting(text: str) -> None:
    assert all(passage.strip() for passage in split(text))
    bare = asking.units(text.replace("•", " "))
    assert sum(len(one) for one in split(text)) <= len(text) + 2 * len(split(text))
    assert {word for word in bare if word.isascii() and word.isalpha()} <= {word for one in split(text) for word in asking.units(one)}


def test_only_what_changed_is_embedded_again() -> None:
    first = Counting()
    before = passages.build([POSTAGE, TEA], None, first)
    assert len(first.seen) == 5
    second = Counting()
    changed = replace(TEA, text="Green tea wants 75 °C. White tea wants 80 °C.")
    after = passages.build([POSTAGE, changed], None, second, before)
    assert second.seen == ["Brewing: White tea wants 80 °C."]
    assert len(after.answers.rows) == 5
    other = Counting(version="2")
    passages.build([POSTAGE, changed], None, other, after)
    assert len(other.seen) == 5


def test_what_is_stored_is_read_again_and_another_encoders_vectors_are_left_aside() -> None:
    made = passages.build([POSTAGE, TEA], None, Counting())
    stored = arrays.unpacked(arrays.packed(passages.to_arrays(made)))
    names = [passages.named(None), passages.named(Counting())]
    same = passages.from_arrays([POSTAGE, TEA], names, stored, None, Counting())
    assert same.answers.cosines(["anything"]) is not None
    assert passages.from_arrays([POSTAGE, TEA], names, stored, None, Counting(version="2")).answers.cosines(["anything"]) is None
    with pytest.raises(ValueError, match="not those of the articles"):
        passages.from_arrays([POSTAGE], names, stored, None, Counting())


@pytest.fixture(scope="module")
def known() -> passages.Passages:
    built = passages.build([POSTAGE, TEA, TEE_ZH], encoder.load(), passage_encoder.load())
    names = [passages.named(encoder.load()), passages.named(passage_encoder.load())]
    kept = arrays.unpacked(arrays.packed(passages.to_arrays(built)))
    return passages.from_arrays([POSTAGE, TEA, TEE_ZH], names, kept, encoder.load(), passage_encoder.load())


@pytest.mark.parametrize(
    ("language", "said", "article", "passage"),
    [
        ("en", "how much is it to Oslo in Norway", "postage", "Norway: 14.90 €"),
        ("en", "temperature for black tea", "tea", "Black tea wants 95 °C."),
        ("zh", "红茶用多少度", "tea", "红茶用 95 °C 的水。"),
        ("zh-Hant", "红茶用多少度", "tea", "红茶用 95 °C 的水。"),  # its articles are in the sister script
    ],
)
def test_a_question_finds_the_passage_that_answers(known: passages.Passages, language: str, said: str, article: str, passage: str) -> None:
    found = asking.asked(known, language, Said(said, said))
    written = "zh" if language.startswith("zh") else "en"
    assert found.best(1) == [article]
    assert found.of((article, written))[0].text == passage


def test_without_encoders_words_decide() -> None:
    bare = passages.build([POSTAGE, TEA], None, None)
    found = asking.asked(bare, "en", Said("norway", "and norway?"))
    assert found.best(1) == []
    assert found.of(("postage", "en"))[0].text == "Norway: 14.90 €"
    assert found.of(("gone", "en")) == []


@pytest.mark.parametrize("text", ["", "\0", "a\0b", "\ud800", "🫖" * 500, "x" * 20_000])
def test_no_text_is_refused_by_the_passage_encoder(text: str) -> None:
    reader = passage_encoder.load()
    assert reader
    for embed in (reader.questions, reader.passages):
        assert np.abs(np.linalg.norm(embed([text, "tea"]), axis=1) - 1).max() < 1e-3


def test_texts_do_not_depend_on_their_neighbours() -> None:
    reader = passage_encoder.load()
    assert reader
    texts = ["Green tea wants 75 °C.", "红茶", "How long does it take?"]
    alone = np.concatenate([reader.passages([text]) for text in texts])
    for order in itertools.permutations(range(3)):
        assert np.abs(reader.passages([texts[i] for i in order]) - alone[list(order)]).max() < 0.02


@pytest.mark.parametrize(
    ("said", "text", "opposed"),
    [
        ("how long does it keep once opened", "Unopened green tea keeps for 18 months.", True),
        ("is unopened tea welcome back", "Opened tea is welcome back, too, if no more than two cups are missing.", True),
        ("开封的普洱可以放多久", "未开封的绿茶可以放 18 个月。", True),
        ("没有开封的可以退吗", "已经开封的茶，只要用量不超过两杯，也可以退。", True),
        ("how long does unopened tea keep", "Unopened green tea keeps for 18 months.", False),
        ("it has not arrived", "If it has not arrived after ten days, write to us.", False),
        ("can I return it under the warranty", "Unfortunately this is understood.", False),
        ("开封的能退吗", "已经开封的茶，只要用量不超过两杯，也可以退。", False),
    ],
)
def test_what_tells_of_the_opposite_is_known(said: str, text: str, opposed: bool) -> None:
    assert asking.opposes(said, text) == opposed


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('Does it say "not valid"? Look at the last day below it.', ('Does it say "not valid"? Look at the last day below it.',)),
        ("东西收到的时候提示无效了吗？请看一下下面的有效期。", ("东西收到的时候提示无效了吗？请看一下下面的有效期。",)),
    ],
)
def test_a_question_of_the_article_says_something_only_with_its_answer(text: str, parts: tuple[str, ...]) -> None:
    assert split(text) == parts
