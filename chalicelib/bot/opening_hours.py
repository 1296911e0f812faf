"""When people answer: opening hours in the business's time zone, with holidays. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.errors import BadRequest

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_HOLIDAY = re.compile(r"(\d{4}-)?\d\d-\d\d")
_LOOK_AHEAD = 30  # days

Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans per weekday (Monday first); `holidays` are "yyyy-mm-dd" or, each year, "mm-dd". No spans at all: always open."""

    zone: ZoneInfo
    weekdays: tuple[tuple[Span, ...], ...]
    holidays: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opening:
    """Open now? If not: when it opens again, in local time (None: not within a month)."""

    open: bool
    opens: datetime | None = None


def parse(data: Mapping[str, Any], zone: str = "") -> Hours:
    """Hours from settings data; `zone` overrides the zone in it. Raises BadRequest that names the field."""
    weekdays = data.get("weekdays", {})
    for day in weekdays:
        if day not in DAYS:
            raise BadRequest(f'opening hours: weekdays: "{day}" is not a day; use {", ".join(DAYS)}')
    for day in data.get("holidays", ()):
        if not _HOLIDAY.fullmatch(str(day)):
            raise BadRequest(f'opening hours: holidays: "{day}" is not like 2026-12-24 or, each year, 12-25')
    spans = tuple(tuple(sorted(_span(text, day) for text in weekdays.get(day, ()))) for day in DAYS)
    return Hours(_zone(zone or str(data.get("zone", "UTC"))), spans, frozenset(data.get("holidays", ())))


def state(hours: Hours, at: int) -> Opening:
    """Open or closed at `at` (Unix ms)."""
    now = datetime.fromtimestamp(at / 1000, hours.zone)
    if not any(hours.weekdays) or any(start <= now.time() < end for start, end in _spans(hours, now)):
        return Opening(True)
    for ahead in range(_LOOK_AHEAD):
        day = now + timedelta(days=ahead)
        for start, _ in _spans(hours, day):
            if ahead or start > now.time():
                return Opening(False, day.replace(hour=start.hour, minute=start.minute, second=0, microsecond=0))
    return Opening(False)


def _spans(hours: Hours, day: datetime) -> tuple[Span, ...]:
    closed = {day.strftime("%Y-%m-%d"), day.strftime("%m-%d")} & hours.holidays
    return () if closed else hours.weekdays[day.weekday()]


def _span(text: str, day: str) -> Span:
    found = _SPAN.fullmatch(str(text))
    if not found:
        raise BadRequest(f'opening hours: {day}: "{text}" is not like 09:00-18:00')
    start = time(int(found[1]), int(found[2]))
    end = time(int(found[3]), int(found[4])) if found[3] else time.max
    if end <= start:
        raise BadRequest(f'opening hours: {day}: "{text}" ends before it starts; split it at midnight')
    return start, end


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRequest(f'opening hours: zone: "{name}" is not known; use a name like Europe/Berlin') from error
