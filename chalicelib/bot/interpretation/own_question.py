"""Is a piece of a message a question of its own, or a scrap that only asks on: "why", "can you not just do it"? Pure."""

from __future__ import annotations

import re

from chalicelib.bot.interpretation.language import small_words
from chalicelib.knowledge.index.words import normal

# Words that ask, join, or stand for something that was said: a piece of nothing else is no question of its own.
_EMPTY = re.compile(
    r"\b(?:how|come|what|why|who|where|when|which|though|thats?|mean|get|so|now|else|there|please|pls|know|supposed|should|do|does|doing|"
    r"even|just|me|not|then|or|and|am|im|it|this|say|again|be|can|could|really|true|sure|right)\b|"
    r"为什么|为啥|为何|凭什么|什么鬼|什么意思|怎么回事|怎么这样|怎么样|怎么|什么|干嘛|干什么|然后|真的|有没有搞错|搞|点解|点样|乜嘢|乜|咩|"
    r"你们|你哋|我们|咁样|咁|这样|那样|可以|懂|是不是|是|在|事|[你我他她那这啊呀喔哦呢吗嘛么吧]"
)
_STATED = re.compile(r"(?:还没|还在|正在?|没有?|都|也|才|已经|在).*呢[\s。.!！~～]*$")  # "he has not drunk it yet"
_ASKING = re.compile(r"怎么|为什么|为何|什么|哪|谁|几|多少|多久|吗|如何|点解|点样|(.)[不没唔]\1")
_WORD = re.compile(r"[a-z0-9']+")
_HAN = re.compile(r"[㐀-䶿一-鿿]")


def is_own(part: str) -> bool:
    """Has it words of its own, and is it no statement that ends like a question: "why", "咁", "他还没喝呢"?"""
    said = normal(part)
    if _STATED.search(said) and not _ASKING.search(said):
        return False
    if _HAN.search(_EMPTY.sub("", said)):
        return True
    return bool(set(_WORD.findall(_EMPTY.sub(" ", said))) - small_words("english"))
