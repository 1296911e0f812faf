"""Whoever gives what the last answer asks for is handed over with it, and not asked for it again."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.contextual import given
from chalicelib.conversations.model import Answer, Escalation
from tests.unit.lantern import ask

ASKS = "Nothing found? Then tell us your order number, the date and the sum; we look for it."
ASKS_ZH = "如果都已入账，请把日期、金额和订单号发给我们。"


@pytest.mark.parametrize("text", [ASKS, ASKS_ZH])
def test_what_an_article_asks_for(text: str) -> None:
    assert given.asked_for(text) == {"number", "date", "amount"}


@pytest.mark.parametrize("text", ["The order number stands in the mail. We tell you.", "Free from 80 €.", "订单号在确认邮件里。"])
def test_what_only_tells_of_it_asks_for_nothing(text: str) -> None:
    assert not given.asked_for(text)


@pytest.mark.parametrize(
    ("text", "language", "named"),
    [
        ("it was B-20456 on 3 March", "en", "your order number B-20456, 3 March"),
        ("twice 19,50 on the 4th of May", "en", "4th of May, 19,50"),
        ("订单A10343，5月3日，两笔88元", "zh", "您的订单号 A10343、5月3日、88元"),
        ("I looked everywhere", "en", ""),
    ],
)
def test_what_she_gives_is_named(text: str, language: str, named: str) -> None:
    assert given.named(given.found(text, given.asked_for(ASKS)), language) == named


@pytest.mark.parametrize(
    ("article", "text", "told"),
    [
        ("not-delivered", "A-10343, nobody in the house has it", "your order number A-10343"),
        ("charged-twice", "both booked on 5 May, 31,20 each", "5 May, 31,20"),
        ("wrong-item", "單號A-10343，收到的是綠茶", "您的訂單號 A-10343"),
    ],
)
def test_she_is_handed_over_with_it(article: str, text: str, told: str) -> None:
    decided = ask(text, last_article=article, last_question="something is wrong")
    assert isinstance(decided, Escalation)
    assert decided.rule == "data-given"
    assert told in decided.text


def test_another_question_with_a_number_is_answered() -> None:
    decided = ask("where is my order A-10344?", last_article="not-delivered", last_question="my parcel is lost")
    assert isinstance(decided, Answer)
    assert decided.article == "track-order"
