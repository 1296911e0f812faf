"""Opening hours: in the business's own time zone, with holidays, and the next opening for those who come too late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.business.hours import parse
from chalicelib.business.opening_hours import state
from chalicelib.errors import BadRequest

DATA: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "weekdays": {"monday": ["14:00-18:00", "09:00-12:00"], "friday": ["22:00-24:00"], "saturday": ["00:00-02:00"]},
    "holidays": ["12-28", "2026-12-25"],
}


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-11-23T09:00+01:00", True, None),
        ("2026-11-23T08:59+01:00", False, "2026-11-23T09:00+01:00"),
        ("2026-11-23T12:00+01:00", False, "2026-11-23T14:00+01:00"),
        ("2026-11-23T18:00+01:00", False, "2026-11-27T22:00+01:00"),
        ("2026-11-27T23:59:59+01:00", True, None),
        ("2026-11-28T00:30+01:00", True, None),
        ("2026-11-28T03:00+01:00", False, "2026-11-30T09:00+01:00"),
        ("2026-12-25T22:30+01:00", False, "2026-12-26T00:00+01:00"),
        ("2026-12-28T10:00+01:00", False, "2027-01-01T22:00+01:00"),
        ("2026-03-29T20:00+02:00", False, "2026-03-30T09:00+02:00"),
    ],
)
def test_open_or_when_again(moment: str, is_open: bool, opens: str | None) -> None:
    found = state(parse(DATA), at(moment))
    assert found.open is is_open
    assert found.opens == (datetime.fromisoformat(opens) if opens else None)


def test_another_zone_by_the_environment() -> None:
    assert not state(parse(DATA, "America/New_York"), at("2026-11-23T09:00+01:00")).open


def test_a_business_without_hours_is_always_open() -> None:
    assert state(parse({"zone": "UTC"}), at("2026-11-23T03:00+00:00")).open


def test_a_business_that_is_closed_for_long_names_no_day() -> None:
    days = [(date(2000, 1, 1) + timedelta(days=n)).isoformat()[5:] for n in range(366)]
    found = state(parse({**DATA, "holidays": days}), at("2026-11-23T10:00+01:00"))
    assert (found.open, found.opens) == (False, None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weekdays": {"mon": []}}, 'weekdays: "mon" is not a day; use monday'),
        ({"weekdays": {"monday": ["9-18"]}}, 'monday: "9-18" is not like 09:00-18:00'),
        ({"weekdays": {"monday": ["22:00-02:00"]}}, "split it at midnight"),
        ({"holidays": ["Christmas"]}, 'holidays: "Christmas" is not like'),
        ({"zone": "Mars/Olympus"}, 'zone: "Mars/Olympus" is not known'),
        ({"zone": "../etc/passwd"}, "is not known"),
    ],
)
def test_mistakes_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse({**DATA, **change})
    assert message in str(refused.value)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_the_next_opening_lies_ahead_and_is_open(moment: datetime) -> None:
    hours = parse(DATA)
    now = int(moment.replace(tzinfo=UTC).timestamp() * 1000)
    found = state(hours, now)
    if found.opens:
        ahead = int(found.opens.timestamp() * 1000)
        assert ahead > now
        assert state(hours, ahead).open
