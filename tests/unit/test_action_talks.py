"""Whole dialogues with self-service, in English and both Chinese scripts: who says what, and what is answered.

Each turn is (what she says, what the answer holds); several parts stand apart by "|", one with "!" before it must not be there, and
PERSON means that the conversation went to people, BOT that it did not. {code} is the newest code, {wrong} another one.
"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.aws import clients
from infra.demo.shop import Orders
from tests.unit.action_code_talks import CODES
from tests.unit.action_order_talks import CANCELLING, MISSING, NUMBERS, REMEMBERED
from tests.unit.action_shop import TODAY, Shop
from tests.unit.action_talk import MIA, STREET, Talk, codes, digits, open_for_business  # noqa: F401 - a fixture among them
from tests.unit.action_words import ADDRESS, BOT, MAIL, NEXT, PERSON, PHONE, STRANGER, WAY
from tests.unit.conftest import Store

PLAINLY: dict[str, list[tuple[str, str]]] = {
    **{
        f"unknown twice, {text}": [
            ("where is my order A-99999?", f"I know no order A-99999|confirmed the order|!Would you|{BOT}"),
            (text, f"{number} is not among our orders|A person|!I know no|!What is yours|!Would you|{PERSON}"),
        ]
        for text, number in (
            ("A-99998", "A-99998"),
            ("thats literally the number in my email. A-99999", "A-99999"),
            ("no. maybe its A-99997 cant read my own writing", "A-99997"),
        )
    },
    "unknown, then the right one": [("where is my order A-99999?", ""), ("sorry, 10342", f"{WAY}|{BOT}")],
    "unknown, Chinese": [("订单到哪 A-99999", f"没有找到订单 A-99999|{BOT}"), ("99998", f"A-99998 不在我们的订单里|!没有找到|{PERSON}")],
    "unknown, traditional": [
        ("訂單到哪 A-99999", f"沒有找到訂單 A-99999|{BOT}"),
        ("就是這個號 A-99999", f"A-99999 不在我們的訂單裡|{PERSON}"),
    ],
    "cancelled already": [("please cancel A-10348", ""), ("{code}", ""), ("yes", f"is cancelled already|{BOT}")],
    "delivered already": [
        ("please cancel A-10343", ""),
        ("{code}", ""),
        ("yes", f"delivered already|30 days|{BOT}"),
        ("how long does delivery take?", f"delivery-time|{BOT}"),
    ],
    "address of a parcel on its way": [
        ("change the address of A-10342", ""),
        ("{code}", NEXT),
        (STREET + ", second floor", ""),
        ("yes", f"has left us already|tracking page|{BOT}"),
    ],
    "return of what was not sent": [
        ("return A-10344, I do not need it", ""),
        ("{code}", "check"),
        ("yes", f"has not left us|cancel it|{BOT}"),
        ("cancel it", "check|A-10344"),
    ],
    "cancelled, Chinese": [("取消订单 A-10348", ""), ("{code}", ""), ("是", f"之前已经取消|{BOT}")],
    "shipped, traditional": [("取消訂單 A-10342", ""), ("{code}", ""), ("好", f"已經寄出，不能再取消|拒收|{BOT}")],
}
SHOWING: dict[str, list[tuple[str, str]]] = {
    **{
        f"sent, {text}": [("where is my order A-10342?", 'write "code"'), (text, f"code of six digits to m•••|{BOT}")]
        for text in ("code", "send it", "ok send it please", "Mia@Customer.example", "my mail is mia@customer.example")
    },
    **{
        f"sent, {text}": [("订单到哪 A-10342", "回复“验证码”"), (text, f"六位验证码发送到 m•••|{BOT}")]
        for text in ("那就发吧", "给我发验证码吧", "邮箱是mia@customer.example")
    },
    "another one's address": [
        ("where is my order A-10342?", ""),
        ("eve@customer.example", f"not an address of order A-10342|person|!code of six|{BOT}"),
        ("mia@customer.example", "code of six digits to m•••"),
    ],
    "her address instead of the code": [
        ADDRESS,
        ("mia@customer.example", f"order A-10344 is yours|{BOT}"),
        ("eve@customer.example", f"not an address|{BOT}"),
    ],
    "only the state": [("where is my order A-10342?", f'{WAY}.|write "code"|!Wednesday|!carrier.example')],
    "only the state, Chinese": [("订单到哪 A-10342", "已发货|回复“验证码”|!周三|!carrier.example")],
    "the rest with a code": [
        ("where is my order A-10342?", ""),
        ("code", "six digits to m•••"),
        ("{code}", 'arrives on Wednesday, 23 September|https://carrier.example/A-10342|!write "code"'),
    ],
    "the rest, Chinese": [("订单到哪 A-10342", ""), ("验证码", "六位验证码"), ("{code}", "预计9月23日（周三）送达|carrier.example")],
    "the rest, traditional": [
        ("訂單到哪 A-10342", "回覆「驗證碼」"),
        ("發送驗證碼", "六位驗證碼"),
        ("{code}", "預計9月23日（週三）送達|查看物流"),
    ],
    "when": [("where is my order A-10342?", ""), ("when will it arrive?", "six digits"), ("{code}", "arrives on Wednesday, 23 September")],
    "yes please": [("where is my order A-10342?", ""), ("yes please", "six digits")],
    "delivered": [("where is my order A-10343?", ""), ("code", ""), ("{code}", "was delivered on Thursday, 17 September")],
    "in the same chat afterwards": [
        ("where is my order A-10342?", ""),
        ("code", ""),
        ("{code}", "arrives"),
        ("and A-10343?", "was delivered on Thursday, 17 September|!code"),
    ],
    "no code came": [("where is my order A-10342?", ""), ("code", ""), ("I did not get it", "new code"), ("{code}", "arrives on")],
    "ended": [("where is my order A-10342?", ""), ("code", ""), ("never mind", f"I have stopped|{BOT}")],
}
TALKS = {
    "numbers": NUMBERS,
    "missing": MISSING,
    "cancelling": CANCELLING,
    "remembered": REMEMBERED,
    "plainly": PLAINLY,
    "codes": CODES,
    "showing": SHOWING,
}


@pytest.mark.parametrize("kind", TALKS)
def test_talks(shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """All of a kind, one after the other, each with an empty table and a shop of its own."""
    monkeypatch.setenv("SMS_NUMBER", "+12025550199")
    wrong = {}
    for number, (name, turns) in enumerate(TALKS[kind].items()):
        shop.orders = Orders(TODAY)
        empty(store)
        try:
            play(Talk(f"w{number}"), turns, store)
        except AssertionError as error:
            wrong[name] = str(error)
    assert not wrong


def empty(store: Store) -> None:
    for item in store.items():
        clients.client("dynamodb").delete_item(TableName="conversations", Key={"pk": item["pk"], "sk": item["sk"]})


@pytest.mark.parametrize(
    ("who", "turns"),
    [
        (MAIL, [("where is my order A-10342?", "arrives on Wednesday, 23 September|carrier.example|!code")]),
        (MAIL, [("Hello,\n\nplease cancel A-10344.\n\nMia", "Please check"), ("Yes\n\nMia", "is cancelled")]),
        (STRANGER, [("where is my order A-10342?", f'{WAY}.|write "code"|!Wednesday')]),
        (STRANGER, [("please cancel A-10344", f"was not placed with the address that you write from|m•••@c•••|{BOT}")]),
        (STRANGER, [("我想取消订单 A-10344", f"不是用您现在这个地址下的单|{BOT}")]),
        (PHONE, [("where is my order A-10347?", "should arrive on Thursday, 24 September|!code")]),
        (PHONE, [("订单到哪 10347", "预计9月24日（周四）送达")]),
    ],
)
def test_whoever_writes_from_the_orders_address_is_shown_all(
    shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch, who: dict[str, Any], turns: list[tuple[str, str]]
) -> None:
    monkeypatch.setenv("SMS_NUMBER", "+12025550199")
    play(Talk("x1", **who), turns, store)


def play(talk: Talk, turns: list[tuple[str, str]], store: Store) -> None:
    for text, wanted in turns:
        said = talk.say(_filled(text, talk, store))
        assert said not in ("seen", "waits", ""), f"nothing was said to {text}"
        for part in filter(None, wanted.split("|")):
            if part in (PERSON, BOT):
                assert talk.head.owner == ("queue" if part == PERSON else "bot"), f"{text}: {said}"
            else:
                assert (part.removeprefix("!") in said) is not part.startswith("!"), f"{text}: {said}: {part}"


def _filled(text: str, talk: Talk, store: Store) -> str:
    if "{" not in text:
        return text
    code = digits(codes(store, talk.thread)[-1])
    wide = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return text.format(code=code, wrong=f"{(int(code) + 1) % 1_000_000:06d}", spaced=f"{code[:3]} {code[3:]}", wide=wide)
