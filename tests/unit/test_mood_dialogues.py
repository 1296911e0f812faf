"""What was met in play, as dialogues: apologies where they fit, the end of an alarm, anger, a person after all, idle words."""

from __future__ import annotations

import pytest

from tests.unit.dialogue_world import World, make_world, seen
from tests.unit.test_alarm import BURNS, ITCHES, SICK, SPARKS

__all__ = ["make_world"]

SORRY = ("I am sorry", "I understand, and I am sorry", "非常抱歉", "should not happen", "真的很抱歉")


@pytest.mark.parametrize(
    "text",
    [
        "how many times can i brew green tea leaves",
        "what temp for sencha?? mine always comes out bitter",
        "我泡出来的绿茶又苦又涩 是不是水太烫了",
        "绿茶呢？？",
        "還沒下單，發票可以開公司抬頭嗎？？",
        "咁幾時退錢俾我",
    ],
)
def test_where_nothing_went_wrong_nobody_is_sorry(world: World, text: str) -> None:
    assert not any(word in seen(world, text)[-1].text for word in SORRY)


@pytest.mark.parametrize(
    "text",
    [
        "lol ordered darjeeling got chamomile. great job",
        "the lid is missing from the set",
        "我訂的是阿里山結果寄來茉莉花茶 有夠扯",
        "茶壶嘴断了",
    ],
)
def test_where_it_did_a_word_of_apology_stands(world: World, text: str) -> None:
    assert any(word in seen(world, text)[-1].text for word in SORRY)


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ((ITCHES, "its calming down a bit. which of your teas have no caffeine"), "glad to hear|herbs, fruit and rooibos do not"),
        ((ITCHES, "im ok now really. i just want to know which teas have no caffeine"), "glad to hear|herbs, fruit and rooibos do not"),
        ((ITCHES, "i feel better now", "which of your teas have no caffeine"), "herbs, fruit and rooibos do not"),
        ((ITCHES, "no trouble breathing, just a fast heart. is it the caffeine"), "A doctor can"),
        ((SPARKS, "its still plugged in should i pull it out"), "pull the plug with dry hands"),
        ((SPARKS, "ok its off at the fuse now, unplugged it"), "Well done|leave it off"),
        ((SPARKS, "are other people having this with that kettle"), "A colleague looks into it"),
        ((SPARKS, "can i plug it in again when it is dry"), "No, please do not use it again"),
        ((SPARKS, "unplugged it now", "can i try it again tomorrow"), "do not use it again"),
        ((SPARKS, "unplugged it now", "it is smoking again"), "call the fire brigade"),
        ((BURNS, "已经拔了 不冒烟了 等干了能再插上试试吗"), "您做得对|不能，请不要再使用"),
        ((BURNS, "等乾了可以再插電嗎"), "不可以，請不要再使用"),
        ((BURNS, "其他客人有遇到過嗎"), "同事會核實"),
        ((SICK, "好多了 已经不吐了", "哪些茶没有咖啡因"), "花草茶"),
    ],
)  # fmt: skip
def test_an_alarm_has_an_end(world: World, said: tuple[str, ...], holds: str) -> None:
    last = seen(world, *said)[-1]
    assert all(part in last.text for part in holds.split("|")), last.text
    assert last.outcome in ("urgent", "status", "answer")


@pytest.mark.parametrize(
    "text",
    [
        "退货寄回去三个星期了钱还没到账 你们是不是骗子",
        "are you scammers?",
        "this is a scam shop, where is my money",
        "你們是不是詐騙 錢付了都沒出貨",
    ],
)
def test_anger_at_the_shop_blocks_no_card(world: World, text: str) -> None:
    told = seen(world, text)[-1]
    assert not any(word in told.text for word in ("block", "冻结", "凍結"))
    assert told.owner == "queue" or any(word in told.text for word in ("person", "人工"))
    assert told.owner == "bot" or told.urgency == "urgent"


@pytest.mark.parametrize("text", ["person i guess", "ok a person then", "那就人工吧", "算了 人工", "forget it. human", "算了啦 轉真人"])
@pytest.mark.parametrize("before", [(), ("how do i brew green tea",), ("I want to cancel order A-10343",)])
def test_a_person_is_had_in_hedged_words_in_any_state(world: World, before: tuple[str, ...], text: str) -> None:
    told = seen(world, *before, text)[-1]
    assert (told.outcome, told.owner) == ("person", "queue")


@pytest.mark.parametrize("text", ["forget it", "never mind", "算了", "不用了", "thx finally", "谢啦 终于"])
def test_a_word_that_leaves_is_answered_by_a_word(world: World, text: str) -> None:
    assert seen(world, "how do i use a discount code", text)[-1].outcome == "courtesy"


@pytest.mark.parametrize("text", ["thx finally", "谢啦 终于", "finally, thank you"])
def test_thanks_are_no_note_in_the_queue(world: World, text: str) -> None:
    assert seen(world, "talk to a person", text)[-1].outcome == "courtesy"


@pytest.mark.parametrize(
    "text",
    ["你是机器人吧", "所以是不是机器人啦 那你喝茶吗哈哈", "you're a bot right", "wats ur fav tea", "do you like tea", "你最喜歡什麼茶"],
)
@pytest.mark.parametrize("before", [(), ("talk to a person",)])
def test_what_is_asked_of_the_bot_is_answered_of_it(world: World, before: tuple[str, ...], text: str) -> None:
    assert seen(world, *before, text)[-1].outcome == "about"


@pytest.mark.parametrize("text", ["几点上班来着 你们那边时间还是国内时间", "what time zone is that", "那是你們的時間還是我這邊的時間"])
@pytest.mark.parametrize("before", [(), ("talk to a person",)])
def test_the_zone_of_the_hours_has_a_name(world: World, before: tuple[str, ...], text: str) -> None:
    told = seen(world, *before, text)[-1]
    assert (told.outcome, ("Berlin" in told.text and "Europe/Berlin" in told.text) or "UTC" in told.text) == ("about", True)


def test_whoever_gives_up_an_action_keeps_her_call(world: World) -> None:
    said = ("转人工", "请打给我 13800001111", "我要取消订单", "算了 等你们电话")
    last = seen(world, *said)[-1]
    assert "您的请求保持不变" in last.text
    assert "通过电话" in last.text


@pytest.mark.parametrize(
    ("before", "text", "holds"),
    [
        ("talk to a person", "ur a bit useless ngl", "I am only a program"),
        ("talk to a person", "stupid bot", "I am only a program"),
        ("转人工", "废物机器人", "我只是个程序"),
        ("轉真人", "機器人真的很笨", "我只是個程式"),
    ],
)
def test_whoever_scolds_while_she_waits_gets_a_human_word_once(world: World, before: str, text: str, holds: str) -> None:
    *_, first, second = seen(world, before, text, text)
    assert holds in first.text
    assert holds not in second.text
    assert (first.outcome, first.owner) == ("courtesy", "queue")


@pytest.mark.parametrize("text", ["useless bot, get me a human", "废物机器人 我要真人"])
def test_the_wish_for_a_person_is_heard_beside_it(world: World, text: str) -> None:
    assert seen(world, "talk to a person", text)[-1].outcome == "status"
