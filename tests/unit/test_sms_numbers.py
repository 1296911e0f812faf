"""Telephone numbers as people type them."""

from __future__ import annotations

import pytest

from chalicelib.channels.sms import adapter
from chalicelib.errors import BadRequest


@pytest.fixture(autouse=True)
def our_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_NUMBER", "+4930901820")


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("+49 151 12345678", "", "+4915112345678"),
        ("0151 / 123 456 78", "", "+4915112345678"),  # ours is German
        ("0049 151 12345678", "", "+4915112345678"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("139 1234 5678", "cn", "+8613912345678"),
        ("＋８６ １３９１２３４５６７８", "", "+8613912345678"),
        ("tel:+49-151-12345678", "", "+4915112345678"),
    ],
)
def test_each_way_of_writing_is_the_same_number(typed: str, country: str, number: str) -> None:
    assert adapter.canonical(typed, country) == number


@pytest.mark.parametrize("typed", ["", "hello", "12", "+49", "+1 200 000 0000", "+999 123456789", "mia@example.com", "9" * 5_000, "\x00"])
def test_what_is_no_number_says_what_to_write(typed: str) -> None:
    with pytest.raises(BadRequest, match="with its country code"):
        adapter.canonical(typed)


def test_without_a_number_of_ours_only_international_ones_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMS_NUMBER")
    assert adapter.canonical("+4915112345678") == "+4915112345678"
    with pytest.raises(BadRequest):
        adapter.canonical("0151 12345678")
