"""Did she give what the article that was told last asks her for: an order's number, a date, a sum? Pure.

"Tell us your order number" is not said again to whoever just told it: such a message is for people, with what she gave.
"""

from __future__ import annotations

import re

from chalicelib.bot.interpretation.orthography.written import flat

_SENTENCES = re.compile(r"(?<=[.!?;])\s+|[。！？；\n]+")
_WHOLE = re.compile(r"\S.*?(?:[.!?](?=\s|$)|[。！？]|$)")
_WIDE_ENDS = ("。", "！", "？")
_PIECES = re.compile(r"(?<=[;；：:])(?=[^/\d])")
_TELL = re.compile(
    r"\b(?:tell|send|give|write|show|let)\b[^.!?]{0,12}\b(?:us|me)\b|\breply with\b|告诉|告訴|发给|發給|发到|發到|提供|寄给|寄給",
    re.IGNORECASE,
)
_ASKED = {
    "number": re.compile(r"\border (?:number|no|id)\b|订单号|訂單號|订单编号|訂單編號", re.IGNORECASE),
    "date": re.compile(r"\bdates?\b|日期", re.IGNORECASE),
    "amount": re.compile(r"\b(?:sums?|amounts?)\b|金额|金額", re.IGNORECASE),
}
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_GIVEN = {
    "number": re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,4}[- ]?\d{4,10}(?![A-Za-z0-9])"),
    "date": re.compile(
        rf"(?:{_DAY}(?:\s*(?:and|&|,|/)\s*))?{_DAY}\s+(?:of\s+)?{_MONTH}(?![a-z])|\b{_MONTH}\s+{_DAY}(?:\s*(?:and|&|,)\s*{_DAY})?\b|"
        r"\d{4}-\d{1,2}-\d{1,2}|(?<![\d.])\d{1,2}\.\d{1,2}\.(?:\d{2,4})?(?!\d)|"
        r"(?:\d{1,2}月)\d{1,2}[日号號]?(?:[和、及跟]\d{1,2}[日号號])?",
        re.IGNORECASE,
    ),
    "amount": re.compile(
        r"(?:[€$£¥]|EUR|USD)\s?\d+(?:[.,]\d{2})?|(?<![\d.,])\d+[.,]\d{2}(?![\d.])\s?(?:€|eur|euros?|usd|元|块|塊)?|"
        r"\d+\s?(?:€|euros?|eur|元|块|塊|歐元|欧元)",
        re.IGNORECASE,
    ),
}
_NAMED = {"en": "your order number {}", "zh": "您的订单号 {}", "zh-Hant": "您的訂單號 {}"}


def asked_for(article: str) -> frozenset[str]:
    """What an article's text asks the customer to tell."""
    asking = [sentence for sentence in _SENTENCES.split(article) if _TELL.search(sentence)]
    return frozenset(kind for kind, noun in _ASKED.items() if any(noun.search(sentence) for sentence in asking))


def without_asking(text: str) -> str:
    """An article's text without what asks for an order's number, for whoever gave it."""
    return "\n".join(map(_line_without_asking, text.split("\n"))).strip()


def _line_without_asking(line: str) -> str:
    kept: list[str] = []
    for sentence in _WHOLE.findall(line):
        pieces = _PIECES.split(sentence)
        rest = [piece for piece in pieces if not (_TELL.search(piece) and _ASKED["number"].search(piece))]
        if rest:
            kept.append(sentence if rest == pieces else _ended("".join(rest), sentence[-1]))
        elif kept and kept[-1].endswith(("?", "？")):
            kept.pop()  # "Nothing found?", and then what to tell
    return "".join(one if one.endswith(_WIDE_ENDS) else f"{one} " for one in kept).strip()


def _ended(sentence: str, end: str) -> str:
    """What is left of a sentence, as one."""
    said = sentence.strip()
    return f"{said[:1].upper()}{said[1:]}".rstrip(" .;:。；：") + end


def found(text: str, asked: frozenset[str]) -> dict[str, list[str]]:
    """What of that stands in a message; a sum or a date only where something of what was asked stands there."""
    rest, pieces = flat(text), dict[str, list[str]]()
    for kind in ("number", "date", "amount"):
        if kind in asked and (said := list(dict.fromkeys(match[0].strip() for match in _GIVEN[kind].finditer(rest)))):
            pieces[kind] = said
            rest = _GIVEN[kind].sub(" ", rest)
    return pieces


def without(text: str, pieces: dict[str, list[str]]) -> str:
    """What else the message says."""
    rest = flat(text)
    for said in sorted((one for many in pieces.values() for one in many), key=len, reverse=True):
        rest = rest.replace(said, " ")
    return " ".join(rest.split())


def named(pieces: dict[str, list[str]], language: str) -> str:
    """As it is said to her: "your order number A-10343, 12 November, 48,90"."""
    numbers = ", ".join(pieces.get("number", ()))
    first = [_NAMED.get(language, _NAMED["en"]).format(numbers)] if numbers else []
    others = [one for kind in ("date", "amount") for one in pieces.get(kind, ())]
    return ("、" if language.startswith("zh") else ", ").join([*first, *others])
