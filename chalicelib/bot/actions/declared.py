"""The self-service actions as actions.yaml declares them: what each asks, demands, calls and says. Pure but for reading that file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from chalicelib import yaml_files
from chalicelib.bot.actions.names import PHRASES, SENTENCES
from chalicelib.bot.interpretation.phrases import Phrasebook
from chalicelib.business import queues
from chalicelib.errors import BadRequest
from chalicelib.knowledge.articles.article import LANGUAGES

Kind = Literal["number", "email", "date", "choice", "address", "text"]
Proof = Literal["none", "identity", "address"]
Texts = Mapping[str, str]  # language -> sentence

KINDS = ("number", "email", "date", "choice", "address", "text")
FREE = ("address", "text")  # anything may be meant: never taken from a message that was not asked for it
PROOFS = ("none", "identity", "address")
FIELDS = ("text", "choice", "date", "day", "money", "link")
_PATH = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
_NAME = re.compile(r"[a-z][a-z_]{0,15}")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Option:
    """One of a choice: how it is shown, and by what it is heard."""

    label: Texts
    phrases: Phrasebook


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing to find out. `options` of a choice. Of a number: `pattern` in full; `bare`: the digits alone, to which `prefix` then
    belongs, beside one of the words `called` or where it was asked for; `where` it stands; `other`: which form it has; `part`: that all
    of it is needed."""

    name: str
    kind: Kind
    label: Texts
    ask: Texts
    retry: Texts
    pattern: str = ""
    bare: str = ""
    prefix: str = ""
    called: tuple[str, ...] = ()
    where: Texts = field(default_factory=dict)
    other: Texts = field(default_factory=dict)
    part: Texts = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that the endpoint answers. `words` of a choice, per language; a line of the answer that names a missing optional
    field is left out. `proven`: shown only to whoever proved that the order is hers (ACTIONS_SHOW)."""

    kind: str
    optional: bool = False
    proven: bool = False
    words: Mapping[str, Texts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the endpoint may say instead: then a slot is asked again (`ask`; the second time a person takes over, and `again` is said), a
    person takes over, or it is over."""

    texts: Texts
    again: Texts
    ask: str = ""
    person: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """`changes`: it is confirmed before it is done, `confirms` are phrases for that. `contact`: the path that tells
    whose order it is, for the proof. `done`: by the value of the field `by`, and the same with "-past" where the day that is told is
    over; "" if it is one text. `offer_known`: the offer where an order was talked about already; `more`: how to see the fields that need
    a proof. `hurry`: states of the order, as the action that looks tells them, in which a person must come soon. `next`: by such a state,
    what can be done then. `did`: phrases that ask whether it was done; `partly`: that mean only a part of what it is about."""

    id: str
    articles: tuple[str, ...]
    title: Texts
    asks: Phrasebook
    path: str
    queue: str
    slots: tuple[Slot, ...]
    offer: Texts
    offer_known: Texts
    done: Mapping[str, Texts]
    fields: Mapping[str, Field]
    refusals: Mapping[str, Refusal]
    by: str = ""
    confirms: Phrasebook = field(default_factory=lambda: Phrasebook({}))
    did: Phrasebook = field(default_factory=lambda: Phrasebook({}))
    partly: Phrasebook = field(default_factory=lambda: Phrasebook({}))
    more: Texts = field(default_factory=dict)
    changes: bool = False
    proof: Proof = "none"
    contact: str = ""
    hurry: tuple[str, ...] = ()
    next: Mapping[str, Texts] = field(default_factory=dict)

    def slot(self, name: str) -> Slot:
        return next(slot for slot in self.slots if slot.name == name)

    @property
    def number(self) -> Slot | None:
        """What it is about, in most cases an order's."""
        return next((slot for slot in self.slots if slot.kind == "number"), None)

    @property
    def free(self) -> bool:
        """Does it ask for something in which any word may be meant?"""
        return any(slot.kind in FREE for slot in self.slots)

    @property
    def looks(self) -> bool:
        """Does it change nothing, and may anybody ask for it?"""
        return not self.changes and self.proof == "none"

    @property
    def holds_back(self) -> bool:
        """Does it show some fields only to the order's owner?"""
        return any(one.proven for one in self.fields.values())


