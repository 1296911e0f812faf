"""Whoever has lost somebody reads a word of sympathy first, once; words that only sound like it call for none."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.courtesies.bereaved import is_bereaved
from tests.unit.dialogue_world import World, make_world, seen

__all__ = ["make_world"]


@pytest.mark.parametrize(
    "text",
    [
        "my mum passed away three weeks ago and I would like the tea she drank",
        "the funeral is on Friday",
        "I lost my husband in May, please stop his newsletter",
        "my late father had an account with you",
        "our gran sadly died last month",
        "我妈妈上个月去世了，想买她喝的那款茶",
        "婆婆過世了，訂單想取消",
        "星期五是葬礼，茶能到吗",
    ],
)
def test_a_loss_is_heard(text: str) -> None:
    assert is_bereaved(text)


@pytest.mark.parametrize(
    "text",
    [
        "my kettle died",
        "the parcel got lost",
        "I lost my password",
        "my mum wants the green tea",
        "we nearly died laughing",
        "茶壶坏了",
        "我把订单号弄丢了",
        "想去世界各地都能寄吗",
    ],
)
def test_other_losses_are_none(text: str) -> None:
    assert not is_bereaved(text)


def test_it_is_said_once_before_the_answer(world: World) -> None:
    first, second = seen(
        world, "my mum passed away, can I cancel her newsletter?", "and her account? she passed away three weeks ago, where do I close it"
    )
    assert first.text.startswith("I am very sorry for your loss.")
    assert "loss" not in second.text
