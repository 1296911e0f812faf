"""What a message says of the answer before it, and what the bot then does; noise as a first message."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.nonsense import is_nonsense
from chalicelib.bot.interpretation.reaction import reaction


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        *[
            ("complaint", text)
            for text in ("did you read what I wrote?", "you always keep repeating that", "dumb robot", "又是同样的话", "你有冇睇我講嘢")
        ],
        *[
            ("own", text)
            for text in ("we called them already and nothing came", "that was three weeks ago", "都等了兩個星期了", "管理室也說沒有")
        ],
        *[("repeats", text) for text in ("I asked whether it is organic", "我問的是運費")],
        *[("relief", text) for text in ("my husband took the parcel in", "it just arrived!", "同事帮我签收了", "終於收到了")],
        *[("again", text) for text in ("could you say that again please", "再講一次")],
        *[
            ("", text)
            for text in ("how long does it take?", "has it arrived?", "found it?", "运费多少", "and Visa?", "我没找到", "I paid by card")
        ],
    ],
)
def test_what_is_said_of_the_answer_before(kind: str, said: str) -> None:
    assert reaction(said) == kind


@pytest.mark.parametrize("noise", ["qwertyy uiop", "噢噢噢咚咚咚", "12 * 7 = ?", "zxcvb"])
def test_noise_is_no_question(noise: str) -> None:
    assert is_nonsense(noise)


@pytest.mark.parametrize("said", ["property", "A-10342", "3 x 50 g", "10-12", "Wo ist mein Paket", "哈喽", "what is the weather in Lisbon"])
def test_a_question_that_no_article_knows_is_no_noise(said: str) -> None:
    assert not is_nonsense(said)
