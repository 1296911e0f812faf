"""Changing what the business set: checked whole, under the version it was made from, with who and why; and going back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.business import appearance, current, hours, lines, queues, store
from chalicelib.business.queues import Queues
from chalicelib.business.store import Content, InForce, Kind, Version
from chalicelib.conversations import work
from chalicelib.conversations.model import URGENCIES
from chalicelib.errors import Conflict, NotFound, TooLarge

LARGEST = 20_000  # bytes


def read(kind: Kind, number: int | None = None) -> Version:
    """The version in force, or another. Raises NotFound."""
    wanted = _number(store.in_force(consistent=True), kind) if number is None else number
    return store.version(kind, wanted) if wanted else Version(kind, 0, current.shipped(kind))


def versions(kind: Kind) -> tuple[int, list[Version]]:
    """The number of the one in force; all of them, the newest first, down to what ships with the code."""
    found = store.versions(kind)
    oldest = [] if len(found) == store.SHOWN else [Version(kind, 0, {})]
    return _number(store.in_force(consistent=True), kind), [*found, *oldest]


def change(kind: Kind, content: Content, base: int, *, by: str, why: str, now: int) -> Version:
    """Puts a content in force that was made from the version `base`. Raises BadRequest with every mistake, Conflict."""
    return _put(Version(kind, base + 1, content, now, by, why), read(kind).content)


def roll_back(kind: Kind, to: int, base: int, *, by: str, why: str, now: int) -> Version:
    """An earlier content counts again, as a new version; days in it that are over do no harm. Raises NotFound, Conflict, BadRequest."""
    earlier = read(kind, to)
    return _put(replace(earlier, version=base + 1, at=now, by=by, why=why), earlier.content)


def preview(content: Content) -> dict[str, Any]:
    """What an appearance would come to: {"light", "dark": colours or None, "remarks"}. Raises BadRequest with every mistake."""
    known = appearance.parse(content)
    return {"light": None, "dark": None, **appearance.schemes(known), "remarks": appearance.remarks(known)}


def known_kind(name: str) -> Kind:
    """Raises NotFound."""
    for kind in store.KINDS:
        if kind == name:
            return kind
    raise NotFound(f"there are only {', '.join(store.KINDS)}")


def view(one: Version) -> dict[str, Any]:
    """As the API shows it."""
    return {"version": one.version, "changed_at": one.at, "changed_by": one.by, "why": one.why, "content": one.content}


def _put(new: Version, known: Content) -> Version:
    found = store.in_force(consistent=True)
    if _number(found, new.kind) != new.version - 1:
        raise Conflict(f"version {_number(found, new.kind)} of the {new.kind} is in force: read it, and change that")
    made = _understood(new)
    made_lines = None
    if new.kind == "hours":
        today = datetime.fromtimestamp(new.at / 1000, made.zone).date()
        hours.check_change(new.content, known, today, _queues(found).ids)
    if new.kind == "queues":
        _nobody_waits_in(one for one in _queues(found).ids if one not in made.ids)
        made_lines = _with_new_lines(found, made)
    store.put(new, made_lines)
    current.renew()
    return new


def _understood(new: Version) -> Any:
    """What a content means. Raises BadRequest, TooLarge: all that is in force is read at once, again and again."""
    size = len(json.dumps(new.content, ensure_ascii=False).encode())
    if size > LARGEST:
        raise TooLarge(f"{new.kind}: {size} bytes are more than {LARGEST}: take out what is over")
    return current.made(new.kind, new.content)


def _queues(found: InForce) -> Queues:
    """Those in force by the table, not by what this process remembers."""
    kept: Queues = current.made("queues", json.loads(found.found["queues"][1])) if "queues" in found.found else queues.shipped()
    return kept


def _nobody_waits_in(gone: Iterable[str]) -> None:
    """Raises Conflict."""
    for queue in gone:
        count = sum(len(work.waiting(queue, urgency, limit=None)) for urgency in URGENCIES)
        if count:
            raise Conflict(f"{count} still wait in {queue}: take them, or pass them on to another queue, then take it away")


def _with_new_lines(found: InForce, wanted: Queues) -> Mapping[str, str] | None:
    """All lines, if some had to be made."""
    there = {**found.lines, **lines.urls()}
    new = [one for one in wanted.ids if f"{one}.{URGENCIES[0]}" not in there]
    return {**found.lines, **{line: url for one in new for line, url in lines.make(one).items()}} if new else None


def _number(found: InForce, kind: Kind) -> int:
    return found.found[kind][0] if kind in found.found else 0