@dataclass(frozen=True, slots=True)
class Actions:
    """All of them, by id; `phrases` and `sentences` that all of them share."""

    by_id: Mapping[str, Action]
    by_article: Mapping[str, Action]
    phrases: Mapping[str, Phrasebook]
    sentences: Mapping[str, Texts]


@cache
def shipped() -> Actions:
    """What ships with the bot. Raises BadRequest."""

    return parse(yaml_files.read(Path(__file__).parent / "actions.yaml"), queues.shipped().ids)


def parse(data: Any, queues: Sequence[str]) -> Actions:
    """Raises BadRequest with every mistake, each with its place."""
    mistakes: list[str] = []
    if not isinstance(data, Mapping) or not isinstance(data.get("actions"), list):
        raise BadRequest("actions: must be an object with phrases, sentences and a list of actions")
    spoken, listed = _object("sentences", data.get("sentences"), mistakes), _object("phrases", data.get("phrases"), mistakes)
    sentences = {name: _texts(f"sentences: {name}", spoken.get(name), mistakes) for name in SENTENCES}
    phrases = {name: _phrases(f"phrases: {name}", listed.get(name), mistakes) for name in PHRASES}
    actions = [_action(f"action {n}", entry, mistakes) for n, entry in enumerate(data["actions"], 1)]
    by_article: dict[str, Action] = {}
    for action in actions:
        for article in action.articles:
            by_article.setdefault(article, action)
        taken = (article for article in action.articles if by_article[article] is not action)
        mistakes += [f"{action.id}: articles: {article} already leads to {by_article[article].id}" for article in taken]
    mistakes += [f"{a.id}: queue: use one of {', '.join(queues)}" for a in actions if a.queue not in queues]
    if len({action.id for action in actions}) < len(actions):
        mistakes.append("actions: an id is used twice")
    if mistakes:
        raise BadRequest("\n".join(mistakes))
    return Actions({action.id: action for action in actions}, by_article, phrases, sentences)


def _action(where: str, entry: Any, mistakes: list[str]) -> Action:
    entry = _object(where, entry, mistakes)
    where = str(entry.get("id", where))
    slots = tuple(_slot(f"{where}: slot {n}", one, mistakes) for n, one in enumerate(_list(where, "slots", entry, mistakes), 1))
    fields = {name: _field(f"{where}: field {name}", one, mistakes) for name, one in _named(where, "fields", entry, mistakes)}
    refusals = {name: _refusal(f"{where}: refusal {name}", one, mistakes) for name, one in _named(where, "refusals", entry, mistakes)}
    by, done = _done(where, entry.get("done"), mistakes)
    proves = entry.get("proof", "none") != "none" or any(one.proven for one in fields.values())
    action = Action(
        id=_matching(where, "id", entry, _ID, mistakes),
        articles=tuple(map(str, _list(where, "articles", entry, mistakes))),
        title=_texts(f"{where}: title", entry.get("title"), mistakes),
        asks=_phrases(f"{where}: asks", entry.get("asks"), mistakes),
        confirms=_phrases(f"{where}: confirms", entry.get("confirms", {}), mistakes),
        did=_phrases(f"{where}: did", entry.get("did", {}), mistakes),
        partly=_phrases(f"{where}: partly", entry.get("partly", {}), mistakes),
        path=_matching(where, "path", entry, _PATH, mistakes),
        queue=str(entry.get("queue", "")),
        slots=slots,
        offer=_texts(f"{where}: offer", entry.get("offer"), mistakes),
        offer_known=_texts(f"{where}: offer_known", entry.get("offer_known"), mistakes),
        done=done,
        by=by,
        more=_texts(f"{where}: more", entry.get("more"), mistakes) if any(one.proven for one in fields.values()) else {},
        fields=fields,
        refusals=refusals,
        changes=entry.get("changes") is True,
        proof=entry.get("proof", "none"),
        contact=_matching(where, "contact", entry, _PATH, mistakes) if proves else "",
        hurry=tuple(map(str, _list(where, "hurry", entry, mistakes))),
        next={name: _texts(f"{where}: next {name}", one, mistakes) for name, one in _named(where, "next", entry, mistakes)},
    )
    mistakes += [f"{where}: {problem}" for problem in _problems(action)]
    return action


