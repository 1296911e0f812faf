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
_WEEKDAYS_ZH = "一二三四五六日"

Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans per weekday (Monday first); `holidays` are "yyyy-mm-dd" or, each year, "mm-dd". No spans at all: always open."""

    zone: ZoneInfo
    weekdays: tuple[tuple[Span, ...], ...]
    holidays: frozenset[str]


@dataclass(frozen=True, slots=True)
class HoursStatus:
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


def state(hours: Hours, at: int) -> HoursStatus:
    """Open or closed at `at` (Unix ms)."""
    now = datetime.fromtimestamp(at / 1000, hours.zone)
    if not any(hours.weekdays) or any(start <= now.time() < end for start, end in _spans(hours, now)):
        return HoursStatus(True)
    for ahead in range(_LOOK_AHEAD):
        day = now + timedelta(days=ahead)
        for start, _ in _spans(hours, day):
            if ahead or start > now.time():
                return HoursStatus(False, day.replace(hour=start.hour, minute=start.minute, second=0, microsecond=0))
    return HoursStatus(False)


def spoken(opening: HoursStatus, language: str, zone: str = "") -> str:
    """When it opens again, as people say it: in the customer's time zone if it is known (`zone`), else in the business's, by its name.
    "" if it is open, or opens at no known time."""
    if not opening.opens:
        return ""
    own = _known_zone(zone)
    at = opening.opens.astimezone(own) if own else opening.opens
    clock, where = at.strftime("%H:%M"), _whose(str(at.tzinfo), bool(own), language)
    if language in ("zh", "zh-Hant"):
        week = "週" if language == "zh-Hant" else "周"
        return f"{week}{_WEEKDAYS_ZH[at.weekday()]}（{at.month}月{at.day}日）{clock}（{where}）"
    return f"on {at.strftime('%A')}, {at.day} {at.strftime('%B')}, at {clock} ({where})"


def named_zone(hours: Hours, language: str) -> str:
    """What the zone of the hours is called, to whoever asks for it: with its full name, as a city alone may be anywhere."""
    name = str(hours.zone)
    if "/" not in name or name.startswith("Etc/"):
        return name
    spoken = {"zh": f"{_city(name)} 当地时间（{name}）", "zh-Hant": f"{_city(name)} 當地時間（{name}）"}
    return spoken.get(language, f"{_city(name)} time ({name})")


def clock(hours: Hours, at: int) -> str:
    """What time it is there."""
    return datetime.fromtimestamp(at / 1000, hours.zone).strftime("%H:%M")


def _known_zone(name: str) -> ZoneInfo | None:
    """None for a name that no zone has: it comes from a browser."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _whose(zone: str, own: bool, language: str) -> str:
    """What a time zone is called: nobody is told "UTC"."""
    city = _city(zone)
    ours = {"en": "our time", "zh": "我们当地时间", "zh-Hant": "我們當地時間"}
    hers = {"en": "your time", "zh": "您当地时间", "zh-Hant": "您當地時間"}
    spoken = language if language in ours else "en"
    if own:
        return hers[spoken]
    if "/" not in zone or zone.startswith("Etc/"):
        return ours[spoken]
    return f"{city} time" if spoken == "en" else f"{city} {'当地时间' if spoken == 'zh' else '當地時間'}"


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


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
