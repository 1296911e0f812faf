"""What the dialogues with self-service share: the outcomes, the questions that begin them and what is asked then."""

from __future__ import annotations

from tests.unit.action_talk import MIA

PERSON, BOT = "PERSON", "BOT"
MAIL = {"channel": "email", "address": MIA, "meta": {"verified": True}}
STRANGER = {"channel": "email", "address": "eve@customer.example", "meta": {"verified": True}}
PHONE = {"channel": "sms", "address": "+12025550143"}

WAY, WAY_ZH, WAY_HANT = "A-10342 is on its way", "A-10342 已发货", "A-10342 已出貨"
FORM, FORM_ZH, FORM_HANT = "for example A-10342", "例如 A-10342", "例如 A-10342"
ASK_EN, ASK_ZH, ASK_HANT = (
    ("where is my order", "your order number"),
    ("我的订单到哪了", "订单号是多少"),
    ("我的訂單到哪了", "訂單編號是多少"),
)
ADDRESS = ("change the address of A-10344", "code of six digits to m•••")
ADDRESS_ZH = ("修改地址 A-10344", "六位验证码")
ADDRESS_HANT = ("我要改收貨地址 A-10344", "六位驗證碼")
NEXT, NEXT_ZH, NEXT_HANT = "new delivery address", "新的收货地址", "新的收貨地址"
