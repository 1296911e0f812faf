"""A question about a body is told from one about goods; whatever is left out of an answer, its warnings are not."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.contextual import passages
from chalicelib.bot.interpretation.contextual.passages import Passage
from chalicelib.bot.rules.facts import hear
from chalicelib.knowledge.articles.plain_text import short_text
from tests.unit.lantern import answered, handed_over

NUTS, DOCTOR = "traces of nuts", "ask your doctor"


@pytest.mark.parametrize(
    "text",
    [
        "is the advent box ok for a peanut allergy?",
        "my wife is breastfeeding, which one may she drink",
        "any hazelnuts in the chai",
        "I take blood thinners, is sencha alright",
        "does it have lactose?",
        "孕妇能喝哪款",
        "這款有冇花生",
        "我對榛子過敏",
        "吃降压药能喝普洱吗",
        "里面含奶吗",
    ],
)
def test_it_is_about_health(text: str) -> None:
    assert hear(text).health


@pytest.mark.parametrize(
    "text", ["can I drink black tea with milk", "where is my order?", "do you sell tea tins", "运费多少钱", "我想退货", "可以改地址吗"]
)
def test_it_is_not(text: str) -> None:
    assert not hear(text).health


@pytest.mark.parametrize("before", ["Does the tea contain nuts?", "Which teas contain caffeine?"])
@pytest.mark.parametrize("text", ["so is the plain green one alright for her?", "and black tea?", "is it vegan"])
def test_a_part_of_the_article_about_allergens_keeps_its_warnings(before: str, text: str) -> None:
    said = answered(text, last_question=before, last_article="ingredients-allergens").text
    assert NUTS in said
    assert DOCTOR in said


@pytest.mark.parametrize("text", ["那绿茶她能喝吧", "红茶呢", "是纯素的吗"])
def test_it_does_in_chinese(text: str) -> None:
    said = answered(text, last_question="含坚果吗", last_article="ingredients-allergens", language="zh").text
    assert "微量坚果" in said
    assert "咨询医生" in said


@pytest.mark.parametrize(("text", "word"), [("Is this tea safe for my nut allergy?", '"person"'), ("怀孕可以喝绿茶吗", "“人工”")])
def test_a_person_is_offered_beside_what_an_article_can_tell(text: str, word: str) -> None:
    said = answered(text)
    assert said.article == "ingredients-allergens"
    assert word in said.text


def test_what_is_not_known_about_health_is_not_guessed() -> None:
    assert "I do not guess" in handed_over("my doctor says my kidney failure forbids potassium").text


def test_the_best_passage_goes_with_those_that_warn() -> None:
    best = Passage("It tastes of honey.", 0, 1.0)
    other, warning = Passage("It comes in a tin.", 1, 0.0), Passage("Ask your doctor if you take medicine.", 2, 0.0)
    assert passages.told([best, other, warning]) == [best, warning]


def test_a_short_text_keeps_what_warns() -> None:
    short = short_text("Good tea. " * 60 + "It may contain traces of milk. " + "More tea. " * 9, "en")
    assert short.endswith("It may contain traces of milk.")
    assert short.count("Good tea.") < 60
