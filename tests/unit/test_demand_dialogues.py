"""Whole dialogues with the bot as it is deployed: what is demanded in other words, money where nothing goes back, no order yet. A turn is
written as in test_order_dialogues.py.
"""

from __future__ import annotations

import pytest

from tests.unit.conftest import Store
from tests.unit.dialogue_world import World, make_world
from tests.unit.test_order_dialogues import AGENT_ZH, Turns, check

__all__ = ["make_world"]

STATE = ("where is A-10404", "is being packed")
DEMANDS: dict[str, Turns] = {
    "then I cancel": [("A-10404到哪了", "正在打包"), ("还在打包 那我取消 退钱", "六位验证码|!正在打包")],
    "refund me": [STATE, ("then refund me", "code of six digits|!your return")],
    "with the number, not sent yet": [("A-10404 我要退款", "六位验证码"), ("{code}", "取消订单\n")],
    "with the number, traditional": [("A-10404 我要退錢", "六位驗證碼"), ("{code}", "取消訂單\n")],
    "with the number, delivered": [("A-10343 refund me", "!code of six digits|!Cancellation")],
    "while she waits": [AGENT_ZH, ("A-10404到哪了", "正在打包"), ("转人工 取消订单 别再给我发物流了", "六位验证码")],
    "while she waits, money": [AGENT_ZH, ("A-10404 我要退款", "六位验证码|!收到退货")],
    "not at all": [
        ("cancel A-10404", "code of six digits"),
        ("{code}", "Please check"),
        ("well i have a box of rooibos here with that number on it. so no dont cancel", "nothing was changed|!Shall I"),
    ],
    "not after it could not be": [
        ("return A-10404", "code"),
        ("{code}", "Why do you"),
        ("3", "Please check"),
        ("yes", "cancel it"),
        ("so no dont cancel", "nothing was changed|!Shall I"),
    ],
    "halts with a question": [
        ("return A-10343", "code"),
        ("{code}", "Why do you"),
        ("3", "Please check"),
        ("hang on, who pays for the postage", "Please check|!Take your time"),
        ("wait a second", "Take your time"),
    ],
    "halts with a question about the deed": [
        ("cancel A-10404", "code"),
        ("{code}", "Please check"),
        ("hang on, does it cost anything", "free of charge|Please check|!Take your time"),
    ],
}


@pytest.mark.parametrize("name", DEMANDS)
def test_demands(world: World, store: Store, name: str) -> None:
    check(world, DEMANDS[name], store)


RETURN, RETURN_ZH = "!your return|!Take your time", "!收到退货"
MONEY: dict[str, Turns] = {
    "cancelled, by card": [
        ("cancel A-10404", "code"),
        ("{code}", "Please check"),
        ("yes", "is cancelled"),
        ("thanks. i paid by card when will i see it", f"within three working days|cards within 3–5 days|{RETURN}"),
        ("no i sent nothing back it was cancelled. so 3 days and then 3-5 for card?", f"A-10404 is cancelled|3–5 days|{RETURN}"),
    ],
    "cancelled, simplified": [
        ("取消A-10404", "验证码"),
        ("{code}", "请核对"),
        ("等下 钱多久退啊", f"三个工作日|请核对|{RETURN_ZH}|!不急"),
        ("是", "已取消"),
        ("那钱什么时候到 我用paypal付的", f"三个工作日|PayPal|{RETURN_ZH}"),
    ],
    "charged twice": [
        ("you charged me twice for the same order", "same working day"),
        ("both are booked, 34.80 on the 24th and again the 25th. how long til i get the money back", f"same working day|{RETURN}"),
    ],
    "broken": [
        ("my teapot arrived broken", "money back"),
        ("i want my money back. how long does it take till the money is back", f"cards within 3–5 days|Nothing broken|{RETURN}"),
    ],
    "sent back": [("i sent the teapot back, when do i get my money", "after your return has reached us")],
}


@pytest.mark.parametrize("name", MONEY)
def test_money_where_nothing_goes_back(world: World, store: Store, name: str) -> None:
    check(world, MONEY[name], store)


HOME = "12 Rosenweg, flat 3, 50667 Köln"
ADDRESSES: dict[str, Turns] = {
    "with a remark": [
        ("change address of A-10403", "code"),
        ("{code}", "What is the new"),
        (f"{HOME}. it was my flat before the old one", f"New address: {HOME}\n"),
    ],
    "the last sentence is none of it": [
        ("change address of A-10403", "code"),
        ("{code}", "What is the new"),
        (f"{HOME}. Ring twice", "Ring twice"),
        ("no! the last sentence isnt part of the address", f"New address: {HOME}\n"),
        ("yes", f"now goes to {HOME}."),
    ],
    "as said before": [
        ("帮我改A-10346的收货地址", "验证码"),
        ("{code}", "新的收货地址"),
        ("就刚才说的 上海市黄浦区中山路88号", "新地址：上海市黄浦区中山路88号\n"),
    ],
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_addresses_with_words_around(world: World, store: Store, name: str) -> None:
    check(world, ADDRESSES[name], store)


ORDERLESS: dict[str, Turns] = {
    "nothing ordered yet": [
        ("can you send me the invoice", "order number"),
        ("yes please", "order number"),
        ("We don't have an order yet! We are asking before we order.", "you need no order number|!Without it"),
        ("how long does delivery to germany take", "1–2 working days"),
    ],
    "simplified": [("补发发票", "订单号"), ("是", "订单号"), ("我还没下单呢", "不需要订单号")],
    "with a question": [("补发发票", "订单号"), ("是", "订单号"), ("还没下单 送德国要几天", "1–2|!请问订单号")],
}


@pytest.mark.parametrize("name", ORDERLESS)
def test_whoever_has_no_order_yet_needs_no_number(world: World, store: Store, name: str) -> None:
    check(world, ORDERLESS[name], store)
