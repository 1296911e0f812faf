"""Is a message no sentence in any language: keys that were hit at random, one sound drawn out, a sum? Pure, by its letters alone.

No article is near to it and no colleague could do anything with it: it is asked back once.
"""

from __future__ import annotations

import re

from chalicelib.bot.interpretation.language import small_words
from chalicelib.knowledge.index.words import normal

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


# Words after which an English sentence, and signs after which a Chinese one, must go on.
_OPEN = re.compile(
    r".*\b(?:do|does|did|is|are|can|could|will|would|have|has|had|got|want|need|looking)\b"
    r".*\b(?:like|the|a|an|my|your|for|with|of|or|if|this kind of|sort of|kind of|"
    r"(?:have|has|had|got|sell|need|want|there) (?:any|some))\W*|"
    r".+(?<![\w'])(?:the|(?-i:an?)|my|your|if)\W*|what (?:kind|sort) of\W*|how (?:do|can|should|would) i (?:have|need|want) to\W*|"
    r"(?:(?:so|and|um+|uh+|er+|ok|well|hi|hey|hello)\b\W*)*(?:i|is|would|can|could|may|do|does)\b.*\b(?:to|for|with|about)\W*|"
    r"(?:(?:so|and|um+|uh+|er+|ok|well|hi|hey|hello)\b\W*)*"
    r"(?:(?:do(?! it)|does|did|can|could|will|would|are|is) (?:you|u|ya|i|we|they|there|it)(?: guys| have| got| sell)?|"
    r"i(?:'m| am|m)? (?:want(?:ed)? to|looking for|have a|need(?: a| to)?|was (?:wondering|thinking)(?: if| about)?)|"
    r"how|what|where|when(?: is| do| are| can)|because|so|about (?:the|my))\W*",
    re.IGNORECASE | re.DOTALL,
)
# A question may end in the word that belongs to what it asks for, or to the clause before: "what is it for", "somebody I can talk to".
_TO = r"(?:talk|speak|write|turn|listen|belong|go|reply|ship|send|deliver|post|apply|get|live|come|sent|shipped)"
_STRANDED = re.compile(
    rf".*(?:\b(?:how|what|what'?s|where|which|who|whom|whose|when|why)\b(?! (?:about|kind|sort)\b)(?! \w+ (?:kind|sort) of)"
    rf".*(?:\b{_TO} to|\b(?:for|with|of|about|like))|"
    rf"\bdone for|(?:\w+\W+){{6}}.*,.* (?:any|some)|\bto \w+ (?:for|with|about)|\bto {_TO} to|"
    rf"\b(?:i|you|we|they)(?:'(?:m|ve|d))? (?:\w+ ){{0,3}}(?:ask\w*|look\w*|heard|pa(?:y|id)|worry) (?:for|of|about)|"
    rf"\w (?<!\bcan )(?<!\bcould )(?<!\bmay )(?<!\bdo )(?<!\bshould )(?:i|we|you) (?:can|could|may|should) {_TO} to)\W*",
    re.IGNORECASE | re.DOTALL,
)
_OPEN_HAN = re.compile(
    r"(?:呃+|嗯+|额|那个|那個|就是|请问|請問|我想|想)*[，,\s]*(?:你们|妳們|你們|你哋|店里|店裡|这里|這裡|我想要?|我要|想要?|有没有|有沒有|有冇|是不是|能不能|可不可以|"
    r"那个|那個|就是|就係|如果|因为|因為|关于|關於|我的那个|我嗰個|那种|那種|嗰種|一种|一種|卖不卖|賣不賣|问|問|要问|要問)+[\s.…。，,、]*"
)


def is_unfinished(text: str) -> bool:
    """Has she begun a sentence and not ended it: "um do you have like", "你们有没有那种"?"""
    said = text.strip()
    if not said or len(said) > _LONGEST or said.endswith(("?", "？", "!", "！")):
        return False
    if _HAN.search(said):
        return bool(_OPEN_HAN.fullmatch(said))
    return bool(_OPEN.fullmatch(said)) and not _STRANDED.fullmatch(said)


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
