"""Thanks or a goodbye with other words around: "two minutes then, great, thank you", "那我等，謝謝", "ok Danke". Pure.

Small talk (small_talk.py) is nothing but courtesy. Here a clause may say more, as long as it asks nothing and brings nothing up: it
repeats what was told, gives up, or says what she does next herself. Only after an answer: before it, whatever she tells is her case.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.contextual.passages import units
from chalicelib.bot.interpretation.courtesies import foreign, small_talk
from chalicelib.bot.interpretation.mood import trouble

_LONGEST = 120  # characters
_ECHO = 8  # words of what she is glad about
_CUT = re.compile(
    r"[,.;:!~…，。！；：～\n]+|\s[-–—]\s|(?<=[㐀-鿿])\s+|\s+(?=(?:thanks|thank you|thx|cheers|danke|merci|gracias)\b)"
    r"|\s+(?=(?:bye(?:[ -]?bye)?|goodbye|cya|see (?:you|ya)|ciao|ttyl)\W*$)|(?<=[㐀-鿿])(?=(?:拜拜|掰掰|再见|再見|先走了)\W*$)",
    re.IGNORECASE,
)
# Which of two it is: "traces of almond, yes or no".
_WHETHER = re.compile(
    r"\b(?:yes|no|any|some|with|allowed) or (?:no|not|none|without)\b|\by/n\b|\bor (?:not|no|nah|what)\W*$|\btrue or false\b|"
    r"还是(?:没有?|不)|還是(?:沒有?|不)|有无|有無|是否|[有是能会會得](?:没|不|沒|冇|唔)[有是能会會得]",
    re.IGNORECASE,
)
_LED = re.compile(r"(?:(?:ok|okay|alright|all right|fine|great|good|cool|perfect|right|well|ah|oh|so|then)\b[\s,]*)+", re.IGNORECASE)
_TAG = re.compile(r"(?:是吧|对吧|對吧|是吗|是嗎|啊|哦|喔|呀)+$")
_ECHOED = 0.5  # of a clause's words stand in what was told
_NAMED = re.compile(
    r"(?:太|真|真是|非常)?(?:谢谢|謝謝|谢啦|多谢|多謝|感谢|感謝)(?:你|您|你们|你們|妳)?(?:啊|啦|了|呀|哦|喔)?[^，。不没沒问問吗嗎呢帮幫退要]{0,3}"
)
_KINDS = ("thanks", "goodbye")
# What she does herself, or leaves.
_PLANS = re.compile(
    r"(?:so |then )?(?:i'?ll|i will|i'?m going to|i am going to|i'?m gonna|gonna|let me|we'?ll|we will) (?:just |then |now |simply )?"
    r"(?:ask|buy|bring|check|do|find|get|give|go|have|keep|leave|let|look|make|manage|order|pick|read|see|send|sort|take|think|try|use|wait)\b"
    r"(?!.*\b(?:you|your|refund|lawyer|person|complain\w*|never|back|call|report|sue)\b).*|"
    r"(?:那就?|咁|就|那我|咁我)?(?:我|我们|我們)(?:今天|明天|晚上|晚点|晚點|等下|待[会會])?(?:自己|就|再|先|会|會|去|让|讓|叫|请|請|等|试|試|用|看|睇|买|買|找|跟|和|同)"
    r"(?!.*(?:投诉|投訴|律师|律師|人工|客服|退|你们|你們|报警|報警|起诉|起訴)).*|"
    r"(?:那|咁|就|那就)+(?:等|先|不|这样|這樣|算).{0,8}|(?:那|咁|就)*(?:算了|算啦|不用了|唔使喇?|下次.{0,6})",
    re.IGNORECASE,
)
# What was told will do, or makes sense.
_CONTENT = re.compile(
    r"(?!.*(?:\bno\b|\bnot\b|n't|\bwould\b))(?:(?:that|it|this|they|should|will|might|(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow)\b.{0,24}?)?"
    r"\b(?:fine|ok(?:ay)?|enough|all ?right|(?:in|on) time|works?|do|perfect|i see|got it|makes sense|fair enough|good to know|understood)"
    r"(?: (?:then|now|for (?:me|us)|i (?:think|guess|hope)))*|"
    r"(?:那|咁)?(?:(?:周|週|星期|礼拜|禮拜)[一二三四五六日天]|明天|后天|後天|听日|聽日)?(?:那|咁|所以|看来|看來|我想)*(?:好吧|好啦|嗯)?(?:我)?(?:应该|應該|应当|估计|估計|大概|可能|总|總|还好|還好|都|就|也|还|還|是)*"
    r"(?:来得及|來得及|赶得上|趕得上|[趕嚟]得切|[够夠]用?|可以|行|[没沒冇]问题|[没沒冇]問題|[没沒冇]事|能到|[会會]到|得|不急|唔急|放心)[了啦喇吧的囉啰]*",
    re.IGNORECASE,
)


# Joy at what was told, which she may say again beside it.
_JOY = re.compile(
    r"(?:(?:oh|ah|ok|and|so|well|then)\W+)*(?:(?:that'?s|that is|how|sounds|this is|it'?s) )?"
    r"(?:so |very |really |just |absolutely |quite )?"
    r"(?:great|perfect|wonderful|brilliant|lovely|fantastic|good|awesome|super|excellent|amazing|nice)"
    r"(?: news| to (?:hear|know)| then)?|yay|phew|what a relief|"
    r"(?:那|咁|哇|哦|噢)*(?:真的?|實在|实在)?(?:太|真|好|很|超|非常)?"
    r"(?:好|棒|赞|讚|完美|开心|開心|高兴|高興|放心|正)[了啦喇咯囉啊呀]*",
    re.IGNORECASE,
)
_NO_MORE = re.compile(
    r"^(?:and|what about|but|or|also|那|而|还|還)\b|\b(?:please|pls|can|could|need|want|send|cancel|change|but|not|no)\b|n't\b|"
    r"[请請帮幫要但不没沒冇唔退改换換呢吗嗎]|麻烦|麻煩",
    re.IGNORECASE,
)


_DEMANDS = re.compile(
    r"\b(?:please|pls|can|could|need|want|cancel|change|refund|return|never|complain\w*|lawyer|report|sue)\b|[请請帮幫退换換]|取消|投诉|投訴|不会再|不會再",
    re.IGNORECASE,
)


def _is_glad(clauses: list[str], kinds: list[str]) -> bool:
    """Joy and thanks, and before them no more than what makes her glad: "it comes tomorrow, that's great, thank you"?"""
    first, *others = clauses
    is_joy = all(kind or _JOY.fullmatch(one) for one, kind in zip(others, kinds[1:], strict=True)) and any(map(_JOY.fullmatch, others))
    is_fact = not (_NO_MORE.search(first) or trouble(first) or asks_something(first.replace("能", "")))
    return is_joy and "thanks" in kinds and is_fact and len(units(first)) <= _ECHO


def _takes_leave(clauses: list[str], kinds: list[str]) -> bool:
    """A goodbye at the end, and before it only what she states: "no mail needed, I just pay with PayPal then. Bye"."""
    stated = [clause for clause, found in zip(clauses, kinds, strict=True) if not found]
    is_open = any(asks_something(clause) or trouble(clause) or _DEMANDS.search(clause) for clause in stated)
    return kinds[-1] == "goodbye" and not is_open


def kind(text: str, told: Callable[[], str]) -> str:
    """ "thanks", "goodbye" or "". `told`: what was asked and answered before, for a clause that may repeat it."""
    said = text.strip()
    if len(said) > _LONGEST or "?" in said or "？" in said or _WHETHER.search(said):
        return ""
    clauses = [clause for part in _CUT.split(said) if (clause := part.strip())]
    kinds = [_kind(clause, told) for clause in clauses]
    is_whole = "" not in kinds or _is_glad(clauses, kinds) or _takes_leave(clauses, kinds)
    return next((one for one in _KINDS if one in kinds), "") if is_whole else ""


def _kind(clause: str, told: Callable[[], str]) -> str:
    """A courtesy's kind; "idle" for a clause that brings nothing up; "" for any other."""
    bare = _LED.sub("", clause, count=1).strip() if _LED.match(clause) else clause
    courtesy = small_talk.kind(clause) or (small_talk.kind(bare) if bare else "idle") or ("thanks" if foreign.courtesy(bare) else "")
    if courtesy or _NAMED.fullmatch(clause):
        return courtesy or "thanks"
    return "idle" if _PLANS.fullmatch(bare) or _CONTENT.fullmatch(bare) or _echoes(_TAG.sub("", bare), told) else ""


def _echoes(clause: str, told: Callable[[], str]) -> bool:
    """Does it only repeat what was told?"""
    wanted = units(clause)
    return bool(wanted) and not asks_something(clause) and len(wanted & units(told())) >= _ECHOED * len(wanted)
