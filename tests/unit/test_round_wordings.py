"""Wordings of what customers met in play: trouble and none, anger at the shop and fraud, a person wanted after all, the end of an alarm.

The lists (made for this project, CC0; one author wrote them and then the patterns) are in two halves by crc32: the even one is what the
patterns were tuned on; the odd one was only counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.bot.interpretation import mood
from chalicelib.bot.interpretation.courtesies import about, beyond, small_talk
from chalicelib.bot.interpretation.courtesies.politeness import core
from chalicelib.bot.interpretation.hazards import aftermath, danger
from chalicelib.bot.interpretation.phrases import plain
from chalicelib.bot.interpretation.waiting import awaits, scolds
from chalicelib.bot.rules.facts import hear
from tests.unit.halves import heard, listed

LISTS = Path(__file__).parents[1] / "fixtures"
Hears = Callable[[str], object]
HEARD: dict[str, tuple[str, Hears]] = {
    "trouble_wordings/{}": ("trouble", mood.trouble),
    "aftermath_wordings/{}_end": ("meant", aftermath.meant),
    "aftermath_wordings/{}_back": ("mistaken", aftermath.is_mistaken),
    "danger_wordings/{}_anger": ("topic", lambda text: danger.topic(plain(text))),
    "person_wordings/{}_hedged": ("person", lambda text: hear(text).asked_for_person),
    "waiting_wordings/{}_scold": ("scolds", scolds),
    "small_talk_wordings/{}_left": ("kind", small_talk.kind),
    "about_wordings/{}_tagged": ("about", about.asked),
    "beyond_wordings/{}_zone": ("zone", lambda text: beyond.asked(text) == "zone"),
}


def shares(name: str, language: str, *, held_out: bool) -> tuple[float, float]:
    key, hears = HEARD[name]
    return heard(listed(f"{name.format(language)}.jsonl"), key, hears, held_out=held_out)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", list(HEARD))
def test_most_of_the_unseen_wordings_are_heard_as_what_they_are(name: str, language: str) -> None:
    meant, others = shares(name, language, held_out=True)
    assert (meant >= 0.83, others >= 0.85) == (True, True), (meant, others)
    meant, others = shares(name, language, held_out=False)
    assert (meant >= 0.93, others >= 0.94) == (True, True), (meant, others)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_whoever_calls_the_shop_a_fraud_is_upset(language: str) -> None:
    rows = map(json.loads, (LISTS / f"danger_wordings/{language}_anger.jsonl").read_text("utf-8").splitlines())
    angry = [hear(row["text"]).upset for row in rows if not row["topic"]]
    assert sum(angry) / len(angry) >= 0.9


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Block what card?? I asked about my refund.", "I asked about my refund."),
        ("冻结什么卡啊？？我问的是退款", "我问的是退款"),
        ("凍結咩卡呀？我係問退款", "我係問退款"),
        ("What teas do you have? I asked my wife.", "What teas do you have? I asked my wife."),
        ("有什么茶？我是新客", "有什么茶？ 我是新客"),
    ],
)
def test_a_protest_before_the_word_of_what_was_asked_is_no_question(text: str, left: str) -> None:
    assert core(text) == left


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("算了 等你们电话", True),
        ("算啦 等你哋打嚟", True),
        ("還是等客服回覆好了", True),
        ("forget it, I will wait for your call", True),
        ("ok then ill wait for you to call", True),
        ("waiting for my parcel", False),
        ("等快递", False),
        ("when do I get your answer?", False),
    ],
)
def test_whoever_waits_for_the_call_says_so(text: str, waits: bool) -> None:
    assert awaits(text) == waits
