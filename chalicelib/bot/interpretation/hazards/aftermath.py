"""What somebody writes after an alarm: that nobody is hurt, that it gets worse, whom to call, or what to do with the thing. By its words
alone. Pure.

Whoever was told to call the emergency number asks on about the same thing, or says that it is over; neither is one more alarm.
"""

from __future__ import annotations

import re
from typing import Literal

from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.hazards import danger, emergency
from chalicelib.bot.interpretation.phrases import WordLists, plain

_LISTS = WordLists(__file__)
Kind = Literal["", "calm", "called", "worse", "number", "doctor", "risk", "plug", "again", "others", "keep", "money", "help"]

_ASKED: tuple[Kind, ...] = ("number", "again", "plug", "keep", "others", "money", "doctor", "risk", "help")  # in this order
_BODILY = ("safety", "crisis")
_GAP = re.compile(r"(?<=[㐀-䶿一-鿿])\s+(?=[㐀-䶿一-鿿])")  # stands for a stop where none is written
_PARTS = re.compile(r"[^.!?;,\n。！？；，～]+[.!?;,\n。！？；，～]*")
_ASKS = re.compile(
    r"(?:\?|？|[吗嗎吧么麼嘛未])[\s。.!！~～]*$|([㐀-䶿一-鿿])[不唔]\1"
    r"|^\s*(?:is|are|was|am|did|does|do|has|have|will|should|can)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"no|none|[没沒冇不无唔]")  # how a wording begins that denies harm
_NOT_IN = re.compile(r"\w (?:not|never) ")
_NOT_BEFORE = re.compile(r"\b(?:not|never|cannot|hardly|barely)(?: \w+){0,2} $|(?:没|没有|未|不|不是|唔|冇|没法|无法)[\w]?$")
_WHETHER = re.compile(
    r"还是|還是|定系|点算|點算|点做|點做|怎么做|[我想请請][问問]|([㐀-䶿一-鿿])[不唔]\1"
    r"|\b(?:or|should|shall|can|may|must|could|yeah|right|asked|asking|wonder\w*|(?:is|does|will|would) (?:it|this|that)|do i)\b",
    re.IGNORECASE,
)


def meant(text: str) -> Kind:
    """The first of `kinds`, or ""."""
    return next(iter(kinds(text)), "")


def kinds(text: str) -> tuple[Kind, ...]:
    """ "calm": it is over or nobody is hurt, and no harm is told beside it; "called": help is on its way; what is asked; "worse": it gets
    worse, or there is something new."""
    if any(map(_is_calm, _parts(text))) and not (danger.topic(rest := _LISTS.book("calm").sub(" , ", plain(text))) or _is_worse(rest)):
        return ("calm",)
    if any(_is_told("called", part) for part in _parts(text)):
        return ("called",)
    return (*_asked(text), *(("worse",) if _is_worse(text) else ()))


def is_mistaken(text: str) -> bool:
    """Does she say that there never was any harm: it was a joke, a question before buying, or meant otherwise? None is told beside it."""
    said = plain(text)
    if not (_has("mistaken", said) or (_has("unharmed", said) and _has("asked_only", said) and not _has("recovered", said))):
        return False
    left = _LISTS.book("calm").sub(" , ", _LISTS.book("unharmed").sub(" , ", _LISTS.book("mistaken").sub(" , ", said)))
    return not (_is_worse(left) or _has("suffered", left))


def beside(text: str) -> str:
    """What a message says besides that nobody is hurt."""
    return " ".join(part.strip() for part in _parts(text) if not (_is_calm(part) or _has("unharmed", plain(part))))


def is_mild(text: str) -> bool:
    """Does she say that there are none of the grave signs: breath, swelling?"""
    return _has("mild", plain(text))


def asks_contents(text: str) -> bool:
    """Does she ask what is in a tea, so that she can tell a doctor?"""
    return asks(text) and meant(text) in ("", "doctor", "risk") and _has("contents", plain(text))


def is_off(text: str) -> bool:
    """Does she tell that the thing has no current any more?"""
    return any(_is_told("off", part) for part in _parts(text))


def is_of_business(text: str) -> bool:
    """Does a question ask for the order, the money or the shop, and not for the harm?"""
    return _has("business", plain(text))


def asks(text: str) -> bool:
    """A question, by its mark, its words or its form."""
    return asks_something(text) or any(_ASKS.search(part) or _WHETHER.search(part) for part in _parts(text))


def _has(name: str, said: str) -> bool:
    return _LISTS.book(name).search(said) is not None


def _asked(text: str) -> tuple[Kind, ...]:
    said = plain(text)
    if not asks(text) and not emergency.number(text, "help"):
        return ()
    rest = _LISTS.book("number").sub(" , ", said)  # "which number has the ambulance?" does not ask whether to call one
    found = tuple(kind for kind in _ASKED if _LISTS.book(kind).search(said if kind == "number" else rest))
    return found if asks(text) else found[:1] if found[:1] == ("number",) else ()


def _is_worse(text: str) -> bool:
    said = _LISTS.book("better").sub(" , ", plain(text))
    return danger.topic(said) in _BODILY or _LISTS.book("worse").search(said) is not None


def _parts(text: str) -> list[str]:
    return _PARTS.findall(_GAP.sub("，", text))


def _is_calm(part: str) -> bool:
    """ "Is he fine?" and "没事吧" ask for it."""
    return not _ASKS.search(part) and _stands("calm", part)


def _is_told(kind: Literal["called", "off"], part: str) -> bool:
    """Is it told, and not asked whether?"""
    return not (_ASKS.search(part) or _WHETHER.search(part)) and _stands(kind, part)


def _stands(kind: Literal["calm", "called", "off"], part: str) -> bool:
    """Is it said, and not denied: "the swelling has not gone down", "还没消肿"?"""
    said = plain(part)
    return any(not (_NOT_IN.search(match[0]) or _denied(said, match)) for match in _LISTS.book(kind).finditer(said))


def _denied(said: str, match: re.Match[str]) -> bool:
    return not _NO.match(match[0]) and _NOT_BEFORE.search(said[: match.start()]) is not None
