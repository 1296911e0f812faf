"""Whole dialogues with the bot as it is deployed: what is said beside an order's number decides; an order that was talked about is the one
that is asked for; slips in the words; forms that let go of what was meant otherwise. A turn is written as in test_order_dialogues.py.
"""

from __future__ import annotations

import pytest

from tests.unit.conftest import Store
from tests.unit.dialogue_world import World, make_world
from tests.unit.test_deed_dialogues import CANCELLED, CANCELLED_HANT
from tests.unit.test_order_dialogues import AGENT, AGENT_HANT, AGENT_ZH, BOT, PERSON, Turns, check

__all__ = ["make_world"]

GENERAL, GENERAL_ZH = "!working day leave", "!工作日 14:00"
BESIDE: dict[str, Turns] = {
    "cancelled in anger, waiting": [
        ("a week and STILL packing?? what are you doing over there", PERSON),
        ("typical. its A-10404. when does it leave", f'being packed|write "code"|{PERSON}'),
        ("useless. cancel it then A-10404", f"order A-10404|code of six digits|{PERSON}"),
        ("{code}", "Please check: Cancellation"),
        ("yes", "is cancelled"),
    ],
    "cancelled in anger, at once": [("useless shop!!! cancel A-10404 now", f"code of six digits|{BOT}")],
    "cancelled in anger, simplified": [("垃圾店 气死我了 A-10405 给我取消", f"六位验证码|{BOT}")],
    "anger alone calls a person": [("i am furious. you idiots. A-10343 arrived smashed to bits", f"!code of six digits|{PERSON}")],
    "cancel behind the number": [AGENT, ("A-10404 cancel pls", "code of six digits")],
    "a case goes on": [
        ("i need to talk to someone real, charged twice", PERSON),
        ("order is A-10405, 2x 46.80 on my card", f"A-10405, 46.80|stands with your request|!being packed|{PERSON}"),
    ],
    "a case goes on, simplified": [AGENT_ZH, ("A-10405 扣了两笔 46.80", "A-10405、46.80|已加到您的请求里|!正在打包")],
    "a question goes on": [AGENT_HANT, ("A-10345 才兩個月就不加熱 有保固嗎", "保固兩年|!已送達")],
    "the state, if it is asked for": [AGENT_HANT, ("A-10404 出咗未", "正在打包")],
}
OWN: dict[str, Turns] = {
    "after a change": [
        ("帮我改A-10411的收货地址", "六位验证码"),
        ("{code}", "新的收货地址"),
        ("柏林 Schönhauser Allee 120号 3楼 10437", "请核对"),
        ("是", "将寄往"),
        ("好的 那会耽误送货吗 啥时候能到", f"A-10411|12月2日|{GENERAL_ZH}"),
    ],
    "the day is shown with a code": [
        ("我的单子怎么还没发货 A-10410", "正在打包"),
        ("周五前能到吗 我急着送人", f"六位验证码|{GENERAL_ZH}"),
        ("{code}", "12月2日"),
        ("星期三就能到 那太好了 谢谢", f"不客气|{GENERAL_ZH}|{BOT}"),
        ("一般几天能到", "工作日 14:00"),
    ],
    "waiting": [
        AGENT_ZH,
        ("A-10413 到底什么状态", f"正在打包|{PERSON}"),
        ("那还要打包几天啊 我等了一个礼拜了", f"六位验证码|{GENERAL_ZH}"),
        ("{code}", "12月2日"),
        ("周五前能到吗", f"12月2日|{GENERAL_ZH}|{PERSON}"),
    ],
    "said before": [
        ("where is my order A-10342", "on its way"),
        ("when does it come then", f"code of six digits|{GENERAL}"),
        ("{code}", "Tuesday, 1 December"),
        ("tuesday is fine, thanks", f"welcome|{BOT}"),
        ("will it be here by friday", f"Tuesday, 1 December|{GENERAL}"),
        ("how long does delivery to austria take", "3–5 working days"),
    ],
    "with slips": [
        ("wen will my odrer come its 10406", f"A-10406 is being packed|!What is your order number|{BOT}"),
        ("code", "code of six digits"),
        ("{code}", "Wednesday, 2 December"),
        ("can i chnge it to other adress or no", "Shall I change the address of order A-10406"),
        ("no wait leave it. tell me when its comming", f"Wednesday, 2 December|!not sure|{BOT}"),
        ("NO dont change. when arive?? u said wensday is it 2 dec", f"Wednesday, 2 December|{BOT}"),
    ],
    "with slips, at once": [("wheres my oder 10406", f"A-10406 is being packed|{BOT}")],
    "cancelled with slips": [("cancle my order its 10406", f"order A-10406|code of six digits|{BOT}")],
    "a postcode is no order": [("do you ship to 94103", f"!A-94103|{BOT}")],
}
FORMS: dict[str, Turns] = {
    "a wrong item": [
        ("return A-10343, it is the wrong item", "code of six digits"),
        ("{code}", "Please check"),
        (
            "so do i need to send the sencha back or can i keep it",
            "yours to keep|Please check|!what you do not like|!tell us your order number",
        ),
        ("no", "What is wrong"),
        ("just send me the right one", f"I can only arrange the return|!What is wrong|{PERSON}"),
    ],
    "a wrong item, simplified": [
        ("退货 A-10343 发错商品", "六位验证码"),
        ("{code}", "请核对"),
        ("那红茶要寄回去吗", "就送给您了|请核对|!运费由您承担"),
        ("还是给我换一个对的吧", f"我只能办理退货|{PERSON}"),
    ],
    "another question is answered": [
        ("return A-10343, it is damaged", "code of six digits"),
        ("{code}", "Please check"),
        ("how long does delivery take", "1–2 working days|Please check"),
        ("yes", "is arranged"),
    ],
    "a sum in a question": [
        *CANCELLED,
        ("great. and the other one is still coming right? i ordered twice", ""),
        ("how long til the 24.90 is back, visa", f"cards within 3–5 days|!passed on 24.90|{BOT}"),
    ],
    "the way it was paid, traditional": [
        *CANCELLED_HANT,
        ("謝謝 我是用PayPal付的 也是三天嗎", f"PayPal 和支付寶即時|!支援哪些|{BOT}"),
    ],
}
KINDS = {"beside": BESIDE, "own": OWN, "forms": FORMS}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, talks in KINDS.items() for name in talks])
def test_dialogues(world: World, store: Store, kind: str, name: str) -> None:
    check(world, KINDS[kind][name], store)
