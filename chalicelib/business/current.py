"""What the business set, as it counts now: read once in half a minute and process, half a read unit for a usual one (up to 4 kB).

A change needs no deployment. What cannot be read changes nothing: the last good one stays, or what ships with the code, and the error is
logged as `settings_unreadable`. Without a table (a command that asks no stage) all is as it ships.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from chalicelib import settings
from chalicelib.business import appearance as appearance_file
from chalicelib.business import facts as fact_file
from chalicelib.business import hours as hour_file
from chalicelib.business import queues as queue_file
from chalicelib.business import store
from chalicelib.business.appearance import Appearance, Looks
from chalicelib.business.facts import Facts
from chalicelib.business.opening_hours import Hours
from chalicelib.business.queues import Queues
from chalicelib.business.store import Content, Kind
from chalicelib.errors import BadRequest
from chalicelib.observability import log

KEEP_SECONDS = 30


_PARSERS: Mapping[Kind, Callable[[Content], Any]] = {
    "queues": queue_file.parse,
    "facts": fact_file.parse,
    "appearance": appearance_file.parse,
}


class _Kept:
    """What this process holds: by kind the version and what was made of it, the lines of own queues, and when they were last looked for
    (monotonic seconds)."""

    known: Mapping[Kind, tuple[int, Any]] = MappingProxyType({})
    lines: Mapping[str, str] = MappingProxyType({})
    looked_at: float | None = None


def queues() -> Queues:
    """Never raises, as the others."""
    _look()
    kept: Queues = _Kept.known["queues"][1] if "queues" in _Kept.known else queue_file.shipped()
    return kept


def hours() -> Hours:
    _look()
    kept: Hours = _Kept.known["hours"][1] if "hours" in _Kept.known else shipped_hours(settings.optional("TIME_ZONE"))
    return kept


def facts() -> Facts:
    """Without a name of its own: what the stage was deployed as."""
    _look()
    kept: Facts = _Kept.known["facts"][1] if "facts" in _Kept.known else shipped_facts()
    return kept if kept.name("en") else replace(kept, names={"en": settings.optional("BUSINESS")})


def name(language: str, default: str = "") -> str:
    """What the business is called."""
    return facts().name(language) or default


def looks() -> Looks:
    """What the chat page and the widget wear."""
    _look()
    kept: Appearance = _Kept.known["appearance"][1] if "appearance" in _Kept.known else appearance_file.parse(shipped("appearance"))
    told = facts()
    return appearance_file.looks(kept, {language: told.name(language) for language in ("en", "zh")})


def lines() -> Mapping[str, str]:
    """URL of each line that was made for a queue of the business's own, by "vip.urgent"."""
    _look()
    return _Kept.lines


def renew() -> None:
    """The next look is a fresh one: something is asked for that may be new."""
    _Kept.looked_at = None


def forget() -> None:
    """As if the process had just begun."""
    _Kept.known, _Kept.lines, _Kept.looked_at = {}, {}, None
    for one in (shipped, shipped_facts, shipped_hours):
        one.cache_clear()


def made(kind: Kind, content: Content) -> Any:
    """What a content means. Raises BadRequest with every mistake."""
    if kind == "hours":
        return hour_file.parse(content, content.get("zone") or settings.optional("TIME_ZONE"))
    return _PARSERS[kind](content)


@cache
def shipped(kind: Kind) -> Content:
    """The content that ships with the code."""
    found: Content = json.loads((Path(__file__).parent / f"{kind}.json").read_text("utf-8"))
    return found


@cache
def shipped_facts() -> Facts:
    return fact_file.parse(shipped("facts"))


@cache
def shipped_hours(zone: str) -> Hours:
    """A wrong zone of the deployment costs nobody an answer."""
    try:
        return hour_file.parse(shipped("hours"), zone)
    except BadRequest as error:
        log.error("hours_unreadable", error=str(error))
        return hour_file.parse(shipped("hours"), "UTC")


def _look() -> None:
    fresh = _Kept.looked_at is not None and time.monotonic() - _Kept.looked_at < KEEP_SECONDS
    if fresh or not settings.optional("TABLE"):
        return
    asked_before, _Kept.looked_at = _Kept.looked_at is not None, time.monotonic()
    try:
        found = store.in_force()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the settings, customers are served by the last good ones
        log.error("settings_unreadable", error=f"{type(error).__name__}: {error}", kept=sorted(_Kept.known))
        if not asked_before:
            _Kept.looked_at = None  # a table that does not answer at the start is asked again with the next message
        return
    _Kept.lines = found.lines
    _Kept.known = {kind: one for kind in store.KINDS if (one := _renewed(kind, found.found.get(kind)))}


def _renewed(kind: Kind, found: tuple[int, str] | None) -> tuple[int, Any] | None:
    """None: as it ships."""
    kept = _Kept.known.get(kind)
    if found is None or (kept and kept[0] == found[0]):
        return kept if found else None
    try:
        return found[0], made(kind, json.loads(found[1]))
    except Exception as error:  # noqa: BLE001
        log.error("settings_unreadable", kind=kind, version=found[0], error=f"{type(error).__name__}: {error}"[:1000])
        return kept
