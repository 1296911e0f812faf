"""Which of several titles do a customer's words name? Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from chalicelib.bot.interpretation.language import small_words
from chalicelib.bot.interpretation.orthography.spoken import HAN
from chalicelib.knowledge.index.words import deletions

_HALF = 0.5
_LEAST = 5  # letters of a word that may be misspelt
_WORD = re.compile(r"[a-z0-9]+")
_ENGLISH_NOT = frozenset(["not", "no", "never", "without"])
_CHINESE_NOT = frozenset("不没未冇唔别无")
_EMPTY = re.compile(
    r"\b(?:please|pls|plz|thanks|thank you|i mean|i meant|i (?:want|choose|pick|take|would like|need)|it is|its|that would be|"
    r"thats|i think|ok|okay|yes|yeah|um|uh|hi|so|lets|go with|give me|show me|tell me about|about|choose|pick|take|select|options?|"
    r"number|no|nr|num|answer|choice|item|questions?|article|but|and|when|point|thing|topic|is|the|one|reply|my|first|being|an?)\b|"
    r"谢谢|麻烦|请问|唔该|关于|有关|我[想要]问的是|我想问|我是说|我要问|我问的是|我要看|我要|我想看|我选|应该是|是的|就是|那就|选项|选择|"
    r"[请就选第看要吧的呢啊哦嗯了]|答案|问题|回复|那个|那条|嗰个|嗰条"
)


def named(said: str, titles: Sequence[str]) -> int | None:
    """The place of the title that has all the words, where no other has more than half of them. `said`, `titles`: plain."""
    asked = units(said)
    if not _is_enough(asked):
        return None
    known = [units(title) for title in titles]
    shares = sorted(((share(asked, one), -place) for place, one in enumerate(known)), reverse=True)
    (best, place), rival = shares[0], shares[1][0] if len(shares) > 1 else 0.0
    return -place if best == 1 and rival <= _HALF and _denies(asked) <= _denies(known[-place]) else None


def share(asked: frozenset[str], title: frozenset[str]) -> float:
    """How much of what is asked stands in a title; one slip of the keys does not matter."""
    return sum(one in title or _is_slip(one, title) for one in asked) / len(asked) if asked else 0.0


@lru_cache(maxsize=64)
def units(said: str) -> frozenset[str]:
    """Words that say something, without their plural, and Chinese characters."""
    rest = _EMPTY.sub(" ", said)
    words = [word.removesuffix("s") for word in _WORD.findall(rest) if word not in small_words("english") or word in _ENGLISH_NOT]
    return frozenset(filter(None, (*words, *HAN.findall(rest))))


def _is_enough(asked: frozenset[str]) -> bool:
    """One letter or one character names nothing, nor does a "not"."""
    said = asked - _ENGLISH_NOT - _CHINESE_NOT
    return len(said) > 1 or any(len(one) > 2 for one in said)


def _is_slip(word: str, title: frozenset[str]) -> bool:
    if len(word) < _LEAST:
        return False
    near = (one for one in title if one[0] == word[0] and len(one) >= _LEAST and abs(len(one) - len(word)) <= 1)
    return any(not set(deletions(word)).isdisjoint(deletions(one)) for one in near)


def _denies(asked: frozenset[str]) -> bool:
    return not asked.isdisjoint(_ENGLISH_NOT) or not asked.isdisjoint(_CHINESE_NOT)
