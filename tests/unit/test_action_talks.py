"""Whole dialogues with self-service, in English and both Chinese scripts: who says what, and what is answered.

Each turn is (what she says, what the answer holds); several parts stand apart by "|", one with "!" before it must not be there, and
PERSON means that the conversation went to people, BOT that it did not. {code} is the newest code, {wrong} another one.
"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import aws
from infra.demo.shop import Orders
from tests.unit.action_shop import TODAY, Shop
from tests.unit.action_talk import MIA, STREET, Talk, codes, digits, open_for_business  # noqa: F401 - a fixture among them
from tests.unit.conftest import Store

PERSON, BOT = "PERSON", "BOT"
MAIL = {"channel": "email", "address": MIA, "meta": {"verified": True}}
STRANGER = {"channel": "email", "address": "eve@customer.example", "meta": {"verified": True}}
PHONE = {"channel": "sms", "address": "+12025550143"}

WAY, WAY_ZH, WAY_HANT = "A-10342 is on its way", "A-10342 已发货", "A-10342 已出貨"
FORM, FORM_ZH, FORM_HANT = "for example A-10342", "例如 A-10342", "例如 A-10342"
ASK_EN, ASK_ZH, ASK_HANT = (
    ("where is my order", "your order number"),
    ("我的订单到哪了", "订单号是多少"),
    ("我的訂單到哪了", "訂單號是多少"),
)
ADDRESS = ("change the address of A-10344", "code of six digits to m•••")
ADDRESS_ZH = ("修改地址 A-10344", "六位验证码")
ADDRESS_HANT = ("我要改收貨地址 A-10344", "六位驗證碼")
NEXT, NEXT_ZH, NEXT_HANT = "new delivery address", "新的收货地址", "新的收貨地址"

NUMBERS: dict[str, list[tuple[str, str]]] = {
    **{
        f"en, {text}": [ASK_EN, (text, f"{WAY}|{BOT}")]
        for text in (
            "A-10342",
            "A10342",
            "a 10342",
            "Ａ－１０３４２",
            "A–10342",
            "10342",
            "#10342",
            "order no 10342",
            "it is 10342",
            "my order number is 10342, thanks",
            "1 0 3 4 2",
            "no. 10342",
            "a.10342 please",
            "ok so it's A-10342 i think",
        )
    },
    **{
        f"zh, {text}": [ASK_ZH, (text, f"{WAY_ZH}|{BOT}")]
        for text in ("10342", "单号10342", "是A10342", "订单号是 10342 谢谢", "Ａ10342", "a—10342")
    },
    **{
        f"hant, {text}": [ASK_HANT, (text, f"{WAY_HANT}|{BOT}")] for text in ("10342", "訂單編號10342", "單號係10342", "我的訂單號是A10342")
    },
    "asked after a yes": [ASK_EN, ("yes", "What is your order number"), ("10342", WAY)],
    "named in the question": [("where is my order 10342?", WAY)],
    "named in a Chinese question": [("订单10342到哪了", WAY_ZH)],
    "alone at the beginning": [("10342", WAY)],
    "in full at the beginning": [("A-10342", f"{WAY}|What would you like to do")],
    "alone, being packed": [("A-10344", "is being packed|change the address|cancel it"), ("cancel it", "code of six digits")],
    "a dash said as a word": [ASK_ZH, ("A杠10342", WAY_ZH)],
    "Cantonese, where": [("我張單A-10342去咗邊呀", WAY_HANT)],
    "Cantonese, cancel": [("想cancel張單 A-10344 得唔得", f"六位驗證碼|{BOT}")],
    "told instead of the number": [
        ASK_EN,
        ("its the blue tin with jasmin", f"no order number in that|{BOT}"),
        ("or the green one", PERSON),
    ],
    "told instead of the number, Chinese": [ASK_ZH, ("就是那罐茉莉花茶", f"没有找到订单号|{BOT}"), ("10342", WAY_ZH)],
    "said with words around": [("my order number is 10342", WAY)],
    "another form": [ASK_EN, ("LT-10023", f"LT-10023 is no order number of ours|{FORM}|{BOT}"), ("10342", WAY)],
    "another form after a yes": [ASK_EN, ("yes", "order number"), ("LT-10023", FORM), ("hm hm", PERSON)],
    "another form, Chinese": [("我想退货", "退货"), ("LT-10023", f"LT-10023 不是我们的订单号|{FORM_ZH}|{BOT}")],
    "another form, traditional": [("我想退貨", "退貨"), ("LT-10023", f"LT-10023 不是我們的訂單號|{FORM_HANT}|{BOT}")],
    "too short": [ASK_EN, ("342", f"342 is no order number|{BOT}")],
    "too long": [ASK_EN, ("my number is 1234567", f"1234567 is no order number|{BOT}")],
    "a part": [ASK_EN, ("yes", "order number"), ("the number ends with 342", f"whole order number|{BOT}"), ("A-10342", WAY)],
    "a part, Chinese": [ASK_ZH, ("尾号342", f"完整的订单号|{BOT}")],
    "a part, traditional": [ASK_HANT, ("尾號342", f"完整的訂單號|{BOT}")],
    "a postcode is no order": [("I moved to 10115 Berlin, how long does delivery take", "delivery-time|!A-10115")],
    "bags are no order": [("I want to order 12000 bags, how long does it take", "delivery-time|!A-12000")],
}
MISSING: dict[str, list[tuple[str, str]]] = {
    **{
        f"en, {text}": [ASK_EN, ("yes", "order number"), (text, f"mail that confirmed|person|!Would you like|{BOT}"), ("10342", WAY)]
        for text in (
            "I do not have it",
            "I don't have an order number",
            "no order number",
            "i lost the mail",
            "where do I find it?",
            "where can i see the order number",
            "cant find it",
            "no idea",
            "what number?",
            "I deleted the confirmation mail",
        )
    },
    **{
        f"zh, {text}": [ASK_ZH, ("好的", "订单号"), (text, f"订单确认邮件|人工|{BOT}")]
        for text in ("没有订单号", "不知道", "在哪里看订单号", "找不到了", "忘了", "订单号是什么", "没有", "邮件删了")
    },
    **{
        f"hant, {text}": [ASK_HANT, ("好", "訂單號"), (text, f"訂單確認郵件|人工|{BOT}")]
        for text in ("沒有訂單號", "唔記得喇", "訂單編號喺邊度睇", "我搵唔到", "信件刪掉了")
    },
    "right after the offer": [ASK_EN, ("I do not have the number", f"mail that confirmed|{BOT}")],
    "right after the offer, Chinese": [ASK_ZH, ("没有订单号", f"订单确认邮件|{BOT}")],
    "a second time, yes": [
        ASK_EN,
        ("no order number", "!Would you like"),
        ("I lost it", f"Would you like one of us|{BOT}"),
        ("yes", f"A person|{PERSON}"),
    ],
    "a second time, no": [
        ASK_EN,
        ("no order number", ""),
        ("I lost it", "Would you like"),
        ("no", f"What is your order number|{BOT}"),
        ("10342", WAY),
    ],
    "a second time, Chinese": [ASK_ZH, ("没有订单号", ""), ("找不到", f"需要转给同事|{BOT}"), ("是的", PERSON)],
    "a second time, the number": [ASK_ZH, ("没有订单号", ""), ("找不到", "需要转给同事"), ("找到了 10342", f"{WAY_ZH}|{BOT}")],
    "a person all the same": [ASK_EN, ("no order number, I want a person", PERSON)],
    "wait": [ASK_EN, ("yes", "order number"), ("one moment, let me look", f"Take your time|{BOT}"), ("ok 10342", WAY)],
    "wait, traditional": [ASK_HANT, ("好", "訂單號"), ("等我搵下", f"不急|{BOT}"), ("A-10342", WAY_HANT)],
}
CANCELLING: dict[str, list[tuple[str, str]]] = {
    **{
        f"en, {text}": [("how do I cancel my order", "Shall I cancel it for you"), (text, f"What is your order number|{BOT}")]
        for text in (
            "then do it for me",
            "please do it",
            "can you do it?",
            "yes please",
            "go ahead",
            "please cancel it",
            "cancel it for me",
            "do it",
            "cancel",
        )
    },
    **{
        f"zh, {text}": [("怎么取消订单", "需要我帮您取消吗"), (text, f"订单号是多少|{BOT}")]
        for text in ("那你帮我取消吧", "帮我办", "你帮我弄一下", "好的", "麻烦你办一下", "取消", "请帮我取消")
    },
    **{
        f"hant, {text}": [("怎麼取消訂單", "需要我幫您取消嗎"), (text, f"訂單號是多少|{BOT}")]
        for text in ("那你幫我取消吧", "幫我辦", "你幫我搞掂佢")
    },
    "with the number": [
        ("how do I cancel my order", ""),
        ("A-10344", "code of six digits"),
        ("{code}", "Please check: Cancellation|A-10344"),
        ("yes", "A-10344 is cancelled|€24.90"),
    ],
    "with the number, Chinese": [
        ("怎么取消订单", ""),
        ("A-10344，帮我取消", "六位验证码"),
        ("{code}", "请核对"),
        ("是的", "A-10344 已取消，24.90欧元"),
    ],
    "with the number, traditional": [
        ("怎麼取消訂單", ""),
        ("A-10344，幫我取消", "六位驗證碼"),
        ("{code}", "請核對"),
        ("係", "A-10344 已取消，24.90歐元"),
    ],
    "at once": [("please cancel A-10344", "code of six digits")],
    "at once, Chinese": [("取消订单 A-10344", "六位验证码")],
    "yes, cancel it": [("please cancel A-10344", ""), ("{code}", "check"), ("yes, cancel it", "is cancelled")],
    "yes cancel it": [("please cancel A-10344", ""), ("{code}", "check"), ("yes please cancel it", "is cancelled")],
    "cancel it at the confirmation": [("please cancel A-10344", ""), ("{code}", "check"), ("cancel it", "is cancelled")],
    "to be sure, Chinese": [("取消订单 A-10344", ""), ("{code}", "请核对"), ("确认取消", "已取消")],
    "cancel it in another action": [("return A-10343", ""), ("{code}", "Why"), ("cancel it", f"I have stopped|{BOT}")],
    "yes but another way": [
        ("please cancel A-10344", ""),
        ("{code}", "check"),
        ("yes, but send it tomorrow", f"yes or no|!is cancelled|{BOT}"),
    ],
    "cancel ends it": [("please cancel A-10344", ""), ("cancel", f"I have stopped|{BOT}")],
    "cancel at the confirmation": [("please cancel A-10344", ""), ("{code}", "check"), ("cancel", f"I have stopped|{BOT}")],
}
REMEMBERED: dict[str, list[tuple[str, str]]] = {
    "cancel it": [
        ("where is my order A-10344?", "is being packed"),
        ("cancel it", "order A-10344|code of six digits"),
        ("{code}", "check|A-10344"),
        ("yes", "A-10344 is cancelled"),
    ],
    "return it": [
        ("where is my order A-10343?", "was delivered"),
        ("I want to return it", "order A-10343|code of six digits"),
        ("{code}", "Why do you send it back"),
    ],
    "invoice for it": [
        ("where is my order A-10343?", ""),
        ("send me the invoice for it", "order A-10343|code"),
        ("{code}", "invoice 2026-10343"),
    ],
    "cancel it, Chinese": [
        ("订单A-10344到哪了", "正在打包"),
        ("帮我取消", "订单 A-10344"),
        ("{code}", "请核对"),
        ("确认", "A-10344 已取消"),
    ],
    "return it, Chinese": [("订单到哪 A-10343", "已送达"), ("把它退了", "订单 A-10343")],
    "invoice, traditional": [("訂單到哪 A-10343", "已送達"), ("幫我開這單的發票", "訂單 A-10343")],
    "a question about it": [
        ("where is my order A-10343?", ""),
        ("how do I return something?", "The article return-item.|return of order A-10343"),
        ("yes please", "code of six digits"),
    ],
    "another order then": [
        ("where is my order A-10343?", ""),
        ("how do I return something?", "A-10343"),
        ("A-10342", "order A-10342|code"),
    ],
    "something else in between": [
        ("where is my order A-10344?", ""),
        ("how long does delivery take?", "delivery-time"),
        ("ok cancel it", "order A-10344"),
    ],
    "after what could not be": [
        ("please cancel A-10342", "code"),
        ("{code}", "Please check"),
        ("yes", "has left us already|return it"),
        ("return it", "Why do you send it back|!code of six"),
    ],
    "again, and where is it": [("where is my order A-10342?", WAY), ("where is it now?", WAY)],
    "forget it afterwards": [
        ("where is my order A-10342?", ""),
        ("no, A-10343", "A-10343 was delivered"),
        ("sorry, I meant A-10344", "A-10344 is being packed"),
    ],
    "not that one, Chinese": [("订单到哪 A-10342", WAY_ZH), ("不是这个，是A-10343", "A-10343 已送达")],
    "corrected by digits": [ADDRESS, ("I meant 10343", "order A-10343|!wrong")],
}
PLAINLY: dict[str, list[tuple[str, str]]] = {
    "unknown thrice": [
        ("where is my order A-99999?", f"I know no order A-99999|confirmed the order|!Would you|{BOT}"),
        ("A-99998", f"I know no order A-99998|Would you like one of us|{BOT}"),
        ("A-99997", f"A-99997|{PERSON}"),
    ],
    "unknown, then a yes": [("where is my order A-99999?", ""), ("A-99998", "Would you like"), ("yes", f"!A-99998|{PERSON}")],
    "unknown, then the right one": [("where is my order A-99999?", ""), ("A-99998", "Would you like"), ("sorry, 10342", f"{WAY}|{BOT}")],
    "unknown, then no": [("where is my order A-99999?", ""), ("A-99998", ""), ("no thanks", f"What is your order number|{BOT}")],
    "unknown, Chinese": [("订单到哪 A-99999", f"没有找到订单 A-99999|{BOT}"), ("99998", f"需要转给同事|{BOT}"), ("好的", PERSON)],
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
CODES: dict[str, list[tuple[str, str]]] = {
    **{
        f"again, {text}": [ADDRESS, (text, f"sent a new code|m•••@c•••|{BOT}"), ("{code}", NEXT)]
        for text in (
            "I did not get it",
            "no mail came",
            "send it again",
            "resend",
            "I haven't got any mail",
            "nothing arrived",
            "can you send the code again please",
            "still nothing",
            "didnt receive anything",
            "i got no code",
            "there is nothing in my inbox",
        )
    },
    **{
        f"again, {text}": [ADDRESS_ZH, (text, f"新的六位验证码|{BOT}"), ("验证码 {code}", NEXT_ZH)]
        for text in ("没收到码，重发一下", "没收到", "再发一次", "没有邮件", "收不到验证码", "还没来", "没有", "码呢")
    },
    **{
        f"again, {text}": [ADDRESS_HANT, (text, f"新的六位驗證碼|{BOT}"), ("{code}", NEXT_HANT)]
        for text in ("冇收到喎", "再寄一次", "沒收到信", "可以重傳嗎")
    },
    **{
        f"what, {text}": [ADDRESS, (text, f"order A-10344 is yours|m•••@c•••|send again|{BOT}"), ("{code}", NEXT)]
        for text in (
            "what code?",
            "where is the code?",
            "why do you need that",
            "yes",
            "which email did you send it to?",
            "what six digits",
        )
    },
    **{f"what, {text}": [ADDRESS_ZH, (text, f"六位数字|m•••@c•••|{BOT}")] for text in ("什么码？", "发到哪里了", "为什么要验证", "好的")},
    **{f"what, {text}": [ADDRESS_HANT, (text, f"六位數字|m•••@c•••|{BOT}")] for text in ("什麼驗證碼", "點解要驗證", "寄到哪個信箱")},
    **{
        f"elsewhere, {text}": [ADDRESS, (text, f"code of six digits to +••••••0144|{BOT}"), ("{code}", NEXT)]
        for text in (
            "I no longer have that address",
            "can you send it to my phone",
            "that is my old email",
            "I have no access to that inbox",
            "text me instead",
        )
    },
    **{
        f"elsewhere, {text}": [ADDRESS_ZH, (text, f"+••••••0144|{BOT}"), ("{code}", NEXT_ZH)]
        for text in ("邮箱早就不用了", "发到手机可以吗", "那个邮箱我登不上了", "换个方式")
    },
    **{
        f"elsewhere, {text}": [ADDRESS_HANT, (text, f"+••••••0144|{BOT}")]
        for text in ("那個信箱早就不用了", "可以傳到手機嗎", "我冇用嗰個信箱喇")
    },
    "no other address": [
        ("return A-10343", "code"),
        ("can you send it another way", f"no other address of order A-10343|Would you like|{BOT}"),
        ("yes", PERSON),
    ],
    "no other address, no person": [
        ("return A-10343", "code"),
        ("another way please", "Would you like"),
        ("no", f"six digits|{BOT}"),
        ("{code}", "Why do you send it back"),
    ],
    "no other address, Chinese": [("我想退货 A-10343", "验证码"), ("换个方式", f"没有其他可以发送验证码的地址|需要转给同事|{BOT}")],
    **{
        f"ruled out, {text}": [("return A-10343", "code"), (text, f"only a colleague can help|Order number: A-10343|{PERSON}")]
        for text in (
            "I no longer have that address",
            "that mailbox is dead",
            "cant log into my email anymore",
            "both my mail and my phone are gone",
        )
    },
    **{
        f"ruled out, {text}": [("我想退货 A-10343", "验证码"), (text, f"只能由同事来处理|{PERSON}")]
        for text in ("邮箱早就不用了", "那个邮箱进不去", "邮箱和手机都换了")
    },
    "ruled out, traditional": [("我想退貨 A-10343", "驗證碼"), ("嗰個信箱登唔入", f"只能由同事來處理|{PERSON}")],
    **{
        f"both, {first}": [ADDRESS, (first, f"+••••••0144|{BOT}"), (then, f"only a colleague can help|A-10344|{PERSON}")]
        for first, then in (
            ("I lost access to that inbox", "that number is dead as well"),
            ("text me instead, the mailbox is closed", "nor the phone"),
            ("my old email", "I changed my phone number"),
        )
    },
    "both, Chinese": [ADDRESS_ZH, ("那个邮箱注销了", f"+••••••0144|{BOT}"), ("这个号码也停用了", f"只能由同事来处理|{PERSON}")],
    "both at once": [ADDRESS, ("that email is closed and my phone got stolen", f"only a colleague can help|{PERSON}")],
    "never back to what she ruled out": [
        ADDRESS,
        ("I no longer have that address", "+••••••0144"),
        ("never mind", "I have stopped"),
        ("change the address of A-10344", "code of six digits to +••••••0144"),
        ("send it to the other address", f"no other address|{BOT}"),
    ],
    "only asked for another way": [ADDRESS, ("another way please", "+••••••0144"), ("another way please", f"m•••@c•••|{BOT}")],
    **{
        f"kept, {text}": [ADDRESS, (text, f"noted|{kept}|still need the code|{BOT}"), ("{code}", f"Please check|{kept}"), ("yes", kept)]
        for text, kept in (
            ("the new address is 5 Mill Road, Leeds LS1 4AP", "5 Mill Road, Leeds LS1 4AP"),
            ("Hauptstr. 9, 80331 München", "Hauptstr. 9, 80331 München"),
        )
    },
    "kept, Chinese": [
        ADDRESS_ZH,
        ("新地址是杭州市西湖区文三路90号", "已记下|杭州市西湖区文三路90号|验证码"),
        ("{code}", "请核对|文三路90号"),
    ],
    "kept, a reason": [("return A-10343", "code"), ("it is broken", f"noted|damaged|{BOT}"), ("{code}", "Please check|damaged")],
    "spaces": [ADDRESS, ("{spaced}", NEXT)],
    "wide": [ADDRESS_ZH, ("{wide}", NEXT_ZH)],
    "never a wrong code": [
        ADDRESS,
        ("no mail came", "new code"),
        ("what code?", ""),
        ("I haven't got any mail", "new code"),
        ("yes", BOT),
        ("send it again", f"last one is still good|{BOT}"),
        ("{code}", NEXT),
    ],
    "three codes": [
        ADDRESS,
        ("resend", "new code"),
        ("resend", "new code"),
        ("resend", f"last one is still good|minutes|Would you like|{BOT}"),
        ("{code}", NEXT),
    ],
    "wrong thrice": [
        ADDRESS,
        ("{wrong}", f"not the code|!Would|{BOT}"),
        ("{wrong}", f"not the code|Would you like one of us|{BOT}"),
        ("{wrong}", f"could not make sure|{PERSON}"),
    ],
    "wrong, then right": [ADDRESS, ("{wrong}", ""), ("{wrong}", "Would you like"), ("{code}", f"{NEXT}|{BOT}")],
    **{
        f"ended, {text}": [ADDRESS, (text, f"I have stopped|{BOT}")]
        for text in (
            "stop, I changed my mind",
            "cancel",
            "forget it",
            "stop",
            "never mind then",
            "ok forget it please",
            "stop i changed my mind",
            "no, stop",
        )
    },
    **{
        f"ended, {text}": [ADDRESS_ZH, (text, f"已经停止|{BOT}")]
        for text in ("算了", "不办了", "取消", "不用了", "那算了吧", "还是不用了，谢谢")
    },
    **{f"ended, {text}": [ADDRESS_HANT, (text, f"已經停止|{BOT}")] for text in ("算了", "唔使喇", "唔搞喇", "還是不用了")},
    "stop while a reason is asked": [("return A-10343", ""), ("{code}", "Why"), ("stop, I changed my mind", f"I have stopped|{BOT}")],
    "a reason is no stop": [("return A-10343", ""), ("{code}", "Why"), ("I changed my mind", "Please check")],
    "a person": [ADDRESS, ("no code, I want to talk to a person", PERSON)],
    "danger": [ADDRESS, ("there is a fire", PERSON)],
    "the number instead of the code": [ADDRESS, ("A-10344", BOT)],
    "another order instead of the code": [ADDRESS, ("and for A-10346?", "order A-10346|l•••@c•••|!not the code")],
    "something else instead of the code": [
        ("please cancel A-10343", "code"),
        ("I want to return it instead", "order A-10343|code of six digits"),
        ("{code}", "Why do you send it back"),
    ],
    "where is it, in the middle": [
        ("return A-10343", ""),
        ("{code}", "Why"),
        ("where is it?", f"A-10343 was delivered|Why do you send it back|{BOT}"),
        ("2", "Please check"),
    ],
    "not understood": [ADDRESS, ("blue elephants", f"waiting for the six digits|!not the code|{BOT}")],
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
        aws.client("dynamodb").delete_item(TableName="conversations", Key={"pk": item["pk"], "sk": item["sk"]})


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
