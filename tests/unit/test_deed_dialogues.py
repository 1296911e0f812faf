"""Whole dialogues with the bot as it is deployed, around what it does itself: after a deed, values with words around them, a part of an
order. A turn is written as in test_order_dialogues.py.
"""

from __future__ import annotations

import pytest

from tests.unit.conftest import Store
from tests.unit.dialogue_world import World, make_world
from tests.unit.test_order_dialogues import BOT, PERSON, Turns, check

__all__ = ["make_world"]

CANCELLED: Turns = [("please cancel A-10405", "code of six digits"), ("{code}", "Please check"), ("yes", "is cancelled")]
CANCELLED_ZH: Turns = [("取消订单 A-10405", "六位验证码"), ("{code}", "请核对"), ("是", "已取消")]
CANCELLED_HANT: Turns = [("取消訂單 A-10405", "六位驗證碼"), ("{code}", "請核對"), ("是", "已取消")]
STREET = "Lindenstr. 14, 10969 Berlin"
AGAIN = "!Shall I|!not sure"
AGAIN_ZH = "!需要我帮您|!没有十足的把握|!退货"

AFTER: dict[str, Turns] = {
    "did it work": [*CANCELLED, ("did that work?", f"Yes, that went through. Order A-10405 is cancelled|{AGAIN}|{BOT}")],
    "said twice": [
        *CANCELLED,
        ("is it cancelled now?", f"A-10405 is cancelled|{AGAIN}"),
        ("are you sure it is cancelled", f"A-10405 is cancelled|{AGAIN}|{BOT}"),
    ],
    "the money": [*CANCELLED, ("when do i get the money", f"within three working days|!your return|{AGAIN}|{BOT}")],
    "the money, and how it was": [
        *CANCELLED_ZH,
        ("钱什么时候退", f"三个工作日内原路退回|{AGAIN_ZH}"),
        ("我没退货啊 我是取消的 还没发", f"已经办好了。订单 A-10405 已取消|{AGAIN_ZH}"),
        ("不用 已经取消了 我只问还要等几天", f"三个工作日|{AGAIN_ZH}|{BOT}"),
        ("到底取消了没", f"A-10405 已取消|{AGAIN_ZH}"),
    ],
    "traditional": [
        *CANCELLED_HANT,
        ("那錢多久會退", "三個工作日內原路退回|!退貨"),
        ("有取消成功嗎", f"已經辦好了|A-10405|!需要我幫您|{BOT}"),
    ],
    "another question goes its way": [*CANCELLED, ("how long does delivery to germany take", f"1–2 working days|{BOT}")],
    "after a return, the money is the article's": [
        ("return A-10343, i do not like it", "code"),
        ("{code}", "check"),
        ("yes", "is arranged"),
        ("when do i get the money", "your return has reached us"),
        ("did the return go through?", "Yes, that went through.|A-10343"),
    ],
    "the last day is that of the article": [
        ("return A-10343, i do not like it", "code"),
        ("{code}", "check"),
        ("yes", "send the parcel by Friday, 25 December"),  # delivered four days ago
    ],
    "a stop that asks for a person": [*CANCELLED_ZH[:2], ("算了 人工", f"同事|!已经停止|{PERSON}")],
    "a stop that asks for a person, traditional": [*CANCELLED_HANT[:1], ("算了，轉人工", f"同事|!已經停止|{PERSON}")],
    "a stop that asks for a person, English": [*CANCELLED[:2], ("forget it. agent please", f"colleagues|!I have stopped|{PERSON}")],
}
VALUES: dict[str, Turns] = {
    "given in the first message": [
        ("hi i moved and forgot to change the adress, order A-10405, pls send to Lindenstr. 14, 10969 Berlin", "code of six digits"),
        ("{code}", f"Please check|New address: {STREET}\n|!What is the new"),
        ("yes", f"now goes to {STREET}"),
        ("did that work?", f"Yes, that went through.|A-10405|{AGAIN}|{BOT}"),
    ],
    "given before the number": [
        ("i want to change my delivery address to Lindenstr. 14, 10969 Berlin", ""),
        ("A-10405", "code of six digits"),
        ("{code}", f"New address: {STREET}\n"),
    ],
    "corrected behind a no": [
        ("please change the address of A-10405", "code of six digits"),
        ("{code}", "What is the new"),
        ("New address: Hauptstr. 14, 10969 Berlin as i said", "New address: Hauptstr. 14, 10969 Berlin\n"),
        ("no, without the as i said. just Lindenstr. 14, 10969 Berlin", f"New address: {STREET}\n|!What is wrong"),
        ("yes", f"now goes to {STREET}"),
        ("you put a wrong word into the address", "What is the new delivery address|!not sure"),
    ],
    "simplified": [
        ("帮我改A-10346的收货地址", "六位验证码"),
        ("{code}", "新的收货地址"),
        ("改成 Rue Oberkampf 41, 75011 Paris 法国", "新地址：Rue Oberkampf 41, 75011 Paris 法国\n|!改成"),
        ("是", "将寄往 Rue Oberkampf"),
        ("诶 你把“改成”两个字也写进地址了 去掉", "新的收货地址|!没有十足的把握"),
    ],
    "traditional": [
        ("我搬家了 訂單A-10405 請改寄到台北市信義區松仁路100號", "六位驗證碼"),
        ("{code}", "新地址：台北市信義區松仁路100號\n"),
    ],
    "cancel beside another wish": [
        ("怎麼修改訂單裡的商品", "修改商品"),
        ("那取消A-10405 我重下一單好了", f"A-10405|六位驗證碼|{BOT}"),
    ],
}
PARTS: dict[str, Turns] = {
    "in the first message": [("id like to send back one thing from A-10343, not everything", f"whole order|{PERSON}")],
    "with the reason": [
        ("i want to return A-10343", "code of six digits"),
        ("{code}", "Why do you send it back"),
        ("1 but only the gaiwan not the rest", f"whole order|!reply with one|{PERSON}"),
    ],
    "behind a no": [
        ("return A-10343, i do not like it", "code of six digits"),
        ("{code}", "Please check"),
        ("no, only the gaiwan from that order, not everything", f"whole order|!What is wrong|{PERSON}"),
    ],
    "simplified": [("我要退货 A-10343 只退一件", f"整个订单|{PERSON}")],
    "traditional": [("我要退貨 A-10343", "六位驗證碼"), ("{code}", "退貨原因"), ("只退一個茶杯", f"整個訂單|{PERSON}")],
}


