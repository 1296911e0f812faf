"""After an alarm, that nobody is hurt ends it, and what to do with the thing is answered; a harm is heard beside it all the same."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.hazards.aftermath import beside, meant


@pytest.mark.parametrize(
    "text",
    [
        "no one got hurt",
        "everybody's fine, it went out on its own",
        "we are both ok",
        "false alarm, the smoke is gone",
        "already unplugged it",
        "There were no injuries.",
        "我们都没事",
        "幸好冇人受傷",
        "虛驚一場",
        "火已經滅了，大家平安",
        "现在不冒烟了",
    ],
)
def test_it_is_over(text: str) -> None:
    assert meant(text) == "calm"


@pytest.mark.parametrize(
    "text",
    [
        "is everybody fine?",
        "he is not ok",
        "nobody else is hurt but my arm is badly burnt",
        "we are fine, but the dog is vomiting",
        "他会没事吗",
        "孩子没事吧？",
        "大人没事，宝宝嘴唇肿了",
        "it is still smoking",
        "还在冒烟",
        "please hurry, I need it on Friday",
    ],
)
def test_what_asks_or_tells_of_harm_is_no_end(text: str) -> None:
    assert meant(text) != "calm"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("shall I turn it off at the wall?", "plug"),
        ("can I pour water on it", "plug"),
        ("插頭要不要拔掉", "plug"),
        ("do I bin the rest of the tea?", "keep"),
        ("should we throw the tin away or not", "keep"),
        ("may I still drink it", "keep"),
        ("剩下的還能喝嗎", "keep"),
        ("要不要扔掉", "keep"),
        ("what shall we do", "help"),
        ("咁點算呀", "help"),
        ("要不要去医院", "help"),
        ("do you ship to Canada?", ""),
        ("发票怎么开", ""),
    ],
)
def test_what_to_do_is_asked(text: str, kind: str) -> None:
    assert meant(text) == kind


def test_what_is_said_beside_it_is_left() -> None:
    assert beside("Nobody is hurt. When do I get a new one?") == "When do I get a new one?"
    assert beside("大家都没事，新的什么时候寄？") == "新的什么时候寄？"
