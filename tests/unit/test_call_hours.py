"""When somebody who waits would like to be called: hours and days with little around them, and no question of the shop's own hours."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.waiting import beside_address, says_when, sums

HOURS = (
    *("not before 10 please", "best on weekday mornings", "between 9 and 11 am", "tomorrow afternoon would be good", "around noon"),
    *("only in the evening", "i work till 5, so after that", "Monday is fine", "bitte nur vormittags", "after 2pm please"),
    *(
        "明天上午打",
        "三点之后都行",
        "中午别打",
        "周二下午方便",
        "晚上再打吧",
        "星期六都可以",
        "聽日下晝打",
        "平日晚上七點後",
        "周末上午可以",
    ),
)
NONE = (
    *("my parcel came yesterday", "it was bought on monday in your shop and broke", "when are you open on saturday", "thanks", "no"),
    *("order A-10343 was to come on tuesday", "how long until tomorrow", "the tea tastes bitter"),
    *("你们周末上班吗", "茶是上午收到的已经坏了打不开", "谢谢", "几点开门"),
)


@pytest.mark.parametrize("text", HOURS)
def test_hours(text: str) -> None:
    assert says_when(text)


@pytest.mark.parametrize("text", NONE)
def test_no_hours(text: str) -> None:
    assert not says_when(text)


def test_what_stands_beside_an_address() -> None:
    assert beside_address("mail me at ann@post.example. and which teas have no nuts") == "and which teas have no nuts"
    assert beside_address("which teas have no nuts? mail me at ann@post.example") == "which teas have no nuts?"
    assert beside_address("mail me at ann@post.example, thanks") == ""
    assert sums("兩筆都入咗數 42.8歐 11月23號") == ["42.8歐"]
