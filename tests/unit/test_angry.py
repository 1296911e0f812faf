"""Whoever is angry gets a word of apology, what is known or what is needed, and a person beside it.

The lists (made for this project, CC0) say which article such a message is about, "" for anger at nothing that one could look up; their
half with an odd crc32 was only counted.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.bot.answers import angry
from chalicelib.bot.answers.answer import answer, examined
from chalicelib.bot.answers.context import Context
from chalicelib.conversations.model import Answer, Escalation
from tests.unit.dialogue_world import World, lantern_mind, make_world, seen
from tests.unit.halves import is_held_out
from tests.unit.lantern import at

__all__ = ["make_world"]

LISTS = Path(__file__).parents[1] / "fixtures" / "angry_wordings"
SORRY = ("sorry", "抱歉", "should not happen")
NEEDS = ("write its number here", "把订单号发到这里", "把訂單編號傳到這裡")


def decided(text: str) -> Answer | Escalation:
    return answer(text, Context("webchat", at("2026-11-29", "10:00")), lantern_mind())


def substance(said: Answer | Escalation) -> str:
    """The article that it tells, "needs", or ""."""
    return said.article or ("needs" if any(word in said.text for word in NEEDS) else "")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("held_out", [False, True])
def test_most_who_are_angry_get_substance_and_all_a_way_to_a_person(language: str, held_out: bool) -> None:
    rows = [json.loads(line) for line in (LISTS / f"{language}.jsonl").read_text("utf-8").splitlines()]
    half = [row for row in rows if is_held_out(row["text"]) == held_out]
    found = [(row["article"], decided(row["text"])) for row in half]
    assert all(any(word in said.text for word in SORRY) for _, said in found)
    assert all(isinstance(said, Escalation) or "person" in said.text or "人工" in said.text or "真人" in said.text for _, said in found)
    assert sum(substance(said) in (article, "needs") for article, said in found) / len(found) >= 0.8
    named = [substance(said) == article for article, said in found if article]
    assert sum(named) / len(named) >= 0.5


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        (("got the wrong tea again. second time now",), "I am sorry|tell us your order number|passing this"),
        (("i need to talk to someone real, charged twice",), "I am sorry|the date, the sum and your order number|passing this"),
        (("ABSOLUTELY DISGUSTED. teapot in bits. it was a present",), "I am sorry|write its number here, and add a photo|passing this"),
        (("服了 又给我发错货 要的龙井来的是红茶",), "抱歉|装箱单的照片|转给客服同事"),
        (("兩個月前買的電熱水壺壞了 真的很失望",), "抱歉|保固兩年|轉給客服同事"),
    ],
)
def test_beside_the_person_stands_what_helps(world: World, said: tuple[str, ...], holds: str) -> None:
    last = seen(world, *said)[-1]
    assert last.owner == "queue"
    assert all(part in last.text for part in holds.split("|")), last.text


def test_who_only_asks_for_a_person_is_told_nothing_else(world: World) -> None:
    assert seen(world, "talk to a person")[-1].text.startswith("I am passing this to my colleagues.")


def test_what_she_has_just_read_is_not_told_again() -> None:
    context = Context("webchat", at("2026-11-29", "10:00"), last_article="wrong-item", last_question="wrong item", told=("answer",))
    assert angry.article(examined("wrong tea AGAIN, are you kidding me", context, lantern_mind())) == ""
    assert angry.article(examined("wrong tea AGAIN, are you kidding me", replace(context, last_article=""), lantern_mind())) == "wrong-item"
