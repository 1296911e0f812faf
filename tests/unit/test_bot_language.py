"""The language of a text by characters and small words; the conversation's where the text does not tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bot.language import KNOWN, detect


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


@given(st.text(max_size=300), st.text(max_size=8))
def test_any_text_has_a_language(text: str, hint: str) -> None:
    assert detect(text, hint) in (*KNOWN, "other")
