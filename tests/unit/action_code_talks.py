"""Dialogues about the code that proves an address: it did not come, the address is gone, other words in its place."""

from __future__ import annotations

from tests.unit.action_words import ADDRESS, ADDRESS_HANT, ADDRESS_ZH, BOT, NEXT, NEXT_HANT, NEXT_ZH, PERSON

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
