"""In an article that is told whole, what answers her stands out: measured on another shop's questions, which nothing was fitted on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.bot.answers.answer import answer
from chalicelib.bot.answers.context import Context
from chalicelib.bot.interpretation.contextual import passages
from chalicelib.bot.interpretation.contextual.completion import own_words
from chalicelib.bot.interpretation.contextual.passages import Said
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.conversations.model import Answer
from chalicelib.knowledge.encoder import encoder, passage_encoder
from chalicelib.knowledge.index import index
from tests.bench.train_follow_ups import FOLLOW_UPS, _same, other_shop
from tests.unit.conftest import T0
from tests.unit.dialogue_world import lantern_mind


def questions(language: str) -> Iterator[dict[str, Any]]:
    lines = (FOLLOW_UPS / f"{language}.jsonl").read_text("utf-8").splitlines()
    return (one for one in map(json.loads, lines) if one["passage"])


def test_what_stands_out_answers() -> None:
    encoders = encoder.load(), passage_encoder.load()
    known = index.read(*index.build(other_shop(), (), *encoders), *encoders).passages
    shown, right, every = 0, 0, 0
    for language in ("en", "zh"):
        for one in questions(language):
            said = mainland(one["say"])
            fits = passages.answering(passages.asked(known, language, Said(own_words(said), said)).of((one["article"], language)))
            every, shown = every + 1, shown + bool(fits)
            right += any(_same(each.text, one["passage"]) for each in fits)
    assert right / shown >= 0.86, f"{right} of {shown}"
    assert shown / every >= 0.55, f"{shown} of {every}"


@pytest.mark.parametrize(
    ("said", "language", "fits", "without"),
    [
        ("how hot should the water be for oolong", "en", "Oolong: 90 °C", "Green tea"),
        ("how long is the warranty on my kettle", "en", "two-year warranty", "Lime"),
        ("礼品卡都有多大面额？", "zh", "10 到 200 欧元", "三年"),
        ("請問寄到瑞士還要另外交稅嗎", "zh", "瑞士、挪威和英國", "俄羅斯"),
    ],
)
def test_of_an_article_told_whole_the_passages_that_answer_are_named(said: str, language: str, fits: str, without: str) -> None:
    told = answer(said, Context(channel="webchat", now=T0, language=language), lantern_mind())
    assert isinstance(told, Answer)
    assert fits in "\n".join(told.fits), told
    assert without in told.text
    assert without not in "\n".join(told.fits)
    assert all(one in told.text for one in told.fits)


@pytest.mark.parametrize("said", ["how do i return an item", "i forgot my password", "怎么退货"])
def test_steps_and_short_articles_are_read_as_a_whole(said: str) -> None:
    told = answer(said, Context(channel="webchat", now=T0), lantern_mind())
    assert isinstance(told, Answer)
    assert told.article
    assert told.fits == ()


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_plain_text_marks_nothing(channel: Any) -> None:
    told = answer("how hot should the water be for oolong", Context(channel=channel, now=T0), lantern_mind())
    assert isinstance(told, Answer)
    assert told.fits == ()
