"""The rule table: which facts hand a conversation to people, and what the customer is told then. Pure; the table is data.

`rule_table.parse` makes it from what a manager wrote, and refuses a table with any mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.bot.rules.expressions import Evaluation, Expression
from chalicelib.bot.rules.facts import Asked, Facts, named
from chalicelib.conversations.model import Urgency

TOPIC = "topic"  # as a queue: that of the best article

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """The condition holds: hand over to `queue` ("topic": the best article's). `reasons`: for agents, in English and Chinese."""

    id: str
    when: Expression
    queue: str
    urgency: Urgency
    reasons: Texts

    @property
    def reason(self) -> str:
        """The one that is stored and counted: the same whoever reads it."""
        return self.reasons["en"]


@dataclass(frozen=True, slots=True)
class Telling:
    """What the customer is told, per language; without a condition it fits always."""

    id: str
    when: Expression | None
    texts: Texts


@dataclass(frozen=True, slots=True)
class Rules:
    """`answer`, `lead`, `offer`: the least confidences for answering, for telling the first of what is offered, and for offering.
    `version`: of which text it was made."""

    answer: float
    lead: float
    offer: float
    hand_over: tuple[Rule, ...]
    tell: tuple[Telling, ...]
    sentences: Mapping[str, Texts]
    version: str = ""


def decide(rules: Rules, facts: Facts, asked: Asked | None = None) -> Rule | None:
    """The first rule that fits; None: nothing speaks against an answer. `asked` answers what conditions look up."""
    among = Evaluation(named(facts), (asked or _nothing(facts)).functions())
    return next((rule for rule in rules.hand_over if rule.when.holds(among)), None)


def asks(rules: Rules, *names: str) -> bool:
    """Does any rule ask for one of these facts?"""
    return any(name in rule.when.names for rule in rules.hand_over for name in names)


def telling(rules: Rules, facts: Facts, asked: Asked | None = None) -> Telling:
    """What to tell a customer who is handed over; the table's last entry has no condition."""
    among = Evaluation(named(facts), (asked or _nothing(facts)).functions())
    return next(entry for entry in rules.tell if entry.when is None or entry.when.holds(among))


def why(rule: Rule, facts: Facts, asked: Asked) -> dict[str, Any]:
    """What decided: the condition, and the facts and answers that it asked for."""
    known = named(facts)
    looked_up = {call: value for call, value in asked.answers.items() if call.partition("(")[0] in rule.when.names}
    return {"when": rule.when.text, "facts": {name: known[name] for name in rule.when.names if name in known} | looked_up}


def _nothing(_facts: Facts) -> Asked:
    """For whoever knows nothing of the message beside its facts."""
    return Asked("", 0, tuple)
