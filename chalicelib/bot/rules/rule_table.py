"""Makes the rule table from what a manager wrote; all mistakes are found at once, each with its place and what to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

from chalicelib.bot.interpretation.hazards import danger
from chalicelib.bot.interpretation.mood import Urgency as Pressing
from chalicelib.bot.rules.expressions import BadExpression, Expression, Function, Kind, Language, meant, parse
from chalicelib.bot.rules.facts import DAYS, Band, Facts
from chalicelib.bot.rules.rules import TOPIC, Rule, Rules, Telling, Texts
from chalicelib.conversations import registry
from chalicelib.conversations.model import URGENCIES, queue_urgency
from chalicelib.errors import BadRequest

LANGUAGES = ("en", "zh", "zh-Hant")
PARTS = ("confidence", "hand_over", "tell", "sentences")
_SPOKEN = "name reply opens waiting waited contact titles address first last numbers number given zone clock thing passage"
_OF_BUSINESS = "business phone email website location"
PLACEHOLDERS = tuple(f"{_SPOKEN} {_OF_BUSINESS}".split())
SENTENCES = (
    "reply.webchat",
    "reply.email",
    "reply.sms",
    "reply.call",
    "reply.other",
    "opens.unknown",
    "offer",
    "wordless",
    "opener",
    "greeting",
    "thanks",
    "goodbye",
    "praise",
    "solved",
    "acknowledged",
    "apology",
    "laugh",
    "puzzled",
    "about.robot",
    "about.abilities",
    "about.identity",
    "about.personal",
    "about.instructions",
    "about.maker",
    "about.languages",
    "about.outside",
    "about.advice",
    "about.assortment",
    "about.zone",
    "where.webchat",
    "where.email",
    "where.sms",
    "where.other",
    "person",
    "english_only",
    "contact.webchat",
    "contact.email",
    "contact.sms",
    "contact.other",
    "wish.call",
    "wish.mail",
    "something_else",
    "numbers",
    "which",
    "rephrase",
    "added",
    "again",
    "nearest",
    "person_if_not",
    "all_told",
    "no_number",
    "as_told",
    "no_more",
    "not_known",
    "sorry",
    "person_beside",
    "place",
    "received",
    "taken",
    "taken_question",
    "taken_number",
    "taken_file",
    "taken_urgent",
    "status_next",
    "status_line",
    "status_closed",
    "leave_close",
    "leave_back",
    "left_close",
    "left_back",
    "back_again",
    "stays",
    "calm",
    "urgent_again",
    "urgent_now",
    "urgent_fire",
    "alarm_called",
    "alarm_number",
    "alarm_numbers",
    "alarm_doctor",
    "alarm_keep",
    "alarm_again",
    "alarm_others",
    "calm_off",
    "awaits",
    "alarm_plug",
    "alarm_store",
    "numbers_help",
    "numbers_fire",
    "lead",
    "lead_others",
    "also_open",
    "leaking",
    "condolence",
    "yes",
    "no",
)
REASON = 64  # characters that are kept on a conversation's head
MOST = 200  # rules: what a message's evaluation takes stays under a millisecond

_HINTS = get_type_hints(Facts)
_KINDS: dict[Any, Kind] = {bool: "yes or no", int: "number", float: "number"}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """`path`: where in the table, by keys and numbers from 0; `where`: the same for people."""

    path: Path
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class BadRules(BadRequest):
    """The rule table has mistakes; the message lists all of them, a line each."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


def language(queues: Sequence[str]) -> Language:
    """What conditions may speak of."""
    return Language(
        facts={f.name: _KINDS.get(_HINTS[f.name], "text") for f in fields(Facts)},
        choices={
            "band": get_args(Band),
            "channel": registry.names(),
            "urgent_topic": ("", *danger.TOPICS),
            "urgency": get_args(Pressing),
            "tier": ("", "vip"),
            "language": (*LANGUAGES, "other"),
            "topic": ("", *queues),
            "currency": ("", "USD", "EUR", "GBP", "CNY"),
        },
        functions={"contacts": Function("number", "number", top=DAYS), "mentions": Function("text", "yes or no", most=50)},
    )


def load(data: Any, queues: Sequence[str], version: str = "") -> Rules:
    """The table from what its file says. Raises BadRules with every mistake."""
    return _Reader(queues, version).read(data)


