"""What the rules may ask about: typed facts, made of a message's text and of what is known beside it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from typing import Any, Literal

from chalicelib.bot.interpretation import amounts, missed, mood, person
from chalicelib.bot.interpretation.courtesies import about, beyond, small_talk
from chalicelib.bot.interpretation.hazards import danger, health, spoilt
from chalicelib.bot.interpretation.mood import Urgency
from chalicelib.bot.interpretation.phrases import Phrasebook, listed, plain
from chalicelib.bot.interpretation.retrieval import Hit

_SENTENCES = re.compile(r"(?<=[.!?;])\s+|[。！？；\n]+")
_PIECES = re.compile(r"[.!?;,:…\n。！？；，：]+|(?<=[㐀-鿿])\s+(?=[㐀-鿿])")
Band = Literal["sure", "unsure", "none"]
DAYS = 30  # the furthest that contacts() looks back


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and types that rules.yaml uses; text facts are "" when there is nothing to say."""

    available: bool  # can the bot read its knowledge?
    asked_for_person: bool
    urgent_topic: str  # "crisis", "safety", "fraud", "account", "legal" or "press" (interpretation/hazards/danger.py)
    upset: bool  # sentiment at or below mood.UPSET
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
    sentiment: float = 0.0  # from -1 (furious) to 1 (delighted)
    urgency: Urgency = ""  # what the words say: "now" (hours), "soon" (days)
    amount: float = 0.0  # the largest amount of money in the message
    currency: str = ""  # of it, as "EUR"
    waited: int = -1  # minutes that the first in that queue has been waiting; -1: not known
    leads: bool = False  # not sure, but one article is clearly ahead: it is told, and the others are offered beside it
    foreign: bool = False  # in a language that the bot does not speak, and it was not told so yet
    under_way: bool = False  # an action waits for her answer: the band is then sure, whatever she writes
    given: str = ""  # what she gives of the data that the last article asks for, in words
    adds: bool = False  # adds to what was answered a moment ago, and asks nothing
    electrical: bool = False  # danger by smoke, sparks or current
    numberless: bool = False  # has no order's number, and was told a moment ago where it stands
    given_before: bool = False  # says that she gave already what she is asked for
    returned: bool = False  # tells of a certain thing, or for the second time, that it has gone back to the business
    health: bool = False  # asks what somebody may have who is ill, pregnant, allergic or small (interpretation/hazards/health.py)
    spoilt: bool = False  # tells of tea that has gone bad (interpretation/hazards/spoilt.py)


def named(facts: Facts) -> dict[str, Any]:
    """Each fact by its name."""
    return {name: getattr(facts, name) for name in _NAMES}


@dataclass(frozen=True, slots=True)
class MessageSignals:
    """What the words of one message alone tell."""

    asked_for_person: bool
    urgent_topic: str
    upset: bool
    trouble: bool  # something went wrong for her: a word of apology fits
    unhelped: bool
    wordless: bool
    small_talk: str  # the kind of a courtesy (interpretation/courtesies/small_talk.py), "" for whatever asks or tells something
    about: str  # what it asks of the bot itself, or beyond the articles (interpretation/courtesies/about.py, beyond.py), or ""
    sentiment: float
    urgency: Urgency
    amount: amounts.Amount
    electrical: bool
    health: bool
    spoilt: bool


@dataclass(slots=True)
class Asked:
    """The functions of conditions, bound to one message; they look up only when a condition gets that far.

    `opened`: gives the times (Unix ms) at which this customer's conversations of the last DAYS days were opened, this one included.
    `answers` keeps what was asked, for whoever wants to know why.
    """

    text: str
    now: int
    opened: Callable[[], Sequence[int]]
    answers: dict[str, Any] = field(default_factory=dict)
    _known: Sequence[int] | None = None

    def functions(self) -> dict[str, Callable[..., Any]]:
        return {"contacts": self.contacts, "mentions": self.mentions}

    def contacts(self, days: int) -> int:
        """Conversations of this customer that were opened within so many days, this one included."""
        if self._known is None:
            self._known = self.opened()
        found = max(1, sum(at > self.now - days * 86_400_000 for at in self._known))
        self.answers[f"contacts({days})"] = found
        return found

    def mentions(self, *phrases: str) -> bool:
        """Is one of these wordings in the message? They are written as in lexicon.json."""
        found = bool(_phrases(phrases).search(plain(self.text)))
        self.answers["mentions(" + ", ".join(f'"{phrase}"' for phrase in phrases) + ")"] = found
        return found


@lru_cache(maxsize=2)  # asked again when the message is handed over
def hear(text: str) -> MessageSignals:
    """What a message's words tell, in any of the bot's languages."""
    said = plain(text)
    sentiment = mood.sentiment(text)
    return MessageSignals(
        asked_for_person=_asks_for_person(text, said),
        urgent_topic=danger.topic(said),
        upset=sentiment <= mood.UPSET,
        trouble=sentiment <= mood.UPSET or mood.trouble(text),
        unhelped=bool(listed("unhelped").search(said)),
        wordless=not said,
        small_talk=small_talk.kind(text),
        about=_about(text),
        sentiment=sentiment,
        urgency=mood.urgency(text),
        amount=amounts.largest(text),
        electrical=danger.is_electrical(said),
        health=health.asked(said),
        spoilt=spoilt.told(said),
    )


def _asks_for_person(text: str, said: str) -> bool:
    called = person.is_asked_for(said) or any(map(person.is_called_for, map(plain, _PIECES.split(text))))
    return called and not missed.unwanted(text)


def beside_call(text: str) -> str:
    """What stands beside the word for a person that is a piece of its own: "人工 茉莉花茶一罐 帮我加"; or ""."""
    pieces = [piece for piece in _PIECES.split(text) if piece.strip() and not small_talk.kind(piece)]
    rest = [piece.strip() for piece in pieces if not person.is_asked_for(plain(piece)) and not person.is_called_for(plain(piece))]
    return " ".join(rest) if len(rest) < len(pieces) else ""


def _about(text: str) -> str:
    """What a message asks of the bot itself, or beyond the articles, if it asks and tells nothing else: an instruction beside a question
    changes nothing. What an ill body may have is no matter of taste."""
    kinds = [about.asked(part) or beyond.asked(part) for part in _SENTENCES.split(text) if part.strip() and not small_talk.kind(part)]
    found = kinds[0] if kinds and all(kinds) else ""
    return "" if found == "advice" and health.asked(plain(text)) else found


def band(hits: Sequence[Hit], answer: float, offer: float) -> Band:
    """`answer` and `offer` are the least confidences for answering and for asking back."""
    best = hits[0].confidence if hits else 0.0
    return "sure" if best >= answer else "unsure" if best >= offer else "none"


@cache
def _phrases(written: tuple[str, ...]) -> Phrasebook:
    return Phrasebook({"": written})


_NAMES = tuple(field.name for field in fields(Facts))
