"""Whole dialogues with the bot as it is deployed: where she would like to be reached is noted in every state, and she is told so. A turn is
written as in test_order_dialogues.py.
"""

from __future__ import annotations

import pytest

from tests.unit.dialogue_world import World, make_world
from tests.unit.test_order_dialogues import AGENT, AGENT_HANT, AGENT_ZH, BOT, PERSON, Turns, check

__all__ = ["make_world"]

TALKS: dict[str, Turns] = {
    "a number with the digits of a hotline": [
        AGENT_HANT,
        ("打給我 91234567", "致電 91234567|!緊急"),
        ("係咪記低咗我電話？", "致電 91234567|!沒有客服電話"),
    ],
    "of Taiwan": [AGENT_HANT, ("打給我 0912345678", "致電 0912345678"), ("電話有記下來嗎", "致電 0912345678")],
    "of an angry customer": [
        ("你们到底发不发货！！都多久了 一个人都找不到", PERSON),
        ("打给我 015112345678", "致电 +4915112345678"),
        ("那我电话你到底记了没有", "致电 +4915112345678"),
    ],
    "offered and given at once": [AGENT_HANT, ("咁我放低電話你哋打畀我得唔得 91234567", "致電 91234567")],
    "asked for, then given": [
        AGENT,
        ("yes its 0171 5550199", "call you at +491715550199|!added that"),
        ("do they call me on that number or not", "+491715550199|Monday, 30 November"),
    ],
    "with when": [AGENT, ("call me at 030 5557788. and not before 10", "call you at +49305557788|not before 10")],
    "with when it suits": [AGENT, ("call me at 0170 4445556, mornings are best", "+491704445556|mornings are best")],
    "when will it be": [AGENT_HANT, ("唔該打俾我 9123 4567", "致電 91234567"), ("幾點打嚟呀", "91234567|11月30日|!沒有客服電話")],
    "beside the facts": [
        AGENT,
        ("40 sets, Hamburg, by 15 December, pay by invoice. Mail me at a.brandt@buero.example please", "a.brandt@buero.example|The rest"),
        ("did you note my mail address", "a.brandt@buero.example"),
    ],
    "offered": [
        AGENT_HANT,
        ("冇電話架？咁我放低電話你哋打畀我得唔得", "同事可以打給您|「打給我」|!沒有客服電話"),
        ("91820374", "致電 91820374"),
    ],
    "asked before it is given": [
        AGENT,
        ("did you note my number?", 'No, I have no number|"call me at"'),
        ("call me on 07700 900123", "call you at 07700900123"),
        ("did you note my number?", "Your number is noted|07700900123"),
    ],
    "with the wish for a person": [
        ("i want to talk to a person, my number is 07700 900123", f"by phone|call you at 07700900123|!call me at|{PERSON}"),
        ("is my number saved", "07700900123"),
    ],
    "with the wish for a person, simplified": [("人工 打给我 13911112222", f"致电 13911112222|!回复“打给我”|{PERSON}")],
    "in danger": [("my tea made my throat swell, call me on 07700 900123", f"112|call you at 07700900123|{PERSON}")],
    "in danger, waiting": [
        AGENT,
        ("喝了你们的茶喉咙肿了 打给我 13911112222", "120|致电 13911112222"),
        ("did you save my number", "13911112222"),
    ],
    "an address beside other words": [
        AGENT,
        ("can i have an invoice without german vat", ""),
        ("ill wait for monday then. derek@cafe.example if anyone wants to write", "write to you at derek@cafe.example|!order number"),
        ("is my email noted", "derek@cafe.example"),
    ],
    "an address that is not hers": [AGENT, ("is nora@cafe.example one of yours?", "!write to you at")],
    "nobody waits": [("is the teapot on my phone wallpaper dishwasher safe", f"!call you at|{BOT}")],
    "of the business": [AGENT_ZH, ("你们电话多少", "!致电|!还没有您的电话")],
}


@pytest.mark.parametrize("name", TALKS)
def test_dialogues(world: World, name: str) -> None:
    check(world, TALKS[name])
