"""Yes or no is said where an article says so plainly, and only there.

The questions to the demo shop's articles (made for this project, CC0) are in two halves by crc32: the odd one was only counted.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.bot.answers.answer import Answer
from chalicelib.bot.interpretation.unnamed.unnamed import unnamed
from chalicelib.bot.interpretation.whether.whether import is_bare, verdict
from tests.unit.dialogue_world import lantern_mind
from tests.unit.halves import is_held_out
from tests.unit.lantern import ask, lantern

LISTS = Path(__file__).parents[1] / "fixtures" / "whether_wordings"
LEAST = {"en": 0.84, "zh": 0.73}  # of those that have an answer, two points below what was measured


def counted(language: str) -> list[tuple[str, str]]:
    """What should be said to each question of the held-out half, and what is."""
    index = lantern().index
    assert index
    rows = [json.loads(line) for line in (LISTS / f"{language}.jsonl").read_text("utf-8").splitlines()]
    rows = [row for row in rows if is_held_out(row["text"])]
    found = [verdict(row["text"], index.articles[row["article"]][language], unnamed(row["text"], index)) for row in rows]
    return [(row["says"], one.kind) for row, one in zip(rows, found, strict=True)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_most_plain_questions_get_yes_or_no(language: str) -> None:
    rows = [(right, said) for right, said in counted(language) if right]
    assert len(rows) >= 20
    assert sum(right == said for right, said in rows) / len(rows) >= LEAST[language]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_not_one_in_20_is_false(language: str) -> None:
    said = [(right, kind) for right, kind in counted(language) if kind]
    assert sum(right != kind for right, kind in said) / len(said) <= 0.05


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("do you take blik", "No, “blik” is not among them:"),
        ("can i use two codes at once", "No: One code an order"),
        ("Do you ship to Canada?", "Yes: America: Canada"),
        ("能不能两个码叠加", "不能：每个订单只能用一个"),
        ("能寄到俄羅斯嗎", "不能寄往：俄羅斯"),
    ],
)
def test_it_stands_before_what_says_so(text: str, begins: str) -> None:
    decided = ask(text, lantern_mind())
    assert isinstance(decided, Answer)
    assert any(line.startswith(begins) for line in decided.text.split("\n"))


def test_a_follow_up_is_decided_without_doubt() -> None:
    decided = ask("so no klarna?", lantern_mind(), last_article="payment-methods", last_question="what ways to pay", told=("answer",))
    assert isinstance(decided, Answer)
    assert decided.text.startswith("No: You can pay by")


def test_the_passage_is_not_said_twice() -> None:
    decided = ask("can i use two codes at once", lantern_mind())
    assert isinstance(decided, Answer)
    assert decided.text.count("One code an order") == 1


@pytest.mark.parametrize("text", ["so can i or not?", "到底能不能", "yes or no?"])
def test_a_bare_question_is_the_one_before(text: str) -> None:
    assert is_bare(text)
    before = "can i use two codes at once" if text.isascii() else "能不能两个码叠加"
    decided = ask(text, lantern_mind(), last_article="discount-code", last_question=before, told=("answer",))
    assert isinstance(decided, Answer)
    assert "No: One code" in decided.text or "不能：每个订单" in decided.text


def test_a_list_that_is_not_whole_denies_nothing() -> None:
    index = lantern().index
    assert index
    article = index.articles["payment-methods"]["en"]
    some = replace(article, text="You can pay by card, PayPal, Apple Pay, Google Pay etc.")
    assert verdict("do you take blik", some, "blik").kind == ""
    assert verdict("do you take blik", article, "blik").kind == "no"