CALL: Turns = [("agent", PERSON), ("call me at +49 151 23456789", "Noted: a colleague will call you")]
CALL_ZH: Turns = [("转人工", PERSON), ("打给我 13800001111", "致电")]
WAITING: dict[str, Turns] = {
    **{
        f"hours, {text}": [*CALL, (text, f"Noted: “{text}”|!not sure")]
        for text in ("after 2pm please", "bitte nur vormittags", "weekday evenings only")
    },
    **{
        f"hours, {text}": [*CALL_ZH, (text, f"“{text}”|已记录|!十足的把握")]
        for text in ("下午两点以后打", "周末上午可以", "晚上七点之后吧")
    },
    "hours, traditional": [("轉人工", PERSON), ("打給我 +886 912 345 678", "致電"), ("下午三點後比較方便", "“下午三點後比較方便”|已記錄")],
    "a question about hours is one": [*CALL, ("are you open on saturday mornings?", "10:00–16:00|!Noted: “")],
    "an address and a question": [
        ("agent", PERSON),
        ("mail me at lena@post.example. and which teas are without nuts traces", "write to you at lena@post.example|traces"),
    ],
    "no number, and a call": [
        *CALL,
        ("i have no number", f"You need no number|{PERSON}"),
        ("really, i do not have it", "!What is your order number"),
    ],
    "no number, and a call, simplified": [*CALL_ZH, ("订单号我没有", f"没有订单号也没关系|!例如|{PERSON}")],
    "date and sum": [
        ("轉人工", PERSON),
        ("我張單俾人扣咗兩次錢呀", "訂單編號"),
        ("兩筆都入咗數 42.8歐 11月23號 單號唔記得", "11月23號|42.8歐"),
    ],
}
NUMBERLESS: dict[str, Turns] = {
    "by mail": [("where is my order i dont have the number", ""), ("can you find it by my email owner07@customer.example", PERSON)],
    "by mail, at once": [("where is my order? no number here, my email is owner07@customer.example", PERSON)],
    "by mail, at once, simplified": [("我的订单到哪了 没有订单号 邮箱是 owner07@customer.example", PERSON)],
    "by name, at once, traditional": [("我的訂單到哪了 沒有訂單編號 我叫王小明", PERSON)],
    "by mail, where a number was asked for": [
        ("i want to return a pot", "Then write your order number"),
        ("yes", "What is your order number"),
        ("i dont have it. can you find it by my email owner07@customer.example", PERSON),
    ],
}
KINDS = {"waiting": WAITING, "numberless": NUMBERLESS, "after": AFTER, "values": VALUES, "parts": PARTS}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, talks in KINDS.items() for name in talks])
def test_dialogues(world: World, store: Store, kind: str, name: str) -> None:
    check(world, KINDS[kind][name], store)
