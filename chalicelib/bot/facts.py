"""What the rules may ask about: typed facts, made of a message's text and of what is known beside it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from chalicelib.bot import person
from chalicelib.bot.phrases import Phrases, lexicon, pattern, plain
from chalicelib.bot.retrieval import Hit

Band = Literal["sure", "unsure", "none"]
_SHOUTING = re.compile(r"[!?！？]{2,}")
_LETTERS = re.compile(r"[A-Za-z]")
_UPSET = 2  # points; a strong word has them alone


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and types that rules.json uses; text facts are "" when there is nothing to say."""

    available: bool  # can the bot read its knowledge?
    asked_for_person: bool
    urgent_topic: str  # "safety", "fraud", "account" or "legal"
    upset: bool
    unhelped: bool  # says that the last answer did not help, or asks for the same article again
    wordless: bool  # nothing to search for: empty, only emoji or signs
    band: Band  # what the knowledge says: surely answered, perhaps, nothing
    confidence: float
    topic: str  # the queue of the best article
    article: str  # the best article
    opt_out_request: bool  # asks, in words, for no more messages
    misses: int  # in a row, before this message
    tier: str
    open: bool
    waiting: int  # customers before this one; -1: not known
    channel: str
    language: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What the words of one message alone tell."""

    asked_for_person: bool
    urgent_topic: str
    upset: bool
    unhelped: bool
    wordless: bool
    small_talk: str  # "greeting", "thanks" or ""


def hear(text: str) -> Heard:
    """What a message's words tell, in any of the bot's languages."""
    said = plain(text)
    return Heard(
        asked_for_person=person.is_asked_for(said),
        urgent_topic=_urgent_topic(said),
        upset=_is_upset(text, said),
        unhelped=bool(_list("unhelped").search(said)),
        wordless=not said,
        small_talk=next((kind for kind in ("greeting", "thanks") if _list("small_talk", kind).search(said)), ""),
    )


def band(hits: Sequence[Hit], answer: float, offer: float) -> Band:
    """`answer` and `offer` are the least confidences for answering and for asking back."""
    best = hits[0].confidence if hits else 0.0
    return "sure" if best >= answer else "unsure" if best >= offer else "none"


def _urgent_topic(said: str) -> str:
    heard = _list("urgent_except").sub(" ", said)
    return next((topic for topic in lexicon()["urgent"] if _list("urgent", topic).search(heard)), "")


def _is_upset(text: str, said: str) -> bool:
    heard = _list("upset", "except").sub(" ", said)
    letters = "".join(_LETTERS.findall(text[:2000]))
    points = 2 * bool(_list("upset", "strong").search(heard)) + bool(_list("upset", "mild").search(heard))
    points += len(letters) >= 12 and sum(map(str.isupper, letters)) > 0.7 * len(letters)
    return points + bool(_SHOUTING.search(text[:2000])) >= _UPSET


@cache
def _list(*path: str) -> re.Pattern[str]:
    found: Phrases = lexicon()
    for name in path:
        found = found[name]  # type: ignore[assignment]
    return pattern(found)
