"""What was offered can be picked in any way in which people pick: by number, place, words of the title, a yes, a no.

The lists (made for this project, CC0) were written before the patterns. Of the half with odd crc32 only the score was looked at.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bot.interpretation.choices.assent import agrees, refusal, refuses
from chalicelib.bot.interpretation.choices.picks import Picked, picked
from tests.unit.halves import is_held_out

LISTS = Path(__file__).parents[1] / "fixtures" / "picks_wordings"

OFFERED = ("Track your order", "Change your delivery address", "Pay with a gift card")
ZH = ("查询订单", "修改收货地址", "礼品卡怎么用")

PICKS: list[tuple[int, str]] = [
    (0, "1"),
    (0, "1."),
    (0, "(1)"),
    (0, "#1"),
    (0, "one"),
    (0, "number one"),
    (0, "the first"),
    (0, "The first one, please!"),
    (0, "1st"),
    (0, "top one"),
    (0, "①"),
    (0, "１"),
    (0, "1️⃣"),
    (0, "第一个"),
    (0, "一"),
    (0, "选1"),
    (0, "我选第一个"),
    (1, "2 please"),
    (1, "no. 2"),
    (1, "option 2"),
    (1, "Option two"),
    (1, "the second one"),
    (1, "second"),
    (1, "I want number 2"),
    (1, "it's the 2nd one"),
    (1, "the middle one"),
    (1, "2️⃣ 👍"),
    (1, "第二个"),
    (1, "第二個吧"),
    (1, "请看第2个"),
    (1, "2号"),
    (1, "我要问的是第二个"),
    (1, "中间那个"),
    (2, "number three"),
    (2, "3rd one"),
    (2, "Third"),
    (2, "the last one"),
    (2, "last"),
    (2, "the very last one please"),
    (2, "第三条"),
    (2, "最后一个"),
    (2, "最後那個"),
    (0, "track order"),
    (1, "change my address"),
    (1, "the address"),
    (2, "the one about gift cards"),
    (2, "gift card"),
    (2, "Pay with a gift card"),
]


@pytest.mark.parametrize(("place", "text"), PICKS)
def test_it_is_picked(place: int, text: str) -> None:
    assert picked(text, OFFERED) == Picked((place,))


@pytest.mark.parametrize(
    ("place", "text"), [(0, "查询订单"), (0, "查訂單"), (1, "收货地址"), (1, "修改地址那个"), (2, "礼品卡"), (2, "礼品卡怎么用")]
)
def test_a_chinese_title_is_picked_by_its_words(place: int, text: str) -> None:
    assert picked(text, ZH) == Picked((place,))


@pytest.mark.parametrize(
    "text",
    ["4", "12345", "where is my money", "your", "", "🤔", "0", "一共多少钱", "order 2 tins", "what"],
)
def test_what_names_none_picks_nothing(text: str) -> None:
    assert picked(text, OFFERED) is None


def test_a_place_that_was_not_offered_is_no_pick() -> None:
    assert picked("3", OFFERED[:2]) is None
    assert picked("the last one", OFFERED[:2]) == Picked((1,))
    assert picked("1", ()) is None


@pytest.mark.parametrize("text", ["yes", "Yes!", "yep", "yes please", "that one", "是的", "對", "嗯", "好的", "👍", "👍🏽 🙏"])
def test_a_yes_takes_the_only_one_and_is_not_enough_for_several(text: str) -> None:
    assert picked(text, OFFERED[:1]) == Picked((0,))
    assert picked(text, OFFERED) == Picked((0, 1, 2), doubt=True)
    assert agrees(text)


@pytest.mark.parametrize(
    "text",
    ["no", "No.", "nope", "none of these", "No, none of them", "neither", "something else", "不是", "都不是", "都不對", "其他", "👎"],
)
def test_a_no_is_heard(text: str) -> None:
    assert refuses(text)
    assert picked(text, OFFERED) is None


@pytest.mark.parametrize("text", ["no delivery came", "yes but when", "不是说三天到吗", "是什么茶"])
def test_a_longer_sentence_is_neither_yes_nor_no(text: str) -> None:
    assert not agrees(text)
    assert not refuses(text)


def rows(language: str, kind: str, held_out: bool) -> list[dict[str, Any]]:
    """`kind`: "pick", "refusal", or "other", which is none of both."""
    found = [json.loads(line) for line in (LISTS / f"{language}.jsonl").read_text("utf-8").splitlines()]
    return [row for row in found if _kind(row) == kind and is_held_out(row["text"]) == held_out]


def _kind(row: dict[str, Any]) -> str:
    return "pick" if row["places"] is not None else "refusal" if row["refusal"] is not None else "other"


def understood(row: dict[str, Any]) -> bool:
    found = picked(row["text"], row["titles"])
    if row["places"] is not None:
        return found == Picked(tuple(row["places"]), row["rest"], row["doubt"])
    return found is None and refusal(row["text"]) == row["refusal"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_unseen_wordings_95_in_100_are_understood_and_2_in_100_others_are_taken_at_most(language: str) -> None:
    picks, refusals, others = (rows(language, kind, held_out=True) for kind in ("pick", "refusal", "other"))
    assert min(len(picks), len(others)) >= 70
    assert sum(map(understood, picks)) / len(picks) >= 0.95
    assert sum(map(understood, refusals)) / len(refusals) >= 0.95
    assert sum(map(understood, others)) / len(others) >= 0.98


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["pick", "refusal", "other"])
def test_each_wording_of_the_tuning_part_is_understood(language: str, kind: str) -> None:
    assert [row["text"] for row in rows(language, kind, held_out=False) if not understood(row)] == []


@pytest.mark.parametrize("around", ["{}", "Hello, {} please", "I think {}, thanks!", "um {} pls"])
@pytest.mark.parametrize(("pick", "places"), [("the second one", (1,)), ("number 3", (2,)), ("1 and 3", (0, 2)), ("all three", (0, 1, 2))])
def test_politeness_around_a_pick_changes_nothing(around: str, pick: str, places: tuple[int, ...]) -> None:
    assert picked(around.format(pick), OFFERED) == Picked(places)


@pytest.mark.parametrize("around", ["{}", "你好，{}，谢谢", "我想问的是{}", "{}唔該"])
@pytest.mark.parametrize(("pick", "places"), [("第二個", (1,)), ("最后一个", (2,)), ("第一和第三個", (0, 2)), ("全部", (0, 1, 2))])
def test_politeness_around_a_chinese_pick_changes_nothing(around: str, pick: str, places: tuple[int, ...]) -> None:
    assert picked(around.format(pick), ZH) == Picked(places)


def test_questions_that_she_counts_herself_are_no_picks() -> None:
    assert picked("1. where is my parcel 2. who pays for it", OFFERED) is None
    assert picked("First, where is my parcel? Second, who pays?", OFFERED) is None


def test_a_yes_with_a_question_takes_the_only_one() -> None:
    assert picked("yes, and how long does that take?", OFFERED[:1]) == Picked((0,), "how long does that take?")
    assert picked("yes, and how long does that take?", OFFERED) is None


def test_a_long_message_is_read_in_no_time() -> None:
    assert picked("the second one. " + "and then I went to the shop " * 4_000, OFFERED) is not None
    assert refusal("none of these, " * 9_000) == ""


def test_a_title_with_a_lone_letter_is_a_title_like_others() -> None:
    assert picked("the warranty one", ["Warranty", "The customer's order", "A s"]) == Picked((0,))


@pytest.mark.parametrize(
    "text",
    [
        *("ah no just for myself. something else", "that's for companies, I mean something else", "I am no company. none of these"),
        *("it is for me only; another question", "not a business, just me. sth else please", "i have only one cup. Something different"),
        *(
            "我是自己喝的，都不是",
            "不是公司订的 别的问题",
            "我自己用。想问别的",
            "我是自己喝的，都不是",
            "不是公司啦 別的問題",
            "係自己飲嘅，都唔係",
        ),
    ],
)
def test_a_reason_and_then_the_words_of_the_button_refuse_all(text: str) -> None:
    assert refusal(text) == ""
    assert picked(text, ["Orders for companies, cafés and gifts", "公司订购"]) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "can I send back something else",
            "what about something else?",
            "I got something else",
            "does it fit? something else",
        ),
        *("可以换别的吗", "收到的是别的", "能不能换？别的", "寄來的是其他的"),
    ],
)
def test_the_same_words_in_a_question_or_a_fact_refuse_nothing(text: str) -> None:
    assert refusal(text) is None
