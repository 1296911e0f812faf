"""Days and hours as the business lives them: in its own time zone, on the days of 23 and 25 hours too.

Pure. Instants are Unix milliseconds. A period is half open, [start, end), and periods tile the line: each instant
belongs to exactly one day and to exactly one hour of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from chalicelib.errors import BadRequest

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A day of the business."""

    day: str  # yyyy-mm-dd
    zone: str
    start: int
    end: int

    def __contains__(self, at: int) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour by the clock on the wall; shorter where the clock jumps, and named by its offset where it repeats."""

    label: str
    start: int
    end: int


def day_period(day: str, zone: str) -> Period:
    """From the first instant of that date to the first of the next. Empty if the calendar left the day out (Apia
    2011-12-30). Raises BadRequest for anything but yyyy-mm-dd."""
    known = _date(day)
    try:
        return Period(day, zone, _start(known, zone), _start(known + _DAY, zone))
    except OverflowError:
        raise BadRequest("day is out of range") from None


def containing(at: int, zone: str) -> Period:
    """The day that an instant belongs to."""
    local = datetime.fromtimestamp(at // 1000, ZoneInfo(zone)).date()
    near = (day_period((local + n * _DAY).isoformat(), zone) for n in (0, 1, -1))
    return next(p for p in near if at in p)


def before(period: Period, days: int) -> list[Period]:
    """The days before this one, the oldest first; days that the calendar left out are not among them."""
    day = date.fromisoformat(period.day)
    found = (day_period((day - n * _DAY).isoformat(), period.zone) for n in range(days, 0, -1))
    return [p for p in found if p.end > p.start]


def due(reported: Collection[str], complete: Collection[str], now: int, zone: str, back: int) -> list[Period]:
    """The ended days that need a report, the oldest first: yesterday, and of the last `back` days those which a skipped
    tick left out. Nothing is made up from before the first report: there was no service yet."""
    ended = before(containing(now, zone), back)
    first = min(reported, default=ended[-1].day)
    return [p for p in ended if p.day not in complete and (p.day >= first or p is ended[-1])]


def hours(period: Period) -> list[Hour]:
    """The day cut where the clock on the wall begins an hour or jumps."""
    cuts = [period.start]
    while cuts[-1] < period.end:
        cuts.append(min(_next_cut(cuts[-1], period.zone), period.end))
    found: list[Hour] = []
    for start, end in pairwise(cuts):
        local = datetime.fromtimestamp(start // 1000, ZoneInfo(period.zone))
        label = f"{local:%H:%M}"
        repeated = any(h.label == label for h in found)
        found.append(Hour(f"{label} ({_offset(local)})" if repeated else label, start, end))
    return found


def utc_days(start: int, end: int) -> list[str]:
    """The UTC dates that [start, end) touches: the keys by which the table finds conversations."""
    if end <= start:
        return []
    first, last = (datetime.fromtimestamp(ms // 1000, UTC).date() for ms in (start, end - 1))
    return [(first + n * _DAY).isoformat() for n in range((last - first).days + 1)]


def local(at: int, zone: str) -> str:
    """ISO 8601 to the second with the offset of that moment."""
    return datetime.fromtimestamp(at // 1000, ZoneInfo(zone)).isoformat(timespec="seconds")


def _date(day: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        raise BadRequest("day must be yyyy-mm-dd")
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise BadRequest("there is no such day") from None


@cache
def _start(day: date, zone: str) -> int:
    """The first midnight of a date or, where the clock jumps over midnight, the moment of the jump."""
    midnight = datetime.combine(day, time.min, ZoneInfo(zone))
    at, other = int(midnight.timestamp()), int(midnight.replace(fold=1).timestamp())
    # In a gap the two readings stand in the wrong order (PEP 495), and the jump lies between them.
    return 1000 * (_jump(other, at, zone) if other < at else at)


def _next_cut(at: int, zone: str) -> int:
    second = at // 1000
    here = datetime.fromtimestamp(second, ZoneInfo(zone))
    full = second + 3600 - here.minute * 60 - here.second
    there = datetime.fromtimestamp(full, ZoneInfo(zone))
    return 1000 * (full if there.utcoffset() == here.utcoffset() else _jump(second, full, zone))


def _jump(low: int, high: int, zone: str) -> int:
    """The first second after `low` with the offset of `high`; the clock jumps once between them."""
    info = ZoneInfo(zone)
    after = datetime.fromtimestamp(high, info).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, info).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high


def _offset(local: datetime) -> str:
    return f"{local:%z}"[:3] + ":" + f"{local:%z}"[3:5]
