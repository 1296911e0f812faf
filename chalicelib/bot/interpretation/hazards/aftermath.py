"""What somebody writes after an alarm: that nobody is hurt, or what to do with the thing. By its words alone. Pure.

Whoever was told to call the emergency number asks on about the same thing, or says that it is over; neither is one more alarm.
"""

from __future__ import annotations

import re
from typing import Literal

from chalicelib.bot.follow_ups import asks_something
from chalicelib.bot.interpretation.hazards import danger
from chalicelib.bot.phrases import WordLists, plain

_LISTS = WordLists(__file__)
Kind = Literal["", "calm", "plug", "keep", "help"]

_ASKED: tuple[Kind, ...] = ("plug", "keep", "help")
_PARTS = re.compile(r"[^.!?;,\n。！？；，～]+[.!?;,\n。！？；，～]*")
_ASKS = re.compile(r"(?:\?|？|[吗吧么嘛未])[\s。.!！~～]*$|^\s*(?:is|are|was|am|did|does|has|have|will|should|can)\b", re.IGNORECASE)
_WHETHER = re.compile(r"还是|還是|定系|点算|點算|点做|點做|怎么做|\bor\b|\b(?:should|shall|can|may|must)\b", re.IGNORECASE)


def meant(text: str) -> Kind:
    """ "calm": it is over or nobody is hurt, and no harm is told beside it; "plug", "keep": asks what to do with the thing; "help": or with
    whom it happened to; or ""."""
    if any(map(_is_calm, _parts(text))) and not danger.topic(_LISTS.book("calm").sub(" , ", plain(text))):
        return "calm"
    if not (asks_something(text) or _WHETHER.search(text)):
        return ""
    said = plain(text)
    return next((kind for kind in _ASKED if _LISTS.book(kind).search(said)), "")


def beside(text: str) -> str:
    """What a message says besides that nobody is hurt."""
    return " ".join(part.strip() for part in _parts(text) if not _is_calm(part))


def _parts(text: str) -> list[str]:
    return _PARTS.findall(text)


def _is_calm(part: str) -> bool:
    """ "Is he fine?" and "没事吧" ask for it."""
    return not _ASKS.search(part) and _LISTS.book("calm").search(plain(part)) is not None
