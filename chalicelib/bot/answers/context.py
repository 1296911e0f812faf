"""What the bot is asked with: `Brain` is what it knows for all customers, `Context` what it knows of this conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.bot.rules.rules import Rules
from chalicelib.business.facts import NOTHING_TOLD, Facts
from chalicelib.business.opening_hours import Hours
from chalicelib.conversations import registry
from chalicelib.conversations.model import Channel
from chalicelib.knowledge.index.index import Index


@dataclass(frozen=True, slots=True)
class Context:
    """What the bot may know beside the question. `said`: the conversation so far, oldest first, as (by, text)."""

    channel: Channel
    now: int  # Unix ms, for opening hours and for articles with an end
    language: str = ""  # hint, for a question too short to tell: what she was last answered in, for her first message the page's
    page: str = ""  # the page's, which tells the script of a conversation that was in English so far
    misses: int = 0  # in a row, before this question
    last_question: str = ""
    last_article: str = ""
    offered: tuple[str, ...] = ()  # articles that the bot asked about, in that order
    settled: str = ""  # the article that this message was already found to ask for: it is only told again
    name: str = ""
    tier: str = ""  # "vip" or ""
    queue: str = ""  # in which she waits for a person: its hours are told
    waiting: int | None = None  # customers who wait for a person now; None: not known, then nothing is promised
    counted: bool = True  # was each of them counted? Else `waiting` is about right
    waited: int | None = None  # ms that the first of them has been waiting
    opened: Callable[[], Sequence[int]] = tuple  # when this customer's conversations were opened; called if a rule asks (facts.Asked)
    said: tuple[tuple[str, str], ...] = ()
    under_way: bool = False  # an action waits for this: the rules then take the bot as sure, as it asked for it
    opt_out_request: bool = False  # asked, in words, for no more messages: the channel says so
    composes: bool = False  # a language model will put the answer: it comes with its sources
    told: tuple[str, ...] = ()  # names of the bot's last sentences, the newest first
    asking: str = ""  # what the bot's last words asked: "close", "back", "rephrase" or ""
    facts: Facts = NOTHING_TOLD  # what the business tells of itself
    zone: str = ""  # the customer's time zone, if her channel tells it
    known_address: bool = False  # an address of hers, or where she would be reached, is known: she is not asked for one
    contact_by: str = ""  # how she asked to be answered: "call", "mail", or "" for where she writes
    calm: bool = False  # her anger calls for nobody: she waits for a person already, or wants something done at once
    reached_at: str = ""  # the number or address for that
    raised: str = ""  # what a language model heard that the rules did not: "safety", "crisis" or "person"

    @property
    def taps(self) -> bool:
        """Can she tap what she may answer?"""
        return registry.of(self.channel).taps

    @property
    def asks_back(self) -> bool:
        """Does a question back cost her seconds, and not a day?"""
        return not registry.of(self.channel).slow

    @property
    def brief(self) -> bool:
        """Does a message cost by the character?"""
        return registry.of(self.channel).brief


@dataclass(frozen=True, slots=True)
class Load:
    """What a hand-over must know: how many wait in its queue (about so many, if not `exact`), how long the first of them has (ms), and
    what was said."""

    waiting: int
    waited: int
    said: tuple[tuple[str, str], ...]
    exact: bool = True
    known_address: bool = False  # is an address known at which she can be reached?

    @property
    def wait(self) -> dict[str, Any]:
        """As a context knows it."""
        return {"waiting": self.waiting, "counted": self.exact, "waited": self.waited}


Look = Callable[[str, str], Load]  # by queue and urgency


@dataclass(frozen=True, slots=True)
class Brain:
    """Knowledge (None: not readable, the bot then hands over), rules, known queues (the first is the default), hours, facts."""

    index: Index | None
    rules: Rules
    queues: tuple[str, ...]
    hours: Hours
    facts: Facts = NOTHING_TOLD
