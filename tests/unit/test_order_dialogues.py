"""Whole dialogues about orders, with the bot as it is deployed, at a time when nobody is at work: what customers give is neither lost nor
asked for again, and what the bot offers works, for somebody who waits for a person, too.

A turn is (what she says, what the answer holds): parts stand apart by "|", one with "!" before it must not be there; PERSON: she is in the
queue then, BOT: she is not.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from infra.demo.shop import Orders
from tests import threads
from tests.unit.action_talk import codes, digits
from tests.unit.conftest import Store
from tests.unit.dialogue_player import STARTS, Play, look
from tests.unit.dialogue_world import World, make_world

__all__ = ["make_world"]

PERSON, BOT = "PERSON", "BOT"
ASKED = "!What is your order number|!Then write your order number|!tell us your order number"
ASKED_ZH = "!订单号是多少|!请告诉我订单号|!訂單號是多少|!請告訴我訂單號"
AGENT, AGENT_ZH, AGENT_HANT = ("agent", PERSON), ("转人工", PERSON), ("轉人工", PERSON)
Turns = list[tuple[str, str]]

NUMBERLESS: dict[str, Turns] = {
    "in the first message": [
        (
            "my parcel should have come 2 weeks ago, lost the mail with the order number",
            f"in the mail that confirmed|by your name|{ASKED}|{BOT}",
        ),
        ("just look under Okafor", f"by your name or address|{ASKED}|{PERSON}"),
    ],
    "after an article that is no action's": [
        ("my kettle does not heat any more", "two-year warranty"),
        ("i bought it as a guest and never got an order number", f"by your name|{ASKED}|{BOT}"),
        ("can you find it by my email", PERSON),
    ],
    "her name instead": [
        ("i want to return a pot", "Then write your order number"),
        ("the mail with the number is gone", f"by your name|{ASKED}|{BOT}"),
        ("how long does delivery take", f"1–2 working days|{ASKED}|{BOT}"),
        ("my name is Ann Okafor, ann@customer.example", PERSON),
    ],
    "her name instead, simplified": [
        ("怎么取消订单", "请告诉我订单号"),
        ("订单号不记得了", ASKED_ZH),
        ("那我叫王芳 电话13800138000", PERSON),
    ],
    "the question beside it is answered": [
        ("how do i return a teapot? no order number, it was a present", f"30 days|by your name|{ASKED}|{BOT}"),
    ],
    "what nobody but a person can know": [
        ("no order number at hand. my violin lesson with uncle Ferdinand, is it at noon", f"by your name|{ASKED}|{BOT}"),
        ("no, the violin lesson. i have no number", PERSON),
    ],
    "in the queue": [
        AGENT,
        ("where is my order? i don't have the order number", f"by your name|{ASKED}|{PERSON}"),
        ("i said i have none", ASKED),
    ],
    "simplified": [
        ("快递一直没到 订单号也找不到了", f"姓名、电话或地址|{ASKED_ZH}|{BOT}"),
        ("都说了没有单号 按名字查行不行", f"姓名、电话或地址|{ASKED_ZH}|{PERSON}"),
    ],
    "traditional": [
        ("包裹一直沒到 訂單編號不見了", f"姓名、電話或地址|{ASKED_ZH}|{BOT}"),
        ("可以用電話幫我查嗎", f"姓名、電話或地址|{ASKED_ZH}|{PERSON}"),
    ],
}

GIVEN: dict[str, Turns] = {
    "in the queue": [
        AGENT,
        ("i was charged twice", "the date, the sum and your order number"),
        ("two times 31.20 on nov 12, A-10343", "A-10343, nov 12, 31.20 now stands|!send us"),
        ("i just sent you all of that", "all that you wrote is with your request|!send us"),
    ],
    "before she waits": [
        ("it says delivered but there is no parcel", "tell us your order number"),
        ("i told you the order number already", f"all that you wrote is kept|{PERSON}"),
    ],
    "articles no longer ask for it": [
        ("you sent me the wrong tea", "tell us your order number"),
        ("A-10343", f"A-10343|{PERSON}"),
        ("i got the wrong item, what now", "leaves us on the next working day|!tell us your order number"),
    ],
    "simplified": [
        ("被扣了两次钱", "订单号"),
        ("两笔都是31.20 11月12日 A-10343", f"A-10343|{PERSON}"),
        ("不是都发给你了吗", "您写的都在您的请求里|!发给我们"),
    ],
    "Cantonese": [
        AGENT_HANT,
        ("你哋收咗我兩次錢", "訂單編號"),
        ("張單係A-10343 31.20歐", "A-10343|請求|!發給我們"),
        ("已經俾咗你啦", "您寫的都在您的請求裡"),
    ],
    "an order named before is known": [
        ("my order A-10343 arrived but the cups are missing", ""),
        ("how do i return it", "return of order A-10343"),
    ],
    "an order named in the queue is known": [AGENT, ("it is about A-10344", "A-10344"), ("cancel it", "order A-10344|code of six digits")],
}

RETURNED: dict[str, Turns] = {
    "with the number": [("i sent A-10401 back 2 weeks ago, no money yet", f"within three working days|your return|!being packed|{PERSON}")],
    "said twice": [
        ("when do i get my refund", "three working days"),
        ("you have the pot back since the 10th", f"What became of your return|!being packed|{PERSON}"),
        ("so what about A-10401", "!being packed"),
    ],
    "only said": [("i returned the kettle last week and heard nothing", f"three working days|{BOT}")],
    "simplified": [("A-10401 我早就寄回去了 怎么还没退款", f"三个工作日|退货处理到哪一步|!正在打包|{PERSON}")],
    "traditional": [("A-10401 上週就退回去了 錢呢", f"三個工作日|退貨處理到哪一步|!正在打包|{PERSON}")],
    "only wanted": [("i want to send A-10343 back", f"A-10343|code of six digits|{BOT}")],
}

OFFERED: dict[str, Turns] = {
    "a code, in the queue": [
        AGENT,
        ("please cancel A-10344", "code of six digits to m•••"),
        ("send again", "new code"),
        ("other address", "+••••••0144|!change the address"),
        ("code", "order A-10344 is yours"),
        ("never mind", f"I have stopped|{PERSON}"),
    ],
    "no mail at hand, in the queue": [
        AGENT,
        ("please cancel A-10344", "m•••"),
        ("i can't open that mailbox on this phone", "+••••••0144"),
    ],
    "nowhere else, in the queue": [
        AGENT,
        ("please cancel A-10405", "o•••"),
        ("that mailbox is dead", "only a colleague can help|A-10405"),
        ("i want to cancel it, not change the address", "only a colleague can help|A-10405"),
    ],
    "nowhere else, simplified": [AGENT_ZH, ("取消订单A-10405", "o•••"), ("换个方式", "没有其他可以发送验证码的地址|!需要转给同事")],
    "in the queue, traditional": [
        AGENT_HANT,
        ("取消訂單A-10344", "m•••"),
        ("換個方式", "+••••••0144"),
        ("重發", "新的六位驗證碼"),
        ("算了", "已經停止"),
    ],
    "what can be done with an order, in the queue": [
        AGENT,
        ("A-10344", "is being packed"),
        ("cancel it", "order A-10344|code of six digits"),
    ],
    "cancelling is no end": [
        ("please cancel A-10344", "m•••"),
        ("A-10344 as i said, cancel it", f"order A-10344 is yours|!I have stopped|{BOT}"),
    ],
    "cancelling in another action": [
        ("change the address of A-10344", "m•••"),
        ("A-10344, cancel it", f"order A-10344|!I have stopped|{BOT}"),
    ],
    "not that but this": [
        ("where is my order A-10344", "is being packed"),
        ("change the address", "address of order A-10344"),
        ("no i want to cancel it, not change the address", f"order A-10344|code of six digits|{BOT}"),
    ],
    "not that but this, simplified": [
        ("A-10344到哪了", "正在打包"),
        ("修改地址", "A-10344 的地址"),
        ("我要取消订单 不是改地址", f"A-10344|六位验证码|{BOT}"),
    ],
}

YES_AND: dict[str, Turns] = {
    "a person": [
        ("return A-10343", "code"),
        ("another way please", "Would you like one of us"),
        ("yes please. and how long does delivery take?", f"1–2 working days|my colleagues|!no order number|{PERSON}"),
    ],
    "a person, simplified": [("退货 A-10343", "验证码"), ("换个方式", "需要转给同事"), ("好的 麻烦快一点", PERSON)],
    "a person, traditional": [("退貨 A-10343", "驗證碼"), ("換個方式", "需要轉給同事"), ("要，請問要等多久", PERSON)],
    "no, and a question": [
        ("return A-10343", "code"),
        ("another way please", "Would you like one of us"),
        ("no, how long does delivery take?", f"1–2 working days|!Would you like|{BOT}"),
    ],
    "an offer": [
        ("how do I cancel my order", "Shall I cancel it for you"),
        ("yes please. how long until I get the refund?", f"three working days|What is your order number|{BOT}"),
    ],
}

HURRIED: dict[str, Turns] = {
    "cancelling": [("i must cancel my order immediately, wrong colour", f"Cancel order|{BOT}"), ("A-10344", "code of six digits")],
    "the address": [("quick, the delivery address is wrong, urgent!!", f"Change address|{BOT}")],
    "simplified": [("急急急 帮我取消订单", f"取消订单|{BOT}")],
    "traditional": [("很急 訂單地址寫錯了要改", f"修改地址|{BOT}")],
    "nothing fits": [("it cannot wait, the minister comes at noon", PERSON)],
    "corrected": [
        ("send back A-10388", "I know no order A-10388"),
        ("sorry, it says A-10388.. no wait, A-10343", f"order A-10343|code of six digits|{BOT}"),
    ],
}
KINDS = {"numberless": NUMBERLESS, "given": GIVEN, "returned": RETURNED, "offered": OFFERED, "yes and": YES_AND, "hurried": HURRIED}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, talks in KINDS.items() for name in talks])
def test_dialogues(world: World, kind: str, name: str) -> None:
    check(world, KINDS[kind][name])


def check(world: World, turns: Turns, store: Store | None = None) -> None:
    """Each answer holds what it must; {code} is the newest code in the `store`."""
    play = Play("x", world.clock, "webchat", "sunday")
    world.play = play
    world.orders(Orders(datetime.fromtimestamp(STARTS["sunday"] / 1000, UTC).date()))
    for said, wanted in turns:
        text = said.replace("{code}", digits(codes(store)[-1])) if store and "{code}" in said else said
        message = play.say(text, 15)
        play.wait(play.clock.now + 10_000)
        seen = look(play, message)
        assert seen.text, text
        for part in filter(None, wanted.split("|")):
            if part in (PERSON, BOT):
                assert (seen.owner == "queue") is (part == PERSON), f"{text}: {seen.text}"
            else:
                assert (part.removeprefix("!") in seen.text) is not part.startswith("!"), f"{text}: {part}: {seen.text}"


def test_whoever_takes_over_reads_the_numbers_that_nobody_knows(world: World) -> None:
    play = Play("x", world.clock, "webchat", "sunday")
    world.play = play
    for text in ("where is my order A-10312", "then it is A-10321"):
        play.say(text, 15)
    [escalated] = [event for _, event in threads.whole(play.thread).events if event.kind == "escalated"]
    assert "Not known to the shop: A-10312, A-10321." in escalated.detail["summary"]
