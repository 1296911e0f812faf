"""Short messages, played with the demo shop: what asks is answered, what is only a word gets a word; neither calls a person."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.hazards import leaking
from chalicelib.bot.interpretation.phrases import plain
from tests.unit.dialogue_world import World, make_world, seen

__all__ = ["make_world"]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (("how long is a gift card good for",), "answer"),
        (("what can I pay with",), "answer"),
        (("I have a question", "abuot the teapto"), "offer"),
    ],
)
def test_a_question_is_one_however_it_ends(world: World, said: tuple[str, ...], outcome: str) -> None:
    found = seen(world, *said)[-1]
    assert (found.outcome, found.owner) == (outcome, "bot"), found.text


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (("are there nuts in your teas?", "thanks. just plain green tea, traces of almond yes or no"), "answer"),
        (("你们的茶里有坚果吗", "谢谢 纯绿茶有没有坚果"), "answer"),
        (("how can i pay", "ok ill just use paypal bye"), "courtesy"),
        (("怎么付款", "那我用支付宝付吧 拜拜"), "courtesy"),
        (("A-10404, i want one more box of oolong. person then",), "person"),
        (("还是不行 那转人工",), "person"),
        (("怎么付款", "你看 都不回答我"), "person"),
    ],
)
def test_what_stands_beside_other_words_counts(world: World, said: tuple[str, ...], outcome: str) -> None:
    found = seen(world, *said)[-1]
    assert found.outcome == outcome, found.text
    assert "track-order" not in found.articles


@pytest.mark.parametrize(
    "said",
    [
        ("talk to a person", "ok then"),
        ("转人工", "行吧"),
        ("轉人工", "收到 唔該"),
        ("转人工", "好吧"),
        ("talk to a person", "got it thanks"),
    ],
)
def test_agreement_while_she_waits_gets_a_word(world: World, said: tuple[str, ...]) -> None:
    found = seen(world, *said)[-1]
    assert (found.outcome, found.owner) == ("courtesy", "queue"), found.text


@pytest.mark.parametrize(
    "said",
    [
        ("do you sell coffee",),
        ("do you sell coffee", "no i mean coffee beans, for me at home"),
        ("do you have a smaler one of the teapot",),
        ("那你们卖咖啡豆吗",),
        ("那有没有别的乌龙茶",),
        ("有沒有別的杯子",),
        ("有没有铁关音", "不好意思打错了 铁观音"),
    ],
)
def test_what_is_sold_no_help_article_tells(world: World, said: tuple[str, ...]) -> None:
    found = seen(world, *said)[-1]
    assert (found.outcome, found.articles, found.owner) == ("about", (), "bot"), found.text


@pytest.mark.parametrize("text", ["你是機器人喔？", "你是机器人喔", "那你会不会聊天 哈哈", "你能陪我聊天吗"])
@pytest.mark.parametrize("first", ["你好", "转人工"])
def test_small_talk_about_the_bot_calls_nobody(world: World, first: str, text: str) -> None:
    assert seen(world, first, text)[-1].outcome == "about"


def test_an_allergy_asked_about_in_advance_is_no_alarm(world: World) -> None:
    assert seen(world, "那他严重过敏 微量的也不行 所以是不能喝对吧")[-1].urgency == "normal"


@pytest.mark.parametrize("text", ["水壶还能用吗 漏水有点怕", "那你先记着 人上班了会联系我？水壶还能用吗 漏水有点怕"])
def test_a_leaking_kettle_calls_no_ambulance_but_is_not_to_be_used(world: World, text: str) -> None:
    found = seen(world, text)[-1]
    assert found.urgency == "normal"
    assert "拔掉插头" in found.text


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("can i still use the kettle, it leaks and im a bit scared", True),
        ("the kettle drips at the base, is it safe", True),
        ("水壺漏水 還可以用嗎 好驚", True),
        ("电热水壶底下渗水 危险吗", True),
        ("my teapot leaks, can I use another lid", False),
        ("the kettle is safe and sound, thanks", False),
        ("茶壶漏水可以退吗", False),
        ("水壶能用多久", False),
    ],
)
def test_whether_a_leaking_kettle_may_be_used_is_heard(text: str, asks: bool) -> None:
    assert leaking.asked(plain(text)) is asks


@pytest.mark.parametrize("text", ["ok they are here now thank you", "他们到了 谢谢"])
def test_that_help_has_come_after_an_alarm_gets_a_warm_word(world: World, text: str) -> None:
    found = seen(world, "there is smoke coming out of my kettle and my hand is burnt", text)[-1]
    assert "do what they tell you" in found.text or "听他们的安排" in found.text
