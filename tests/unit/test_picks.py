"""What was offered can be picked in any way in which people pick: by number, place, words of the title, a yes, a no."""

from __future__ import annotations

import pytest

from chalicelib.bot.picks import ALL, agrees, picked, refuses

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
    assert picked(text, OFFERED) == place


@pytest.mark.parametrize(
    ("place", "text"), [(0, "查询订单"), (0, "查訂單"), (1, "收货地址"), (1, "修改地址那个"), (2, "礼品卡"), (2, "礼品卡怎么用")]
)
def test_a_chinese_title_is_picked_by_its_words(place: int, text: str) -> None:
    assert picked(text, ZH) == place


@pytest.mark.parametrize(
    "text",
    ["4", "12345", "1 or 2", "the first and the second", "where is my money", "your", "", "🤔", "0", "一共多少钱", "order 2 tins", "what"],
)
def test_what_names_none_or_several_picks_nothing(text: str) -> None:
    assert picked(text, OFFERED) is None


def test_a_place_that_was_not_offered_is_no_pick() -> None:
    assert picked("3", OFFERED[:2]) is None
    assert picked("the last one", OFFERED[:2]) == 1
    assert picked("1", ()) is None


@pytest.mark.parametrize("text", ["yes", "Yes!", "yep", "yes please", "that one", "是的", "對", "嗯", "好的", "👍", "👍🏽 🙏"])
def test_a_yes_takes_the_only_one_and_is_not_enough_for_several(text: str) -> None:
    assert picked(text, OFFERED[:1]) == 0
    assert picked(text, OFFERED) == ALL
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
