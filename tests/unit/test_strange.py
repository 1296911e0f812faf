"""A question that names a thing of which no article tells is never answered as if it were sure."""

from __future__ import annotations

import pytest

from chalicelib.bot.answers.answer import Answer, answer
from chalicelib.bot.answers.context import Brain, Context
from chalicelib.bot.interpretation.unnamed.strange import strange
from tests.bench.generic_words import FILE, generic
from tests.unit.dialogue_world import lantern_mind
from tests.unit.lantern import OPEN

OTHERS = (
    "I forgot the password for my Wi-Fi router, how do I reset it?",
    "How do I change my address at the town hall after moving?",
    "I have a kettle from a supermarket that stopped working, do you repair those too?",
    "How do I cancel my gym membership?",
    "How do I return a book to the library?",
    "Where do I enter the code of my garage door?",
)
OURS = ("I forgot my password", "how do i chnge my adress", "Where is my parcel?", "Can I pay with PayPal?", "How do I store green tea?")


@pytest.fixture(scope="module")
def mind() -> Brain:
    return lantern_mind()


@pytest.mark.parametrize("question", OTHERS)
def test_what_is_near_by_chance_is_no_sure_answer(mind: Brain, question: str) -> None:
    assert mind.index
    assert strange(question, mind.index)
    said = answer(question, Context("webchat", OPEN), mind)
    assert not isinstance(said, Answer) or not said.article or said.is_tentative


@pytest.mark.parametrize("question", OURS)
def test_what_the_articles_tell_is_not_strange(mind: Brain, question: str) -> None:
    assert mind.index
    assert strange(question, mind.index) == []


def test_a_case_that_is_told_at_length_may_hold_any_word(mind: Brain) -> None:
    assert mind.index
    assert strange("My neighbour's tortoise sat on it. " * 10, mind.index) == []


def test_the_list_is_made_of_the_fixture() -> None:
    assert FILE.read_text("utf-8").split() == generic()
