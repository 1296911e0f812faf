"""Whoever writes traditional characters is answered in them, also to a word that both scripts write alike and whatever the page is set to.

The wordings (made for this project, CC0) are messages without a character of one script alone, and Cantonese.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.bot.interpretation.language import detect
from chalicelib.bot.interpretation.orthography.dialect import as_written, mainland
from chalicelib.conversations import baton
from chalicelib.conversations.model import Escalation
from tests import threads
from tests.unit.conftest import incoming
from tests.unit.dialogue_player import Play
from tests.unit.dialogue_world import World, make_world
from tests.unit.lantern import answered, ask

__all__ = ["make_world"]

ROWS = [json.loads(line) for line in (Path(__file__).parents[1] / "fixtures/script_wordings/zh.jsonl").read_text("utf-8").splitlines()]
ALIKE = [row["text"] for row in ROWS if not row["cantonese"]]
CANTONESE = [row["text"] for row in ROWS if row["cantonese"]]


@pytest.mark.parametrize("text", ALIKE)
@pytest.mark.parametrize("page", ["zh", "en", ""])
def test_what_tells_no_script_is_answered_in_the_conversations(text: str, page: str) -> None:
    for spoken in ("zh-Hant", "zh"):
        said = ask(text, language=spoken, page=page, last_question="退款多久到")
        assert (said.facts["language"] if isinstance(said, Escalation) else said.language) == spoken


@pytest.mark.parametrize("text", CANTONESE)
@pytest.mark.parametrize("page", ["zh", "en", "zh-Hant", ""])
def test_cantonese_is_answered_in_traditional_characters_whatever_the_page_is_set_to(text: str, page: str) -> None:
    assert detect(text, page) == "zh-Hant"


@pytest.mark.parametrize("text", ["唔该帮我退货", "我嘅订单喺边", "几时发货㗎"])
def test_simplified_characters_count_more_than_particles(text: str) -> None:
    assert detect(text, "zh-Hant") == "zh"


def test_the_page_tells_the_script_of_a_conversation_that_was_in_english() -> None:
    assert detect("你好", "en", "zh-Hant") == "zh-Hant"
    assert detect("88213", "en", "zh-Hant") == "en"


@pytest.mark.parametrize("replies", [("1",), ("是",), ("都不是",), ("ok",), ("轉人工", "0912 345 678")])
def test_a_chat_in_traditional_characters_stays_in_them_on_a_page_in_simplified_ones(world: World, replies: tuple[str, ...]) -> None:
    play = Play(f"script-{world.next()}", world.clock, page="zh")
    world.play = play
    for text in ("寄錯東西了欸 我買的是烏龍結果來的是茉莉綠茶", *replies):
        play.say(text, 10)
    play.wait(play.clock.now + 10_000)
    told = [m.text for m in threads.whole(play.thread).messages if m.direction == "outgoing"]
    assert len(told) >= 2
    assert [text for text in told if detect(text) != "zh-Hant"] == []


def test_the_next_conversation_of_a_thread_begins_in_the_language_of_the_one_before() -> None:
    before = baton.opened(incoming("請問", language="zh-Hant"), "c1")
    assert baton.reopened(before, incoming("1", language="zh")).language == "zh-Hant"
    assert baton.received(before, incoming("1", language="zh")).language == "zh-Hant"
    assert baton.reopened(baton.opened(incoming(), "c1"), incoming("1", language="zh")).language == "zh"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("你哋收咗我兩次錢呀 搞咩呀", "搞咩呀"),
        ("點解咁貴？幾耐先寄到？", "幾耐先寄到"),
        ("有冇平啲嘅茶壺？邊隻好？", "有冇平啲嘅茶壺"),
        ("運費多少？關稅誰付？", "關稅誰付"),
    ],
)
def test_her_words_are_quoted_as_she_wrote_them(text: str, part: str) -> None:
    assert as_written(mainland(part), text) == part


def test_what_is_not_hers_is_said_as_it_is() -> None:
    assert as_written("营业时间", "我嘅訂單") == "营业时间"
    assert as_written("1. Returns", "我嘅訂單") == "1. Returns"


def test_an_open_question_is_quoted_as_she_wrote_it() -> None:
    said = answered("你哋收咗我兩次錢呀？唔知隔離阿婆搞咩呀？", page="zh").text
    assert "隔離阿婆搞咩呀" in said
