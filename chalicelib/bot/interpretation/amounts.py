"""Amounts of money in what a customer writes: `$1,200.50`, `1.200,50 €`, `3500元`, `两千块`, `1.2万`. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.knowledge.index.words import normal

_LARGEST = 1e12  # what is more is no amount, but a number of something
_BEFORE = {
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "€": "EUR",
    "eur": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "¥": "CNY",
    "rmb": "CNY",
    "cny": "CNY",
}
_AFTER = {
    **dict.fromkeys(("us$", "$", "usd", "dollars", "dollar", "bucks", "美元", "美金"), "USD"),
    **dict.fromkeys(("€", "eur", "euros", "euro", "欧元"), "EUR"),
    **dict.fromkeys(("£", "gbp", "pounds", "pound", "quid", "英镑"), "GBP"),
    **dict.fromkeys(("¥", "rmb", "cny", "yuan", "人民币", "块钱", "块", "元"), "CNY"),
}
_HAN_DIGITS = "零〇一二两三四五六七八九十百千万"
_FIGURES = r"(?<![\d.,])(?:\d{1,3}(?: \d{3}){1,4}(?![\d.,])|\d[\d.,']{0,17})"
_NUMBER = rf"(?P<number>{_FIGURES}|(?<![{_HAN_DIGITS}])[{_HAN_DIGITS}]{{1,12}})"
_SCALE = r"(?P<scale>\s?(?:k\b|万|千|百))?"


def _either(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) + (r"\b" if word.isascii() and word.isalpha() else "") for word in sorted(words, key=len, reverse=True))


_MONEY = (
    re.compile(rf"(?P<unit>(?<![a-z]){_either(_BEFORE)})\s?{_NUMBER}{_SCALE}"),
    re.compile(rf"{_NUMBER}{_SCALE}\s?(?P<unit>{_either(_AFTER)})(?!素)"),
)


@dataclass(frozen=True, slots=True)
class Amount:
    """`currency`: the ISO code, as far as sign or word tells; ¥ is taken for yuan."""

    value: float = 0.0
    currency: str = ""


def largest(text: str) -> Amount:
    """The largest amount with a currency; 0 if there is none."""
    return max(_found(text), key=lambda amount: amount.value, default=Amount())


def _found(text: str) -> Iterator[Amount]:
    said = normal(text)
    for pattern, units in zip(_MONEY, (_BEFORE, _AFTER), strict=True):
        for match in pattern.finditer(said):
            value = _value(match["number"]) * _scale((match["scale"] or "").strip())
            if 0 < value < _LARGEST:
                yield Amount(round(value, 2), units[match["unit"]])


def _value(written: str) -> float:
    return _figures(written) if written[0].isdigit() else _han(written)


def _figures(written: str) -> float:
    """The last of `.` and `,` parts the cents if one or two digits follow it; every other sign parts thousands."""
    bare = re.sub(r"[' ]", "", written)
    cents = re.search(r"[.,](\d{1,2})$", bare)
    whole = re.sub(r"[.,]", "", bare[: cents.start()] if cents else bare)
    return float(f"{whole[:15]}.{cents[1] if cents else 0}")


def _han(written: str) -> float:
    """三千五百: digits times the unit that follows; 万 counts all before it."""
    total = section = digit = 0.0
    for character in written:
        number = 2.0 if character == "两" else unicodedata.numeric(character)
        if number < 10:
            digit = number
        elif number < 10_000:
            section, digit = section + (digit or 1) * number, 0
        else:
            total, section, digit = (total + section + digit) * number, 0, 0
    return total + section + digit


def _scale(word: str) -> float:
    return {"": 1, "k": 1_000, "百": 100, "千": 1_000, "万": 10_000}[word]
