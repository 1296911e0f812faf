"""Which language a customer writes: "en", "zh" (simplified), "zh-Hant" (traditional) or "other". Pure, by characters and small words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from chalicelib.bot.interpretation.courtesies import foreign
from chalicelib.bot.interpretation.phrases import lexicon
from chalicelib.knowledge.index.words import LONGEST, simplified, variants

KNOWN = ("en", "zh", "zh-Hant")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_OTHER_SCRIPT = re.compile(r"[぀-ヿ가-힯Ͱ-ӿ԰-׿؀-ۿऀ-๿Ⴀ-ჿ]")
_LATIN = re.compile(r"[a-zà-öø-ÿāăąćčďęěğĩıłńňőœřśşšťũůűźżž']+", re.IGNORECASE)
_HAN_WEIGHT = 2  # one Chinese character says about as much as two Latin letters


def detect(text: str, *hints: str) -> str:
    """The language of a text; the first of `hints` that fits (the conversation's, the page's) decides where the text itself does not
    tell, then English."""
    sample = foreign.spoken(text[:LONGEST])
    han = len(_HAN.findall(sample))
    other = len(_OTHER_SCRIPT.findall(sample))
    latin = [word.lower() for word in _LATIN.findall(sample)]
    if other > han // 4 and other * _HAN_WEIGHT >= sum(map(len, latin)):
        return "other"
    if han and han * _HAN_WEIGHT * 2 >= sum(map(len, latin)):
        return _variant(sample, hints)
    return "other" if foreign.language(sample) else _latin(latin, hints)


def region(text: str) -> str:
    """Whose words traditional Chinese is written in: "HK" for Cantonese and what is said in Hong Kong, else "TW"."""
    return "HK" if _of_hong_kong().search(simplified(text[:LONGEST])) else "TW"


@cache
def _of_hong_kong() -> re.Pattern[str]:
    return re.compile("|".join(lexicon()["hong_kong"].split()))


def _variant(text: str, hints: Iterable[str]) -> str:
    """The script by what only one of the two has. Cantonese without either ("你哋寄唔寄香港㗎") is mostly written in traditional
    characters, whatever the page is set to."""
    traditional, simplified = _scripts()
    more = sum(c in traditional for c in text) - sum(c in simplified for c in text)
    if more:
        return "zh-Hant" if more > 0 else "zh"
    return "zh-Hant" if region(text) == "HK" else next((hint for hint in hints if hint in ("zh", "zh-Hant")), "zh")


@cache
def _scripts() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only one of the two scripts uses: 杯 is written in both, though 盃 becomes 杯 in simplified Chinese."""
    traditional, simplified = variants()
    both = frozenset(lexicon()["both_scripts"])
    return frozenset(traditional) - frozenset(simplified), frozenset(simplified) - frozenset(traditional) - both


def _latin(words: list[str], hints: Iterable[str]) -> str:
    if any(word in small_words("english") for word in words):
        return "en"
    return next((hint for hint in hints if hint in KNOWN), "en")


@cache
def small_words(name: str) -> frozenset[str]:
    """A list of the lexicon, such as "english"."""
    return frozenset(lexicon()["small_words"][name].split())
