"""How a customer turns away from what was talked about: "I meant X, not Y", "never mind. …", "不是Y，是X", "算了，…". Pure.

What she goes on with is looked for alone: completed by the question before, it would find again what she turned away from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OH = r"(?:(?:oh|ah|ok|okay|no+|nope|well|wait|sorry|hm+|um+|but|hang on|hold on)[\s,.!:;-]+)*"
_MEANT = (
    r"(?:i|we) (?:actually |really |just )?(?:meant?|said|asked(?: about| for)?|(?:was|am) (?:asking|talking) about|want|wanted|need)"
    r"(?: to know)?(?: about)?|i'?m (?:asking|talking) about|it'?s(?: about)?|it is(?: about)?|(?:this|that|my question) (?:is|was) about"
)
_NOT_ASKED = (
    r"(?:i|we) (?:do ?n['o]?t|did ?n['o]?t|do not|did not|was ?n['o]?t|was not|am not|never) "
    r"(?:want|need|ask|asked|asking|mean|meant|care|talk|talking|interested)(?:ed|ing)?(?: to know)?(?: about| in| for)?|"
    r"i'?m not (?:asking|talking|interested)(?: about| in| for)?|(?:it'?s|it is|this is|that'?s) not about|not(?: about)?"
)
_BREAK = r"\s*(?:[,;.:!–—-]+\s*|\s(?=but\b))"
_TURNED = (
    re.compile(
        rf"{_OH}(?:{_MEANT})\s+(?P<meant>[^,;.!?\n]{{2,80}}?),?\s+(?:and )?not(?: about| for| from)? "
        r"(?P<denied>[^,;.!?\n]{2,60})(?P<rest>[.,;!?\n].*)?",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(
        rf"{_OH}(?:{_NOT_ASKED}) (?P<denied>[^,;.!?\n]{{2,60}}?){_BREAK}(?:but |rather )?(?:(?:{_MEANT})\s+)?(?P<meant>[^\s].*)",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(
        r"(?P<meant>[^,;.!?\n]{2,60}), not(?: the| a| an| my| your)? (?P<denied>[^,;.!?\n]{2,40})(?P<rest>[.,;!?\n].*)?",
        re.IGNORECASE | re.DOTALL,
    ),
)
_SOFT = "[啦啊呀喔哦啰囉吧嘛的呢]*"
_ASKED = "我?(?:是|想|要|系|係)*(?:问|問|说|說|指|讲|講|意思)的?(?:是|系|係)?"
_TURNED_HAN = (
    re.compile(
        rf"(?:不对|不對|不是|哎呀?|啊|唉)?[，,。\s]*(?:我)?(?:不是|不系|唔系|唔係|没有?|沒有?|冇)(?:{_ASKED}|想知道|要|在[问問说說])?"
        rf"(?P<denied>[^，,。！!？?\n]{{1,20}}?){_SOFT}"
        rf"[，,。！!；;\s]+(?:而?(?:是|系|係)(?!不|[^，。]*[吗嗎]$)|"
        rf"我?(?:要|想)?(?:问|問|说|說|讲|講|指)的?(?:是|系|係)?|我(?:是|要|想)(?:问|問|说|說|知道)?)(?P<meant>.{{2,}})",
        re.DOTALL,
    ),
    re.compile(
        rf"(?:不对|不對|不是|哎呀?|啊|唉)?[，,。\s]*(?:{_ASKED}|(?:是|系|係))?(?P<meant>[^，,。！!？?\n]{{2,40}}?){_SOFT}"
        rf"[，,。！!；;\s]+(?:而?(?:不是|不系|唔系|唔係)|我?(?:没|沒|不是|冇)(?:有)?(?:问|問|说|說))"
        rf"(?P<denied>[^，,。！!？?\n]{{1,20}}?){_SOFT}(?P<rest>[，,。！!？?\n].*)?",
        re.DOTALL,
    ),
)
_DROPS = re.compile(
    r"(?:(?:oh|ah|ok|okay|no+|well|hm+|actually|alright|all right|thanks|sorry)[\s,.!]+)*"
    r"(?:never ?mind|nvm|nevermind|forget (?:it|that|about (?:it|that))|drop (?:it|that)|scrap that|leave it|let it be|"
    r"(?:i(?:'ve| have)? )?changed my mind|doesn'?t matter|no matter|not (?:needed|necessary)(?: any ?more)?)\b"
    r"[\s,.!;:–—-]+(?:(?:then|but|so|and|instead)\b[\s,]*)?(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_DROPS_HAN = re.compile(
    r"(?:(?:那|嗯|哦|喔|好吧?|哎|唉|咁)[，,\s]*)*(?:算了|算啦|算喇|不用了|不必了|不要了|没事了?|沒事了?|唔使[了喇啦]?|[当當]我[没沒][说說])"
    r"(?:我?(?:不|唔)[^，,。！!\s]{1,6}[了喇])?[吧啦啊哈]*[，,。！!；;～~\s]+(?P<rest>.+)",
    re.DOTALL,
)
_ASKS_BACK = re.compile(r"^(?:even|only|just|yet|sure|working)\b|[吗嗎么麼]$|^[说說]")  # "not even a mail", "不是说三天吗"
_LONGEST = 300  # characters


@dataclass(frozen=True, slots=True)
class Turned:
    """`meant`: what she asks instead; `denied`: what she says it is not, "" if she only lets it go."""

    meant: str
    denied: str = ""


def turned(text: str) -> Turned | None:
    """None if she turns away from nothing."""
    said = text.strip()
    if len(said) > _LONGEST:
        return None
    dropped = _DROPS.fullmatch(said) or _DROPS_HAN.fullmatch(said)
    if dropped:
        return Turned(dropped["rest"].strip())
    found = next((match for pattern in (*_TURNED, *_TURNED_HAN) if (match := pattern.fullmatch(said))), None)
    if not found or _ASKS_BACK.search(found["denied"]):
        return None
    rest = (found.groupdict().get("rest") or "").strip(" ,.;!，。！；\n")
    meant = found["meant"].strip(" ,，。")
    return Turned(f"{meant}: {rest}" if rest else meant, found["denied"].strip())