def _problems(action: Action) -> Iterator[str]:
    """What fits together only as a whole."""
    names = [slot.name for slot in action.slots]
    if not names or len(set(names)) < len(names):
        yield "slots: at least one, each with a name of its own"
    if not action.articles:
        yield "articles: name at least one that leads to it"
    if action.proof not in PROOFS:
        yield f"proof: use one of {', '.join(PROOFS)}"
    known = {*names, *action.fields}
    for value, texts in action.done.items():
        place = " ".join(filter(None, ["done", value]))
        for language, text in texts.items():
            yield from (f"{place}: {language}: {{{name}}} is not known" for name in sorted(set(_PLACEHOLDER.findall(text)) - known))
    if action.by:
        field = action.fields.get(action.by)
        if not field or field.kind != "choice" or field.optional or field.proven:
            yield "done: by: name a choice of `fields` that is always there"
        values = set(field.words) if field else set()
        yield from (f"done: a text is needed for {action.by} {value}" for value in sorted(values - set(action.done)))
        yield from (f"done: {action.by} is never {value}" for value in sorted({v.removesuffix("-past") for v in action.done} - values))
    yield from (f"next: {action.by or 'it'} is never {value}" for value in sorted(set(action.next) - set(action.done)))
    yield from (f"refusal {name}: ask: no such slot" for name, one in action.refusals.items() if one.ask and one.ask not in names)
    yield from (f"field {name}: is a slot as well" for name in action.fields if name in names)
    yield from (
        f"field {name}: what needs a proof must be optional" for name, one in action.fields.items() if one.proven and not one.optional
    )


def _slot(where: str, entry: Any, mistakes: list[str]) -> Slot:
    entry = _object(where, entry, mistakes)
    kind = entry.get("kind")
    if kind not in KINDS:
        mistakes.append(f"{where}: kind: use one of {', '.join(KINDS)}")
    pattern = str(entry.get("pattern", ""))
    if kind == "number":
        try:
            re.compile(pattern or "(")
        except re.error as error:
            mistakes.append(f"{where}: pattern: {error}")
    options = {name: _option(f"{where}: option {name}", one, mistakes) for name, one in _named(where, "options", entry, mistakes)}
    if (kind == "choice") != bool(options):
        mistakes.append(f"{where}: options: a choice needs them, nothing else has them")
    told = ("label", "ask", "retry", *(("where", "other", "part") if kind == "number" else ()))
    words = {name: _texts(f"{where}: {name}", entry.get(name), mistakes) for name in told}
    bare, prefix = str(entry.get("bare", "")), str(entry.get("prefix", ""))
    if bare and not _fits(pattern, prefix, bare):
        mistakes.append(f"{where}: bare: must be digits that make a number of `pattern` with `prefix` before them")
    called = tuple(str(word) for word in _list(where, "called", entry, mistakes))
    name = _matching(where, "name", entry, _NAME, mistakes)
    return Slot(name, kind, pattern=pattern, bare=bare, prefix=prefix, called=called, options=options, **words)


