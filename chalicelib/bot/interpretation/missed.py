"""What she asks beside the word that the answer missed it, or that its subject is dropped: "that's not what I asked. who pays?". Pure.

Such a word in front leads a search astray, and taken alone it sounds like the end of her patience; what stands behind it is a question
that may well be answered.
"""

from __future__ import annotations

import re

from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.phrases import WordLists, plain

_LISTS = WordLists(__file__)
_LONGEST, _CLAUSE = 300, 70  # characters of a message, and of what is said before the question
_CUT = re.compile(r"(?<=[.!?…,;:。！？，；：\n])\s*(?=[^\s.!?…。！？])|(?<=[㐀-鿿])\s+(?=\S)|\s+(?=but\b)", re.IGNORECASE)
_ASKED = re.compile(
    r"\s*(?:(?:but|no|and|yes|well|so)\b[\s,]*)*(?:(?:(?:what|all) )?i (?:actually |really |just |only )?"
    r"(?:asked|meant|was asking|am asking|want(?:ed)? to know|need to know|mean)(?: (?:you|is|was))?|i'?m (?:just )?asking|"
    r"my (?:actual |real )?question (?:is|was))\b[\s,:]*(?=(?:if|whether|how|when|where|what|who|why|which|can|could|do|does|is|are|will|"
    r"should|may)\b)|"
    r"\s*(?:但|可|那|就|只)*(?:我|咱|俺)(?:就|只|明明|其实|其實)*(?:(?:是|系|係)?(?:想|要|在|就|在想)*(?:知道|[问問](?!过|過|了|咗|朋|老|我|[他她它]|快|客|邻|鄰))|"
    r"(?:是|系|係)(?:说|說|讲|講|指))(?:一下)?的?(?:是|系|係)?[\s,，:：]*(?=\S)",
    re.IGNORECASE,
)
_OTHER = re.compile(r"(?:,|，)?\s*(?:not\b|不是|唔係|唔系|而不是)(?!.*[吗嗎?？])", re.IGNORECASE)
_SOFT = re.compile(r"^(?:(?:oh|ah|ok|okay|no|well|yes|hey|sorry|wait)\b ?)+(?=\w)|(?<=[㐀-鿿])[啊呀喔哦啦吧嘛呢]+$")
_SIGNS = " ,，.。!！;；:：…\n"


def asks(text: str) -> str:
    """The question behind such words; "" if there are none, or nothing else."""
    if len(text) > _LONGEST:
        return ""
    clauses = _CUT.split(text.strip())
    front = next((number for number, one in enumerate(clauses) if not _leads(one)), len(clauses))
    is_protest = any(_heard(one, "protest", "drops", "unwanted") for one in clauses[:front])
    rest = " ".join(clauses[front:]).strip()
    asked = _ASKED.match(rest)
    if asked:  # "I asked about X, not Y" tells more (contextual/turning.py)
        return "" if _OTHER.search(rest[asked.end() :]) else rest[asked.end() :].strip()
    return rest if is_protest and asks_something(rest) else ""


def unwanted(text: str) -> bool:
    """Does she say that she asked for no person?"""
    return len(text) <= _LONGEST and bool(_LISTS.book("unwanted").search(plain(text)))


def beside_unwanted(text: str) -> str:
    """What she asks beside that; or ""."""
    clauses = _CUT.split(text.strip())
    rest = " ".join(one for one in clauses if not _LISTS.book("unwanted").search(plain(one))).strip(_SIGNS)
    return (asks(rest) or rest) if rest and (asks(rest) or asks_something(rest)) else ""


def _leads(clause: str) -> bool:
    """Does it only lead to what she asks?"""
    return len(clause) <= _CLAUSE and _heard(clause, "protest", "drops", "no", "unwanted") and not _LISTS.book("mine").search(plain(clause))


def _heard(clause: str, *kinds: str) -> bool:
    said = _SOFT.sub("", plain(clause))
    return any(_LISTS.book(kind).search(said) for kind in kinds)
