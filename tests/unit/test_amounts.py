"""Money in what customers write, in both languages."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bot.interpretation.amounts import largest


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("I paid $1,200.50 for it", 1200.5, "USD"),
        ("it was 300 US$", 300, "USD"),
        ("20 bucks", 20, "USD"),
        ("2k dollars", 2000, "USD"),
        ("1.200,50 €", 1200.5, "EUR"),
        ("EUR 99", 99, "EUR"),
        ("5 000 EUR", 5000, "EUR"),
        ("£15.", 15, "GBP"),
        ("3500元", 3500, "CNY"),
        ("￥399", 399, "CNY"),
        ("RMB 5000", 5000, "CNY"),
        ("1.2万元", 12_000, "CNY"),
        ("两千块", 2000, "CNY"),
        ("三千五百块钱", 3500, "CNY"),
        ("我花了三萬塊", 30_000, "CNY"),
        ("花了八百歐元", 800, "EUR"),
        ("from $5 to $20, then $10", 20, "USD"),
        ("order 10482", 0, ""),
        ("call 030 1234567", 0, ""),
        ("12.5% off", 0, ""),
        ("3 people", 0, ""),
        ("2026-11-22", 0, ""),
        ("", 0, ""),
        ("€€€", 0, ""),
    ],
)
def test_the_largest_amount_is_found(text: str, value: float, currency: str) -> None:
    found = largest(text)
    assert (found.value, found.currency) == (value, currency)


@given(st.text(alphabet="0123456789.,' $€¥元块万千百十二kusd", max_size=200))
def test_whatever_looks_like_money_is_no_fault(text: str) -> None:
    assert largest(text).value >= 0


@pytest.mark.parametrize("text", ["1" * 100_000, "1 " * 50_000, "$" * 100_000, "1,2,3," * 20_000, "百" * 100_000, "$1 " * 30_000])
def test_no_text_takes_long(text: str) -> None:
    largest("warm")
    began = time.process_time()
    largest(text)
    assert time.process_time() - began < 0.1