def _fits(pattern: str, prefix: str, bare: str) -> bool:
    """Tried with a number that can be made up for it: as many ones as `bare` takes."""
    try:
        ones = next(("1" * n for n in range(1, 21) if re.fullmatch(bare, "1" * n)), "")
        return bool(ones and re.fullmatch(pattern, prefix + ones))
    except re.error:
        return False


def _done(where: str, given: Any, mistakes: list[str]) -> tuple[str, dict[str, Texts]]:
    """One text, or one for each value of the field `by`."""
    if not isinstance(given, Mapping) or "by" not in given:
        return "", {"": _texts(f"{where}: done", given, mistakes)}
    texts = {str(value): _texts(f"{where}: done {value}", one, mistakes) for value, one in given.items() if value != "by"}
    return str(given["by"]), texts


def _option(where: str, entry: Any, mistakes: list[str]) -> Option:
    entry = _object(where, entry, mistakes)
    return Option(_texts(where, entry.get("label"), mistakes), _phrases(where, entry.get("phrases"), mistakes))


def _field(where: str, entry: Any, mistakes: list[str]) -> Field:
    entry = _object(where, entry, mistakes)
    kind, words = entry.get("kind"), dict(_named(where, "words", entry, mistakes))
    if kind not in FIELDS or (kind == "choice") != bool(words):
        mistakes.append(f"{where}: kind: use one of {', '.join(FIELDS)}; a choice has words, nothing else has them")
    texts = {name: _texts(f"{where}: {name}", one, mistakes) for name, one in words.items()}
    return Field(str(kind), entry.get("optional") is True, entry.get("proven") is True, texts)


def _refusal(where: str, entry: Any, mistakes: list[str]) -> Refusal:
    entry = _object(where, entry, mistakes)
    ask, texts = str(entry.get("ask", "")), _texts(where, entry, mistakes, also=("ask", "person", "again"))
    again = _texts(f"{where}: again", entry.get("again"), mistakes) if ask else {}
    return Refusal(texts, again, ask, entry.get("person") is True)


def _list(where: str, name: str, entry: Mapping[str, Any], mistakes: list[str]) -> list[Any]:
    value = entry.get(name) or []
    if isinstance(value, list):
        return value
    mistakes.append(f"{where}: {name}: must be a list")
    return []


def _named(where: str, name: str, entry: Mapping[str, Any], mistakes: list[str]) -> list[tuple[str, Any]]:
    return [(str(key), value) for key, value in _object(f"{where}: {name}", entry.get(name) or {}, mistakes).items()]


def _object(where: str, entry: Any, mistakes: list[str]) -> Mapping[str, Any]:
    if isinstance(entry, Mapping):
        return entry
    mistakes.append(f"{where}: must be an object")
    return {}


def _matching(where: str, name: str, entry: Mapping[str, Any], wanted: re.Pattern[str], mistakes: list[str]) -> str:
    value = entry.get(name)
    if isinstance(value, str) and wanted.fullmatch(value):
        return value
    mistakes.append(f"{where}: {name}: must be like {wanted.pattern}")
    return ""


def _texts(where: str, given: Any, mistakes: list[str], also: Sequence[str] = ()) -> Texts:
    texts = {name: text for name, text in given.items() if name not in also} if isinstance(given, Mapping) else {}
    if set(texts) != set(LANGUAGES) or not all(isinstance(text, str) and text.strip() for text in texts.values()):
        mistakes.append(f"{where}: needs a text for each of {', '.join(LANGUAGES)}, and nothing else")
        return dict.fromkeys(LANGUAGES, "")
    return {language: text.strip() for language, text in texts.items()}


def _phrases(where: str, given: Any, mistakes: list[str]) -> Phrasebook:
    if isinstance(given, Mapping) and all(
        isinstance(spoken, list) and all(isinstance(p, str) for p in spoken) for spoken in given.values()
    ):
        return Phrasebook(given)
    mistakes.append(f"{where}: must be lists of phrases per language")
    return Phrasebook({})
