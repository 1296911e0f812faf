"""When people answer: opening hours in the business's time zone, with special days. Pure.

A day's spans are turned into moments. Where the clock is put back, a time counts the first time that it is shown; where it is put forward,
a time that is never shown is the moment of the jump. So what opens has begun, and what is said to open is open then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WHOLE_DAY = 24 * 60
_LOOK_AHEAD = 30  # days
_WEEKDAYS_ZH = "一二三四五六日"

Span = tuple[int, int]  # minutes of the day; the end 1440: midnight


@dataclass(frozen=True, slots=True)
class Day:
    """A special day: its spans (none: closed), and what it is called."""

    spans: tuple[Span, ...] = ()
    en: str = ""
    zh: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans per weekday (Monday first); none on any: open day and night. `days`: special ones by "yyyy-mm-dd" or, each year, "mm-dd", of
    which the first goes before. `queues`: the hours of those that have their own."""

    zone: ZoneInfo
    weekdays: tuple[tuple[Span, ...], ...]
    days: Mapping[str, Day] = field(default_factory=dict)
    queues: Mapping[str, Hours] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HoursStatus:
    """Open now? If not: when it opens again, in local time (None: not within a month), and the special day that today is."""

    open: bool
    opens: datetime | None = None
    day: Day | None = None


def of(hours: Hours, queue: str) -> Hours:
    """Those of a queue: its own, or the business's."""
    return hours.queues.get(queue, hours)


def state(hours: Hours, at: int) -> HoursStatus:
    """Open or closed at `at` (Unix ms)."""
    now = datetime.fromtimestamp(at / 1000, UTC)
    today = now.astimezone(hours.zone).date()
    for start, end in _moments(hours, today):
        if start <= now < end:
            return HoursStatus(True)
        if start > now:
            return HoursStatus(False, start.astimezone(hours.zone), special(hours, today))
    return HoursStatus(False, None, special(hours, today))


def special(hours: Hours, day: date) -> Day | None:
    """The special day that a date is."""
    return hours.days.get(day.isoformat()) or hours.days.get(day.isoformat()[5:])


def spoken(opening: HoursStatus, language: str, zone: str = "") -> str:
    """When it opens again, as people say it: in the customer's time zone if it is known (`zone`), else in the business's, by its name; and
    what day it is today, if that is why nobody is there. "" if it is open, or opens at no known time."""
    if not opening.opens:
        return ""
    own = known_zone(zone)
    at = opening.opens.astimezone(own) if own else opening.opens
    clock, where = at.strftime("%H:%M"), _whose(str(at.tzinfo), bool(own), language) + _why(opening.day, language)
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


def known_zone(name: str) -> ZoneInfo | None:
    """None for a name that no zone has."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _moments(hours: Hours, today: date) -> Iterator[tuple[datetime, datetime]]:
    """When it opens and closes, from today on for a month."""
    for ahead in range(_LOOK_AHEAD):
        day = today + timedelta(days=ahead)
        for start, end in _spans(hours, day):
            opens, closes = _moment(hours.zone, day, start), _moment(hours.zone, day, end)
            if opens < closes:  # not within the hour that is left out in spring
                yield opens, closes


def _spans(hours: Hours, day: date) -> tuple[Span, ...]:
    if found := special(hours, day):
        return found.spans
    return hours.weekdays[day.weekday()] if any(hours.weekdays) else ((0, WHOLE_DAY),)


def _moment(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """When the clocks there first show this time, or jump over it; in UTC."""
    days, rest = divmod(minute, WHOLE_DAY)
    shown = datetime.combine(day + timedelta(days=days), time(*divmod(rest, 60)), zone)
    found = shown.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
        return found
    before, after = shown.replace(fold=1).astimezone(UTC), found
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == old else (before, middle)
    return after.replace(second=0, microsecond=0)


def _why(day: Day | None, language: str) -> str:
    """The special day that today is, behind the time zone's name."""
    if not day or not (day.en or day.zh):
        return ""
    if language in ("zh", "zh-Hant"):
        return f"；今天是{day.zh or day.en}"
    return f"; today is {day.en or day.zh}"


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
