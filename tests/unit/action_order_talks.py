"""Dialogues about an order: its number in any form, no number at hand, cancelling, and the order that was talked about before."""

from __future__ import annotations

from tests.unit.action_words import ADDRESS, ASK_EN, ASK_HANT, ASK_ZH, BOT, FORM, FORM_HANT, FORM_ZH, PERSON, WAY, WAY_HANT, WAY_ZH

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
    "another form, traditional": [("我想退貨", "退貨"), ("LT-10023", f"LT-10023 不是我們的訂單編號|{FORM_HANT}|{BOT}")],
    "too short": [ASK_EN, ("342", f"342 is no order number|{BOT}")],
    "too long": [ASK_EN, ("my number is 1234567", f"1234567 is no order number|{BOT}")],
    "a part": [ASK_EN, ("yes", "order number"), ("the number ends with 342", f"whole order number|{BOT}"), ("A-10342", WAY)],
    "a part, Chinese": [ASK_ZH, ("尾号342", f"完整的订单号|{BOT}")],
    "a part, traditional": [ASK_HANT, ("尾號342", f"完整的訂單編號|{BOT}")],
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
        f"hant, {text}": [ASK_HANT, ("好", "訂單編號"), (text, f"訂單確認電子郵件|人工|{BOT}")]
        for text in ("沒有訂單號", "唔記得喇", "訂單編號喺邊度睇", "我搵唔到", "信件刪掉了")
    },
    "right after the offer": [ASK_EN, ("I do not have the number", f"mail that confirmed|{BOT}")],
    "right after the offer, Chinese": [ASK_ZH, ("没有订单号", f"订单确认邮件|{BOT}")],
    **{
        f"a second time, {second}": [ASK_EN, (first, f"by your name or address|{BOT}"), (second, f"without the number|A person|{PERSON}")]
        for first, second in (
            ("no order number", "I lost it"),
            ("I haven't got my order number", "I told you I dont have it. can you look under my name Robert Hensley"),
            ("can you find it by my email", "like i said, no number"),
        )
    },
    "a second time, asked": [ASK_EN, ("yes", ""), ("no order number", ""), ("my name is Robert Hensley", f"without the number|{PERSON}")],
    "a second time, Chinese": [ASK_ZH, ("没有订单号", "姓名、电话或地址"), ("用名字能查到不", f"没有订单号也没关系|{PERSON}")],
    "a second time, traditional": [ASK_HANT, ("沒有訂單編號", "姓名、電話或地址"), ("用電話查得到嗎", f"沒有訂單編號也沒關係|{PERSON}")],
    "then the number": [ASK_ZH, ("没有订单号", ""), ("找到了 10342", f"{WAY_ZH}|{BOT}")],
    "not asked for it again": [
        ASK_EN,
        ("yes", ""),
        ("no order number", ""),
        ("how long does delivery take?", f"delivery-time|!order number|{BOT}"),
    ],
    "a person all the same": [ASK_EN, ("no order number, I want a person", PERSON)],
    "wait": [ASK_EN, ("yes", "order number"), ("one moment, let me look", f"Take your time|{BOT}"), ("ok 10342", WAY)],
    "wait, traditional": [ASK_HANT, ("好", "訂單編號"), ("等我搵下", f"不急|{BOT}"), ("A-10342", WAY_HANT)],
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
        f"hant, {text}": [("怎麼取消訂單", "需要我幫您取消嗎"), (text, f"訂單編號是多少|{BOT}")]
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
