"""Which language a customer writes: "en", "zh" (simplified), "zh-Hant" (traditional) or "other". Pure, by characters and small words."""

from __future__ import annotations

import re
from functools import cache

from chalicelib.bot.phrases import lexicon
from chalicelib.knowledge.words import LONGEST, variants

KNOWN = ("en", "zh", "zh-Hant")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_OTHER_SCRIPT = re.compile(r"[぀-ヿ가-힯Ͱ-ӿ԰-׿؀-ۿऀ-๿Ⴀ-ჿ]")
_LATIN = re.compile(r"[a-zà-öø-ÿāăąćčďęěğĩıłńňőœřśşšťũůűźżž']+", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z0-9._-]*[0-9][A-Za-z0-9._-]*")  # an order's number has letters of no language
_HAN_WEIGHT = 2  # one Chinese character says about as much as two Latin letters


def detect(text: str, hint: str = "") -> str:
    """The language of a text; `hint` (the conversation's) decides where the text itself does not tell, then English."""
    sample = text[:LONGEST]
    han = len(_HAN.findall(sample))
    foreign = len(_OTHER_SCRIPT.findall(sample))
    latin = [word.lower() for word in _LATIN.findall(_CODE.sub(" ", sample))]
    if foreign > han // 4 and foreign * _HAN_WEIGHT >= sum(map(len, latin)):
        return "other"
    if han and han * _HAN_WEIGHT * 2 >= sum(map(len, latin)):
        return _variant(sample, hint)
    return _latin(latin, hint)


def _variant(text: str, hint: str) -> str:
    traditional, simplified = _scripts()
    more = sum(c in traditional for c in text) - sum(c in simplified for c in text)
    if more == 0:
        return hint if hint in ("zh", "zh-Hant") else "zh"
    return "zh-Hant" if more > 0 else "zh"


@cache
def _scripts() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only one of the two scripts uses."""
    traditional, simplified = variants()
    return frozenset(traditional) - frozenset(simplified), frozenset(simplified) - frozenset(traditional)


def _latin(words: list[str], hint: str) -> str:
    foreign, english = (len([word for word in words if word in small_words(name)]) for name in ("foreign", "english"))
    if foreign > english:
        return "other"
    if english:
        return "en"
    return hint if hint in KNOWN else "en"


@cache
def small_words(name: str) -> frozenset[str]:
    """A list of the lexicon: "english", or "foreign" for its neighbours that share its letters."""
    return frozenset(lexicon()["small_words"][name].split())
