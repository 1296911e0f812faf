"""Is a message no sentence in any language: keys that were hit at random, one sound drawn out, a sum? Pure, by its letters alone.

No article is near to it and no colleague could do anything with it: it is asked back once.
"""

from __future__ import annotations

import re

from chalicelib.bot.language import small_words
from chalicelib.knowledge.words import normal

_LONGEST = 80  # characters
_WORD = re.compile(r"[a-z]+")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")  # rows of a keyboard
_RUN = 5  # keys side by side that no word has
_VOWELS = frozenset("aeiouy")
_SOUNDS = frozenset("啊阿呀哦噢哈嘿嘻呵嘟咕噜啦吧哇呜嗷喵汪哔叭咚嗒滴嗡咩")
_SUM = re.compile(
    r"(?:what(?:'s| is)|how much is|calculate|compute|计算|算一下|请问)?\s*"
    r"(?P<sum>\d[\d\s().,]*(?:[x×*+÷^/-]|times|plus|minus|乘以?|加|减|除以?)"
    r"\s*\d[\d\s().,]*)(?:=|等于|是|多少|几|[?？]|\s)*"
)


def is_nonsense(text: str) -> bool:
    said = normal(text).strip()
    if not said or len(said) > _LONGEST:
        return False
    counted = _SUM.fullmatch(said)
    return counted["sum"].strip() != said if counted else _is_noise(said)


def _is_noise(said: str) -> bool:
    """Is one of its words no word, and none of the others a small one?"""
    han = set(_HAN.findall(said))
    words = _WORD.findall(said)
    if han:
        return han <= _SOUNDS and not words
    return any(map(_is_typed_blindly, words)) and small_words("english").isdisjoint(words)


def _is_typed_blindly(word: str) -> bool:
    runs = (word[start : start + _RUN] for start in range(len(word) - _RUN + 1))
    return any(run in row or run[::-1] in row for run in runs for row in _KEYS) or (len(word) >= _RUN and _VOWELS.isdisjoint(word))
