"""Days of the business tile the line of time, also where the clock jumps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import BadRequest
from chalicelib.insight import periods
from chalicelib.insight.periods import Period

HOUR = 3_600_000
DAY_IN_MS = 24 * HOUR

# Jumps of 30 minutes (Lord Howe), at midnight (Santiago, Beirut, Havana), from 23:30 over midnight (Toronto 1919), a
# minute after midnight (St. John's), odd offsets (Kathmandu, Chatham), no summer time in Ramadan (Casablanca), a day
# left out (Apia, Kwajalein, Kiritimati).
ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Toronto",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Asia/Tehran",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
]
zones = st.sampled_from(ZONES)
days = st.dates(date(1916, 1, 1), date(2037, 12, 30))


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "zone", "start", "hours"),
    [
        ("2026-11-20", "Europe/Berlin", "2026-11-19T23:00", 24),
        ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00", 23),
        ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00", 25),
        ("2026-03-08", "America/New_York", "2026-03-08T05:00", 23),
        ("2026-11-01", "America/New_York", "2026-11-01T04:00", 25),
        ("2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00", 24.5),
        ("2026-10-04", "Australia/Lord_Howe", "2026-10-03T13:30", 23.5),
        ("2026-06-01", "Asia/Kathmandu", "2026-05-31T18:15", 24),
        ("2011-12-29", "Pacific/Apia", "2011-12-29T10:00", 24),
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00", 0),
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00", 24),
        ("2024-09-08", "America/Santiago", "2024-09-08T04:00", 23),  # begins at 01:00
        ("1919-03-31", "America/Toronto", "1919-03-31T04:30", 23.5),  # begins at 00:30
        ("2024-02-29", "Asia/Shanghai", "2024-02-28T16:00", 24),
        ("2026-12-31", "UTC", "2026-12-31T00:00", 24),
    ],
)
def test_days_begin_and_last_as_the_clock_on_the_wall_says(day: str, zone: str, start: str, hours: float) -> None:
    period = periods.day_period(day, zone)
    assert (period.start, period.end - period.start) == (ms(start), hours * HOUR)


@settings(max_examples=800, deadline=None)
@given(days, zones)
def test_days_tile_the_line(day: date, zone: str) -> None:
    here = periods.day_period(day.isoformat(), zone)
    following = periods.day_period((day + timedelta(days=1)).isoformat(), zone)
    assert here.start <= here.end == following.start


@settings(max_examples=800, deadline=None)
@given(st.integers(ms("1916-01-01"), ms("2037-12-01")), zones)
def test_every_instant_belongs_to_one_day_and_nearly_always_to_its_date(at: int, zone: str) -> None:
    period = periods.containing(at, zone)
    assert at in period
    date_on_the_wall = datetime.fromtimestamp(at // 1000, ZoneInfo(zone)).date()
    # Only where the clock goes back over midnight an hour of the old date stands within the new day.
    assert date_on_the_wall.isoformat() in (period.day, (date.fromisoformat(period.day) - timedelta(days=1)).isoformat())


@settings(max_examples=300, deadline=None)
@given(days, zones)
def test_hours_tile_the_day_and_have_names_of_their_own(day: date, zone: str) -> None:
    period = periods.day_period(day.isoformat(), zone)
    hours = periods.hours(period)
    cuts = [period.start, *(h.end for h in hours)]
    assert [h.start for h in hours] == cuts[:-1]
    assert cuts[-1] == period.end
    assert all(0 < h.end - h.start <= HOUR for h in hours)
    assert len({h.label for h in hours}) == len(hours)


def test_the_hour_that_comes_twice_is_told_apart_and_the_one_left_out_is_missing() -> None:
    autumn = [h.label for h in periods.hours(periods.day_period("2026-10-25", "Europe/Berlin"))]
    spring = [h.label for h in periods.hours(periods.day_period("2026-03-29", "Europe/Berlin"))]
    assert autumn[1:5] == ["01:00", "02:00", "02:00 (+01:00)", "03:00"]
    assert spring[1:4] == ["01:00", "03:00", "04:00"]


def test_half_an_hour_of_summer_time() -> None:
    labels = [h.label for h in periods.hours(periods.day_period("2026-04-05", "Australia/Lord_Howe"))]
    assert labels[:4] == ["00:00", "01:00", "01:30", "02:00"]


@settings(max_examples=200, deadline=None)
@given(days, zones, st.integers(0, 9))
def test_the_keys_of_a_period_are_all_utc_days_that_it_touches(day: date, zone: str, back: int) -> None:
    period = periods.day_period(day.isoformat(), zone)
    found = periods.utc_days(period.start - back * 24 * HOUR, period.end)
    touched = {
        datetime.fromtimestamp(at // 1000, UTC).date().isoformat()
        for at in [*range(period.start - back * 24 * HOUR, period.end, HOUR), period.end - 1]
        if at < period.end and at >= period.start - back * 24 * HOUR
    }
    assert touched <= set(found)
    assert len(found) <= back + 3


@pytest.mark.parametrize(
    "day", ["", "2026-1-1", "2026-02-30", "20260101", "2026-01-01T00", "２０２６-01-01", "../../etc", "9999-12-31", "0000-01-01"]
)
def test_what_is_no_day_is_refused(day: str) -> None:
    with pytest.raises(BadRequest):
        periods.day_period(day, "Europe/Berlin")


def due(reported: set[str], complete: set[str], now: str, zone: str = "Europe/Berlin") -> list[str]:
    return [p.day for p in periods.due(reported, complete, ms(now), zone, 7)]


def test_yesterday_is_due_from_midnight_on_of_the_business() -> None:
    assert due(set(), set(), "2026-11-20T22:59:59") == ["2026-11-19"]
    assert due(set(), set(), "2026-11-20T23:00") == ["2026-11-20"]


def test_skipped_ticks_are_made_up_but_not_what_lies_before_the_first_report() -> None:
    done = {"2026-11-15", "2026-11-18"}
    assert due(done, done, "2026-11-21T03:00") == ["2026-11-16", "2026-11-17", "2026-11-19", "2026-11-20"]


def test_at_most_seven_days_are_made_up() -> None:
    assert due({"2026-01-01"}, {"2026-01-01"}, "2026-11-21T03:00") == [f"2026-11-{d}" for d in range(14, 21)]


def test_a_report_that_was_made_during_its_day_is_made_again() -> None:
    assert due({"2026-11-20"}, set(), "2026-11-21T03:00") == ["2026-11-20"]


def test_nothing_is_due_when_all_is_made() -> None:
    assert due({"2026-11-20"}, {"2026-11-20"}, "2026-11-21T03:00") == []


def test_a_day_that_the_calendar_left_out_is_never_due() -> None:
    assert due({"2011-12-28"}, {"2011-12-28"}, "2011-12-31T11:00", "Pacific/Apia") == ["2011-12-29", "2011-12-31"]


def test_a_period_is_half_open() -> None:
    period = Period("2026-11-20", "UTC", 100, 200)
    assert [at in period for at in (99, 100, 199, 200)] == [False, True, True, False]


def test_an_empty_period_touches_no_day() -> None:
    assert periods.utc_days(DAY_IN_MS, DAY_IN_MS) == []
    assert periods.utc_days(DAY_IN_MS, DAY_IN_MS + 1) == ["1970-01-02"]
