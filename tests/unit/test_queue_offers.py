"""Whoever waits for a person is not offered one: neither by a button nor in words, whatever she asks meanwhile."""

from __future__ import annotations

import re

import pytest

from chalicelib.bot.answers.answer import Context, examined
from chalicelib.bot.messages.waiting.saying import beside
from chalicelib.conversations.model import Answer
from tests import threads
from tests.unit.dialogue_player import Play
from tests.unit.dialogue_world import World, lantern_mind, make_world
from tests.unit.lantern import OPEN, answered, lantern

__all__ = ["make_world"]

PERSON = re.compile(r'"person"|[“「]人工')
BUTTONS = {"Talk to a person", "转人工", "轉真人客服"}
ENGLISH = (
    *(
        "is the green tea safe for my allergic son?",
        "I am pregnant, is matcha ok?",
        "is there caffeine in it for a 6 year old with asthma?",
    ),
    *(
        "How do I return this? And why is the sky green?",
        "this is a scandal, how long does delivery take?",
        "my invoice is in the wrong name",
    ),
    *("are you a robot", "hello, what can you do?", "do you ship to Norway", "do you ship to Norway", "do you ship to Norway??"),
    *("what do you recommend?", "what is the weather like?", "something else", "none of these", "2", "huh?", "where is my order"),
)
SIMPLIFIED = (
    *("对坚果过敏能喝吗", "怀孕了可以喝抹茶吗", "怎么退货？为什么天是绿的？", "气死了，多久能到", "发票抬头错了"),
    *("你是机器人吗", "你能做什么", "可以寄到挪威吗", "可以寄到挪威吗", "有什么推荐", "今天天气怎么样", "都不是", "2", "我的订单到哪了"),
)
TRADITIONAL = (
    *("對堅果過敏可以喝嗎", "懷孕可以喝抹茶嗎", "怎麼退貨？為什麼天是綠的？", "氣死了，多久會到", "發票抬頭錯了"),
    *("你是機器人嗎", "你會做什麼", "可以寄到挪威嗎", "可以寄到挪威嗎", "有什麼推薦", "今天天氣怎麼樣", "都不是", "2", "我的訂單到哪了"),
)


@pytest.mark.parametrize(("call", "said"), [("person", ENGLISH), ("转人工", SIMPLIFIED), ("轉真人客服", TRADITIONAL)])
@pytest.mark.parametrize("when", ["monday", "sunday"])
def test_nothing_that_is_said_to_her_offers_a_person(world: World, call: str, said: tuple[str, ...], when: str) -> None:
    play = Play(f"offers-{world.next()}", world.clock, when=when)
    world.play = play
    for text in (call, *said):
        play.say(text, 10)
    play.wait(play.clock.now + 10_000)
    assert play.head().owner == "queue"
    told = [m for m in threads.whole(play.thread).messages if m.direction == "outgoing"]
    assert len(told) > len(said) * 0.8
    assert [m.text for m in told if PERSON.search(m.text)] == []
    assert [m.meta["choices"] for m in told if BUTTONS & set(m.meta.get("choices", ()))] == []


@pytest.mark.parametrize(
    ("choices", "left"),
    [
        (("Talk to a person",), ()),
        (("Something else", "Talk to a person"), ()),
        (("Returns", "Something else", "Talk to a person"), ("Returns", "Something else")),
        (("Yes", "No"), ("Yes", "No")),
    ],
)
def test_other_choices_stay(choices: tuple[str, ...], left: tuple[str, ...]) -> None:
    case = examined("is it organic", Context("webchat", OPEN), lantern())
    assert beside(case, Answer("Yes.", "x", choices=choices)).said.choices == left


@pytest.mark.parametrize(
    "text",
    [
        "請問有寄台灣嗎",
        "喂 個tracking話送咗 但我咩都冇收到喎",
        "no i mean if i return it who pays the return postage from uk",
        "那个玻璃壶卖完了吗 什么时候补货",
    ],
)
def test_one_article_that_may_help_has_no_number_and_several_have(text: str) -> None:
    said = answered(text, lantern_mind())
    assert said.told in (("lead",), ("lead", "sorry"))
    numbered = said.text.split("\n")[3 if "sorry" in said.told else 1].startswith("1. ")
    assert numbered == (len(said.offered) > 1)
