"""The language of a text by characters and small words; the conversation's where the text does not tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from chalicelib.bot.interpretation.language import KNOWN, detect, region
from chalicelib.bot.interpretation.phrases import lexicon
from chalicelib.knowledge.index.words import variants


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order?", "en"),
        ("refund please", "en"),
        ("我的快递到哪了", "zh"),
        ("我的快遞到哪了", "zh-Hant"),
        ("請問你們週末營業嗎", "zh-Hant"),
        ("请问可以用PayPal付款吗", "zh"),
        ("订单号 LT-2026-88213-AB 还没发货", "zh"),
        ("wie lange dauert die Lieferung", "other"),
        ("où est ma commande ?", "other"),
        ("¿Dónde está mi pedido?", "other"),
        ("Где мой заказ?", "other"),
        ("注文はどこですか", "other"),
        ("내 주문은 어디에 있나요", "other"),
        ("أين طلبي", "other"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["88213", "🙂", "", "LT-88213 ?!"])
def test_a_text_without_a_language_takes_the_conversations(text: str) -> None:
    assert detect(text, "zh-Hant") == "zh-Hant"
    assert detect(text) == "en"


def test_a_text_in_both_scripts_characters_keeps_the_conversations_script() -> None:
    assert detect("你好", "zh-Hant") == "zh-Hant"
    assert detect("你好") == "zh"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("發郵件到 meiling.chen@example.com", "zh-Hant"),
        ("发邮件到 meiling.chen@example.com", "zh"),
        ("發郵件到meiling.chen.from.the.tea.house@example.com", "zh-Hant"),
        ("打給我 +886 912 345 678", "zh-Hant"),
        ("請看 https://lantern-tea.example/help/where-is-my-order?from=the-chat", "zh-Hant"),
        ("訂單 LT-ORDER-2026-A10342 到哪了", "zh-Hant"),
        ("mail me at 陈美玲@example.com please", "en"),
        ("send it to wo.ist.meine.bestellung@danke.example please", "en"),
        ("schreiben Sie an where.is.my.order@example.com", "other"),
        ("Danke", "other"),
        ("Earl Grey", "en"),
    ],
)
def test_addresses_and_numbers_are_in_no_language(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("address", ["meiling.chen@example.com", "https://the.example/is/it", "+44 7700 900123"])
def test_an_address_alone_takes_the_conversations_language(address: str) -> None:
    assert detect(address, "zh-Hant") == "zh-Hant"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "我嘅訂單去咗邊",
            "仲未收到貨",
            "唔該幫我退貨",
            "幾時送到？",
            "邊個收咗件",
            "有冇抹茶",
            "電郵俾我",
            "速遞公司話送咗",
            "點樣退貨",
            "點解扣咗兩次錢",
        ),
        *(
            "我想搵真人",
            "幾多錢運費",
            "可唔可以轉地址",
            "佢哋冇覆我",
            "呢個茶壺爛咗",
            "唔要喇",
            "用唔用得八達通",
            "短訊都得",
            "係咪包郵",
            "聽日送唔送",
        ),
    ],
)
def test_cantonese_and_the_words_of_hong_kong_are_known(text: str) -> None:
    assert region(text) == "HK"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "我的訂單到哪裡了",
            "還沒收到貨",
            "麻煩幫我退貨",
            "什麼時候會到？",
            "誰簽收的",
            "有抹茶嗎",
            "寄 email 給我",
            "宅配說送到了",
            "怎麼退貨",
            "為什麼扣兩次錢",
        ),
        *(
            "我想找真人客服",
            "運費多少錢",
            "可以改地址嗎",
            "這個茶壺破了",
            "不要了",
            "我系統登不進去",
            "茶裡有蚊子",
            "喇叭壞了",
            "我反而家裡有人",
            "聽日本朋友說的",
        ),
        *("", "寄到香港多少錢", "where is my order"),
    ],
)
def test_everything_else_is_of_taiwan(text: str) -> None:
    assert region(text) == "TW"


@given(st.text(max_size=300), st.text(max_size=8))
def test_any_text_has_a_language(text: str, hint: str) -> None:
    assert detect(text, hint) in (*KNOWN, "other")


@pytest.mark.parametrize("text", ["你哋啲茶杯爛晒", "茶杯爛了", "係咪今日先寄出", "我嘅茶幾時到"])
def test_characters_of_both_scripts_do_not_speak_for_simplified_ones(text: str) -> None:
    assert detect(text) == "zh-Hant"


def test_characters_of_both_scripts_are_those_that_conversion_keeps() -> None:
    """杯 becomes 盃 nowhere; the list is derived from OpenCC's own tables, and this is how."""
    converters = [OpenCC(name) for name in ("s2t", "s2tw", "s2hk")]
    kept = {c for c in variants()[1] if any(converter.convert(c) == c for converter in converters)} - set(variants()[0])
    assert set(lexicon()["both_scripts"]) == kept
