"""What buttons stand for is not said twice, and not a line of an article is lost for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec import to_builtins

from chalicelib.bot.answers.listed import listed
from chalicelib.bot.messages import brain, outgoing
from chalicelib.conversations import baton, views
from chalicelib.conversations.model import Answer
from tests.unit.conftest import T0, incoming
from tests.unit.lantern import answered, lantern, unsure

RULES = brain.shipped().rules
STEPS = "1. Open your orders.\n2. Choose the order.\n3. Tap on Return."
BESIDE = {"en": ("Something else", "Talk to a person"), "zh": ("都不是", "转人工"), "zh-Hant": ("都不是", "轉真人客服")}


def sentence(name: str, language: str, **values: str) -> str:
    return RULES.sentences[name][language].format(**values)


def left(text: str, choices: tuple[str, ...]) -> str:
    gone = listed(text, choices, RULES)
    return "\n".join(line for number, line in enumerate(text.split("\n")) if number not in gone).rstrip()


@pytest.mark.parametrize("language", BESIDE)
def test_an_articles_own_list_stays_and_the_offered_titles_and_the_hint_go(language: str) -> None:
    told = sentence("lead", language, titles=f"1. Return an item\n{STEPS}")
    others = sentence("lead_others", language, titles="2. Exchange\n3. Refund")
    shown = left(f"{told}\n\n{others}", ("Exchange", "Refund", *BESIDE[language]))
    assert shown == f"{told}\n\n{others.partition(chr(10))[0]}"


@pytest.mark.parametrize("language", BESIDE)
def test_an_offer_keeps_its_question_only(language: str) -> None:
    offer = sentence("offer", language, titles="1. Exchange\n2. Refund")
    assert left(offer, ("Exchange", "Refund", *BESIDE[language])) == offer.partition("\n")[0]


@pytest.mark.parametrize("name", ["person_beside", "person_if_not"])
@pytest.mark.parametrize("language", BESIDE)
def test_a_person_who_is_a_button_is_not_named_again(language: str, name: str) -> None:
    beside = sentence(name, language)
    assert left(f"{STEPS}\n\n{beside}", BESIDE[language][1:]) == STEPS


def test_of_a_line_that_an_article_and_the_list_share_only_the_lists_goes() -> None:
    text = f"This may help:\n1. Return\n2. Refund\nText.\n\n{sentence('lead_others', 'en', titles='2. Refund')}"
    assert left(text, ("Refund", *BESIDE["en"])).split("\n") == [
        "This may help:",
        "1. Return",
        "2. Refund",
        "Text.",
        "",
        "Was it something else?",
    ]


def test_how_to_leave_an_action_stays_said() -> None:
    text = "Please reply with one of the numbers.\n1. It is damaged\n2. Other\n(Write “never mind” to leave this.)"
    assert listed(text, ("It is damaged", "Other"), RULES) == [1, 2]


@pytest.mark.parametrize(
    ("text", "choices"), [("1. A\n2. B", ()), ("", ("A",)), ("\n\n", ("A",)), ("1. A\n1. A", ("B",)), ("Yes or no?", ("Yes", "No"))]
)
def test_without_a_list_nothing_goes(text: str, choices: tuple[str, ...]) -> None:
    assert listed(text, choices, RULES) == []


def visitors(said: Answer, monkeypatch: pytest.MonkeyPatch, **meta: Any) -> dict[str, Any]:
    """The message as the chat page gets it."""
    monkeypatch.setattr(brain, "load", lantern)
    asked = incoming("the tea order")
    known = outgoing.behind(said, baton.opened(asked, "c1"), asked, asked.text)
    return to_builtins(views.for_visitor(outgoing.answer(asked, "a-1", said, T0 + 1, known | meta)))


def test_the_page_is_told_which_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = answered("the tea order", unsure())
    shown = visitors(offer, monkeypatch)
    lines = shown["text"].split("\n")
    assert [lines[n].partition(". ")[2] for n in shown["listed"][:3]] == list(offer.choices[:3])
    assert shown["listed"] == [1, 2, 3, 4]
    assert "listed" not in visitors(replace(offer, choices=()), monkeypatch)


def test_the_page_is_told_whether_a_person_answers_next(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = Answer("Noted.", "", outcome="taken")
    assert visitors(noted, monkeypatch, waits=True)["waits"]
    assert "waits" not in visitors(noted, monkeypatch)
