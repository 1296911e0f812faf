"""The rule table: which facts hand a conversation to people, and what the customer is told then. Pure; the table is data.

`parse` refuses a table with any mistake and names the rule and the field, so that a typo never reaches a customer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

from chalicelib.bot.facts import Band, Facts
from chalicelib.bot.phrases import lexicon
from chalicelib.conversations.model import CHANNELS, URGENCIES, Urgency, queue_urgency
from chalicelib.errors import BadRequest

TOPIC = "topic"  # as a queue: that of the best article
LANGUAGES = ("en", "zh", "zh-Hant")
PLACEHOLDERS = frozenset({"name", "reply", "opens", "waiting", "titles"})
SENTENCES = ("reply.webchat", "reply.email", "reply.sms", "reply.other", "opens.unknown", "offer", "wordless", "greeting", "thanks")

_HINTS = get_type_hints(Facts)
_TYPES: dict[str, type] = {f.name: t if isinstance(t := _HINTS[f.name], type) else str for f in fields(Facts)}
_CHOICES: dict[str, tuple[str, ...]] = {"band": get_args(Band), "channel": CHANNELS, "urgent_topic": ("", *lexicon()["urgent"])}
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda fact, value: fact == value,
    "not": lambda fact, value: fact != value,
    "in": lambda fact, value: fact in value,
    "at_least": lambda fact, value: fact >= value,
    "at_most": lambda fact, value: fact <= value,
}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

Texts = Mapping[str, str]


class BadRules(BadRequest):
    """The rule table has mistakes; the message lists all of them, a line each."""


@dataclass(frozen=True, slots=True)
class Condition:
    fact: str
    test: str
    value: Any

    def holds(self, facts: Facts) -> bool:
        return _TESTS[self.test](getattr(facts, self.fact), self.value)


@dataclass(frozen=True, slots=True)
class Rule:
    """All conditions hold: hand over to `queue` ("topic": the best article's)."""

    id: str
    when: tuple[Condition, ...]
    queue: str
    urgency: Urgency
    reason: str


@dataclass(frozen=True, slots=True)
class Telling:
    """What the customer is told, per language."""

    id: str
    when: tuple[Condition, ...]
    texts: Texts


@dataclass(frozen=True, slots=True)
class Rules:
    """`answer`, `offer`: the least confidences for answering and for asking back."""

    answer: float
    offer: float
    hand_over: tuple[Rule, ...]
    tell: tuple[Telling, ...]
    sentences: Mapping[str, Texts]


def decide(rules: Rules, facts: Facts) -> Rule | None:
    """The first rule that fits; None: nothing speaks against an answer."""
    return next((rule for rule in rules.hand_over if _all_hold(rule.when, facts)), None)


def telling(rules: Rules, facts: Facts) -> Telling:
    """What to tell a customer who is handed over; the table's last entry has no condition."""
    return next(entry for entry in rules.tell if _all_hold(entry.when, facts))


def _all_hold(conditions: Sequence[Condition], facts: Facts) -> bool:
    return all(condition.holds(facts) for condition in conditions)


def parse(data: Any, queues: Sequence[str]) -> Rules:
    """The table from its JSON. Raises BadRules with every mistake, each with rule and field."""
    if not isinstance(data, Mapping):
        raise BadRules("rules: must be an object with confidence, hand_over, tell and sentences")
    mistakes: list[str] = []
    rules = Rules(
        answer=_share(data, "answer", mistakes),
        offer=_share(data, "offer", mistakes),
        hand_over=tuple(_rule(where, entry, queues, mistakes) for where, entry in _entries(data, "hand_over", mistakes)),
        tell=tuple(_telling(where, entry, mistakes) for where, entry in _entries(data, "tell", mistakes)),
        sentences=_sentences(data.get("sentences"), mistakes),
    )
    if rules.offer > rules.answer:
        mistakes.append("confidence: offer must not be above answer")
    if not rules.tell or rules.tell[-1].when:
        mistakes.append('tell: the last entry must have "when": {}, so that every customer is told something')
    if mistakes:
        raise BadRules("\n".join(mistakes))
    return rules


def _share(data: Mapping[str, Any], name: str, mistakes: list[str]) -> float:
    given = data.get("confidence")
    value = given.get(name) if isinstance(given, Mapping) else None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    mistakes.append(f"confidence: {name}: must be a number from 0 to 1")
    return 1.0


def _entries(data: Mapping[str, Any], name: str, mistakes: list[str]) -> list[tuple[str, Mapping[str, Any]]]:
    """(place for messages, entry) of a list of objects with unique ids."""
    given = data.get(name)
    if not isinstance(given, list) or not all(isinstance(entry, Mapping) for entry in given):
        mistakes.append(f"{name}: must be a list of objects")
        return []
    seen: set[str] = set()
    found = []
    for number, entry in enumerate(given, 1):
        identity = entry.get("id")
        where = f'{name} {number} ("{identity}")'
        if not isinstance(identity, str) or not identity:
            mistakes.append(f"{name} {number}: id: is missing")
        elif identity in seen:
            mistakes.append(f"{where}: id: is used twice")
        else:
            seen.add(identity)
        found.append((where, entry))
    return found


def _rule(where: str, entry: Mapping[str, Any], queues: Sequence[str], mistakes: list[str]) -> Rule:
    _known_fields(where, entry, ("id", "when", "queue", "urgency", "reason"), mistakes)
    if entry.get("queue") not in (*queues, TOPIC):
        mistakes.append(f'{where}: queue: "{entry.get("queue")}" is not known; use one of {", ".join((*queues, TOPIC))}')
    if entry.get("urgency") not in URGENCIES:
        mistakes.append(f'{where}: urgency: "{entry.get("urgency")}" is not known; use one of {", ".join(URGENCIES)}')
    if not isinstance(entry.get("reason"), str) or not entry["reason"]:
        mistakes.append(f"{where}: reason: is missing")
    return Rule(
        id=str(entry.get("id")),
        when=_conditions(where, entry.get("when"), mistakes),
        queue=str(entry.get("queue")),
        urgency=queue_urgency(entry["urgency"]) if entry.get("urgency") in URGENCIES else "normal",
        reason=str(entry.get("reason")),
    )


def _telling(where: str, entry: Mapping[str, Any], mistakes: list[str]) -> Telling:
    _known_fields(where, entry, ("id", "when", *LANGUAGES), mistakes)
    texts = {language: entry.get(language, "") for language in LANGUAGES}
    _check_texts(where, texts, mistakes)
    return Telling(str(entry.get("id")), _conditions(where, entry.get("when"), mistakes), texts)


def _sentences(given: Any, mistakes: list[str]) -> Mapping[str, Texts]:
    if not isinstance(given, Mapping) or not all(isinstance(texts, Mapping) for texts in given.values()):
        mistakes.append("sentences: must be an object of objects")
        return {}
    for name in SENTENCES:
        texts = given.get(name, {})
        _check_texts(f"sentences: {name}", {language: texts.get(language, "") for language in LANGUAGES}, mistakes)
    return given


def _check_texts(where: str, texts: Texts, mistakes: list[str]) -> None:
    for language, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            mistakes.append(f"{where}: {language}: the text is missing")
            continue
        unknown = set(_PLACEHOLDER.findall(text)) - PLACEHOLDERS
        known = ", ".join(sorted(PLACEHOLDERS))
        mistakes += [f"{where}: {language}: {{{name}}} is not known; use one of {known}" for name in sorted(unknown)]


def _known_fields(where: str, entry: Mapping[str, Any], known: Sequence[str], mistakes: list[str]) -> None:
    mistakes += [f"{where}: {field}: no such field; use {', '.join(known)}" for field in entry if field not in known]


def _conditions(where: str, given: Any, mistakes: list[str]) -> tuple[Condition, ...]:
    if not isinstance(given, Mapping):
        mistakes.append(f"{where}: when: must be an object of fact: value")
        return ()
    made = []
    for fact, wanted in given.items():
        if fact not in _TYPES:
            mistakes.append(f"{where}: when: {fact}: no such fact; known are {', '.join(_TYPES)}")
            continue
        for test, value in (wanted if isinstance(wanted, Mapping) else {"is": wanted}).items():
            problem = _problem(fact, test, value)
            if problem:
                mistakes.append(f"{where}: when: {fact}: {problem}")
            else:
                made.append(Condition(fact, test, tuple(value) if test == "in" else value))
    return tuple(made)


def _problem(fact: str, test: str, value: Any) -> str:
    kind = _TYPES[fact]
    if test not in _TESTS:
        return f'"{test}" is not known; use one of {", ".join(_TESTS)}'
    if test in ("at_least", "at_most") and kind not in (int, float):
        return f"{test} needs a fact that is a number"
    if test == "in" and not isinstance(value, list):
        return "in needs a list"
    for one in value if test == "in" else [value]:
        fits = isinstance(one, (int, float)) if kind is float else isinstance(one, kind)
        if not fits or (isinstance(one, bool) and kind is not bool):
            return f"{one!r} is not a {'number' if kind in (int, float) else 'text' if kind is str else 'yes or no (true, false)'}"
        if fact in _CHOICES and one not in _CHOICES[fact]:
            return f"{one!r} is not known; use one of {', '.join(map(repr, _CHOICES[fact]))}"
    return ""
