"""Opening hours out of what somebody wrote, as in hours.json: every mistake is told at once, each with what to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from chalicelib.business.opening_hours import DAYS, WHOLE_DAY, Day, Hours, Span, known_zone
from chalicelib.errors import BadRequest

MOST_DAYS = 400
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_DATE = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)")
_LEAP = 2000  # a year with 29 February


def parse(data: Mapping[str, Any], zone: str = "") -> Hours:
    """`zone` goes before the one in it. Raises BadRequest."""
    wrong: list[str] = []
    where = zone or data.get("zone") or "UTC"
    found = known_zone(where)
    if not found:
        wrong.append(f'zone: "{where}" is not known; use a name like Europe/Berlin')
    weekdays, days = _week(data, wrong), _days(data, wrong)
    own = {queue: (_week(hours, wrong, f"{queue}: "), _days(hours, wrong, f"{queue}: ")) for queue, hours in data.get("queues", {}).items()}
    if wrong or not found:
        raise BadRequest("opening hours: " + "; ".join(wrong))
    queues = {queue: Hours(found, week, {**days, **special}) for queue, (week, special) in own.items()}
    return Hours(found, weekdays, days, queues)


def check_change(data: Mapping[str, Any], before: Mapping[str, Any], today: date, queues: Collection[str]) -> None:
    """What is wrong with hours as a change of those before: of a day that is over nobody can be told, unless it stood there already.
    Raises BadRequest."""
    known = {*_dates(before)}
    over = sorted({day for day in _dates(data) if len(day) == len("2026-12-24") and day < today.isoformat() and day not in known})
    wrong = [f"days: {day} is over: leave it out, or mend the year" for day in over]
    wrong += [f'queues: there is no queue "{one}"; known are {", ".join(queues)}' for one in data.get("queues", {}) if one not in queues]
    if wrong:
        raise BadRequest("opening hours: " + "; ".join(wrong))


def _dates(data: Mapping[str, Any]) -> Iterator[str]:
    for part in (data, *data.get("queues", {}).values()):
        yield from (day["date"] for day in part.get("days", ()))
        yield from part.get("holidays", ())


def _week(data: Mapping[str, Any], wrong: list[str], of: str = "") -> tuple[tuple[Span, ...], ...]:
    """`of`: whose week, before each mistake."""
    weekdays = data.get("weekdays", {})
    wrong += [f'{of}weekdays: "{day}" is not a day; use {", ".join(DAYS)}' for day in weekdays if day not in DAYS]
    return tuple(_spans(weekdays.get(day, ()), f"{of}{day}", wrong) for day in DAYS)


def _days(data: Mapping[str, Any], wrong: list[str], of: str = "") -> dict[str, Day]:
    """By date; `holidays` are days without a name on which all is closed."""
    found: dict[str, Day] = {}
    entries = [(str(day), f"{of}holidays", Day()) for day in data.get("holidays", ())]
    entries += [(str(one["date"]), f"{of}days", _day(one, wrong, of)) for one in data.get("days", ())]
    if len(entries) > MOST_DAYS:
        wrong.append(f"{of}days: there are more than {MOST_DAYS}: take out those that are over")
    for day, where, entry in entries:
        if mistake := _mistake(day):
            wrong.append(f'{where}: "{day}" {mistake}')
        elif day in found:
            wrong.append(f"{where}: {day} stands there twice: make one entry of it")
        found[day] = entry
    return found


def _day(entry: Mapping[str, Any], wrong: list[str], of: str) -> Day:
    return Day(_spans(entry.get("open", ()), f"{of}{entry['date']}", wrong), entry.get("en", ""), entry.get("zh", ""))


def _mistake(day: str) -> str:
    """Why this is no date; "" if it is one."""
    found = _DATE.fullmatch(day)
    if not found:
        return "is not like 2026-12-24 or, each year, 12-25"
    try:
        date(int(found[1] or _LEAP), int(found[2]), int(found[3]))
    except ValueError:
        return "is in no calendar"
    return ""


def _spans(texts: Iterable[str], day: str, wrong: list[str]) -> tuple[Span, ...]:
    found = sorted(span for text in texts if (span := _span(text, day, wrong)))
    for (start, end), (following, _) in pairwise(found):
        if following < end:
            wrong.append(f"{day}: {_clock(start)}-{_clock(end)} and {_clock(following)} overlap: make one span of them")
    return tuple(found)


def _span(text: str, day: str, wrong: list[str]) -> Span | None:
    found = _SPAN.fullmatch(str(text))
    if not found:
        wrong.append(f'{day}: "{text}" is not like 09:00-18:00')
        return None
    start = int(found[1]) * 60 + int(found[2])
    end = int(found[3]) * 60 + int(found[4]) if found[3] else WHOLE_DAY
    if end <= start:
        wrong.append(f'{day}: "{text}" ends before it starts; split it at midnight')
        return None
    return start, end


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