class _Reader:
    """Goes through one table and collects what is wrong with it."""

    def __init__(self, queues: Sequence[str], version: str) -> None:
        self.queues = queues
        self.version = version
        self.language = language(queues)
        self.mistakes: list[Mistake] = []

    def read(self, data: Any) -> Rules:
        if not isinstance(data, Mapping):
            raise BadRules([Mistake((), "rules", f"must consist of {', '.join(PARTS)}")])
        self._fields((), "rules", data, PARTS)
        given = data.get("confidence")
        confidence = given if isinstance(given, Mapping) else {}
        self._fields(("confidence",), "confidence", confidence, ("answer", "lead", "offer"))
        rules = Rules(
            answer=self._share(confidence, "answer"),
            lead=self._share(confidence, "lead" if "lead" in confidence else "answer"),
            offer=self._share(confidence, "offer"),
            hand_over=tuple(self._rule(*place) for place in self._entries(data, "hand_over")),
            tell=tuple(self._telling(*place) for place in self._entries(data, "tell")),
            sentences=self._sentences(data.get("sentences")),
            version=self.version,
        )
        if rules.offer > rules.answer:
            self._wrong(("confidence", "offer"), "confidence", "offer must not be above answer")
        elif rules.lead < rules.offer or rules.lead > rules.answer:
            self._wrong(("confidence", "lead"), "confidence", "lead must lie between offer and answer")
        if not self.mistakes and (not rules.tell or rules.tell[-1].when):
            self._wrong(("tell",), "tell", "the last entry must have no condition, so that every customer is told something")
        if self.mistakes:
            raise BadRules(self.mistakes)
        return rules

    def _wrong(self, path: Path, where: str, what: str) -> None:
        self.mistakes.append(Mistake(path, where, what))

    def _share(self, given: Mapping[str, Any], name: str) -> float:
        value = given.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        self._wrong(("confidence", name), "confidence", f"{name}: must be a number from 0 to 1")
        return float("nan")

    def _entries(self, data: Mapping[str, Any], name: str) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
        """(path, place for people, entry) of a list of entries with unique ids."""
        given = data.get(name)
        if not isinstance(given, list) or not all(isinstance(entry, Mapping) for entry in given) or len(given) > MOST:
            self._wrong((name,), name, f"must be a list of at most {MOST} entries, each with an id")
            return
        seen: set[str] = set()
        for number, entry in enumerate(given):
            identity = entry.get("id")
            where = f'{name} {number + 1} ("{identity}")'
            if not isinstance(identity, str) or not _ID.fullmatch(identity):
                self._wrong((name, number, "id"), where, "id: must be a name of small letters, digits and -, such as vip-asked")
            elif identity in seen:
                self._wrong((name, number, "id"), where, "id: is used twice")
            seen.add(str(identity))
            yield (name, number), where, entry

    def _rule(self, path: Path, where: str, entry: Mapping[str, Any]) -> Rule:
        self._fields(path, where, entry, ("id", "when", "queue", "urgency", "reason"))
        self._one_of(path, where, entry, "queue", (*self.queues, TOPIC))
        self._one_of(path, where, entry, "urgency", URGENCIES)
        return Rule(
            id=str(entry.get("id")),
            when=self._condition(path, where, entry.get("when")),
            queue=str(entry.get("queue")),
            urgency=queue_urgency(entry["urgency"]) if entry.get("urgency") in URGENCIES else "normal",
            reasons=self._reasons((*path, "reason"), where, entry.get("reason")),
        )

    def _reasons(self, path: Path, where: str, given: Any) -> Texts:
        texts = given if isinstance(given, Mapping) else {}
        for name in ("en", "zh"):
            text = texts.get(name)
            if not isinstance(text, str) or not text.strip():
                self._wrong(path, where, f"reason: {name} is missing: write reason: {{en: asked for a person, zh: 要求人工}}")
            elif len(text) > REASON:
                self._wrong((*path, name), where, f"reason: {name}: is longer than {REASON} characters")
        self._fields(path, f"{where}: reason", texts, ("en", "zh"))
        return {name: str(texts.get(name, "")).strip() for name in ("en", "zh")}

    def _telling(self, path: Path, where: str, entry: Mapping[str, Any]) -> Telling:
        self._fields(path, where, entry, ("id", "when", *LANGUAGES))
        texts = {name: entry.get(name, "") for name in LANGUAGES}
        self._texts(path, where, texts)
        condition = self._condition(path, where, entry["when"]) if "when" in entry else None
        return Telling(str(entry.get("id")), condition, texts)

    def _condition(self, path: Path, where: str, given: Any) -> Expression:
        text = given if isinstance(given, str) else "" if given is None else str(given)
        try:
            return parse(text, self.language)
        except BadExpression as error:
            for line in str(error).split("\n"):
                self._wrong((*path, "when"), where, f"when: {line}")
            return Expression("", None, ())

    def _sentences(self, given: Any) -> Mapping[str, Texts]:
        if not isinstance(given, Mapping) or not all(isinstance(texts, Mapping) for texts in given.values()):
            self._wrong(("sentences",), "sentences", "must be names, each with its text in en, zh and zh-Hant")
            return {}
        for name in {**dict.fromkeys(SENTENCES), **given}:
            path, where = ("sentences", name), f"sentences: {name}"
            self._fields(path, where, given.get(name, {}), LANGUAGES)
            self._texts(path, where, {one: given.get(name, {}).get(one, "") for one in LANGUAGES})
        return given

    def _texts(self, path: Path, where: str, texts: Texts) -> None:
        for name, text in texts.items():
            if not isinstance(text, str) or not text.strip():
                self._wrong((*path, name), where, f"{name}: the text is missing")
                continue
            for unknown in sorted(set(_PLACEHOLDER.findall(text)) - set(PLACEHOLDERS)):
                self._wrong((*path, name), where, f"{name}: {{{unknown}}} is not known{meant(unknown, PLACEHOLDERS)}")

    def _one_of(self, path: Path, where: str, entry: Mapping[str, Any], name: str, known: Sequence[str]) -> None:
        value = entry.get(name)
        if value is None:
            self._wrong((*path, name), where, f"{name}: is missing; use one of {', '.join(known)}")
        elif value not in known:
            self._wrong((*path, name), where, f'{name}: "{value}" is not known{meant(str(value), known)}')

    def _fields(self, path: Path, where: str, entry: Mapping[str, Any], known: Sequence[str]) -> None:
        for name in entry:
            if name not in known:
                self._wrong((*path, name), where, f"{name}: no such field{meant(str(name), known)}")
