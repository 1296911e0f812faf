"""Half-days, closed days and clocks that jump: what is said to open is open then, wherever the business is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.business import hours as hour_file
from chalicelib.business import opening_hours
from chalicelib.business.hours import check_change, parse
from chalicelib.business.opening_hours import DAYS, spoken, state
from chalicelib.errors import BadRequest

WEEK = {day: ["09:00-18:00"] for day in DAYS[:5]}
DATA: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "weekdays": WEEK,
    "days": [
        {"date": "2026-12-24", "open": ["09:00-13:00"], "en": "Christmas Eve", "zh": "平安夜"},
        {"date": "12-25", "en": "Christmas Day", "zh": "圣诞节"},
        {"date": "2027-12-25", "open": ["10:00-12:00"], "en": "Christmas Day"},
        {"date": "2026-12-27", "open": ["11:00-15:00"]},
    ],
    "queues": {
        "technical": {
            "weekdays": {day: ["08:00-20:00"] for day in DAYS},
            "days": [{"date": "2026-12-24", "en": "Stocktaking", "zh": "盘点"}],
        },
    },
}
# Clocks that jump by an hour, by half of one, at midnight, and around Ramadan; and one that left out a whole day.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Beirut",
    "America/Havana",
    "Pacific/Apia",
    "UTC",
)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens", "day"),
    [
        ("2026-12-24T12:59+01:00", True, None, ""),
        ("2026-12-24T13:00+01:00", False, "2026-12-27T11:00+01:00", "Christmas Eve"),
        ("2026-12-24T08:00+01:00", False, "2026-12-24T09:00+01:00", "Christmas Eve"),
        ("2026-12-25T10:00+01:00", False, "2026-12-27T11:00+01:00", "Christmas Day"),
        ("2026-12-27T12:00+01:00", True, None, ""),
        ("2027-12-25T11:00+01:00", True, None, ""),
        ("2028-12-25T11:00+01:00", False, "2028-12-26T09:00+01:00", "Christmas Day"),
    ],
)
def test_a_half_day_a_closed_day_and_one_that_is_open_out_of_turn(moment: str, is_open: bool, opens: str | None, day: str) -> None:
    found = state(parse(DATA), at(moment))
    assert (found.open, found.day.en if found.day else "") == (is_open, day)
    assert found.opens == (datetime.fromisoformat(opens) if opens else None)


def test_a_queue_has_its_own_week_and_its_own_special_days_before_the_others() -> None:
    mine = opening_hours.of(parse(DATA), "technical")
    assert state(mine, at("2026-12-23T19:00+01:00")).open
    assert not state(mine, at("2026-12-24T10:00+01:00")).open
    assert not state(mine, at("2026-12-25T10:00+01:00")).open, "closed for all"
    assert opening_hours.of(parse(DATA), "billing") == parse(DATA)


def test_it_is_said_why_nobody_is_there() -> None:
    found = state(parse(DATA), at("2026-12-25T10:00+01:00"))
    assert spoken(found, "en") == "on Sunday, 27 December, at 11:00 (Berlin time; today is Christmas Day)"
    assert spoken(found, "zh") == "周日（12月27日）11:00（Berlin 当地时间；今天是圣诞节）"
    assert spoken(found, "zh-Hant", "America/New_York") == "週日（12月27日）05:00（您當地時間；今天是圣诞节）"
    usual = state(parse(DATA), at("2026-12-22T20:00+01:00"))
    assert spoken(usual, "en") == "on Wednesday, 23 December, at 09:00 (Berlin time)"


def test_open_day_and_night_but_for_a_special_day() -> None:
    hours = parse({"days": [{"date": "01-01"}]})
    assert state(hours, at("2026-12-31T23:59+00:00")).open
    assert state(hours, at("2027-01-01T12:00+00:00")).opens == datetime(2027, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"days": [{"date": "2027-02-29"}]}, '"2027-02-29" is in no calendar'),
        ({"days": [{"date": "24.12."}]}, "is not like 2026-12-24 or, each year, 12-25"),
        ({"days": [{"date": "12-25"}, {"date": "12-25", "open": ["09:00-12:00"]}]}, "12-25 stands there twice"),
        ({"days": [{"date": "12-25"}], "holidays": ["12-25"]}, "12-25 stands there twice"),
        ({"days": [{"date": "12-25", "open": ["22:00-02:00"]}]}, '12-25: "22:00-02:00" ends before it starts; split it at midnight'),
        ({"weekdays": {"monday": ["09:00-13:00", "12:00-18:00"]}}, "monday: 09:00-13:00 and 12:00 overlap"),
        ({"weekdays": {"monday": ["09:00-24:30"]}}, "is not like 09:00-18:00"),
        ({"queues": {"billing": {"weekdays": {"monday": ["9-5"]}}}}, 'billing: monday: "9-5" is not like'),
        (
            {"zone": "Mars/Olympus", "weekdays": {"mon": []}},
            'zone: "Mars/Olympus" is not known; use a name like Europe/Berlin; weekdays: "mon"',
        ),
    ],
)
def test_mistakes_are_told_all_at_once(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse({**DATA, **change})
    assert message in str(refused.value)


def test_the_twenty_ninth_of_february_is_a_day_in_leap_years() -> None:
    hours = parse({"weekdays": WEEK, "days": [{"date": "02-29"}, {"date": "2032-02-29", "open": ["10:00-11:00"]}]})
    assert not state(hours, at("2028-02-29T10:30+00:00")).open
    assert state(hours, at("2027-03-01T10:30+00:00")).open
    assert state(hours, at("2032-02-29T10:30+00:00")).open


def test_a_day_that_is_over_is_refused_unless_it_stood_there() -> None:
    new = {"days": [{"date": "2026-12-01"}, {"date": "12-01"}], "queues": {"vip": {}}}
    with pytest.raises(BadRequest) as refused:
        check_change(new, {}, date(2026, 12, 2), ("general",))
    assert "2026-12-01 is over: leave it out, or mend the year" in str(refused.value)
    assert 'there is no queue "vip"; known are general' in str(refused.value)
    check_change(new, new, date(2026, 12, 2), ("general", "vip"))
    check_change(new, {}, date(2026, 12, 1), ("general", "vip"))


def test_so_many_days_only() -> None:
    with pytest.raises(BadRequest, match="there are more than 400"):
        parse({"days": [{"date": (date(2030, 1, 1) + timedelta(days=n)).isoformat()} for n in range(hour_file.MOST_DAYS + 1)]})


# In the hour that is left out: it opens with the jump. In the one that comes twice: the first time.
@pytest.mark.parametrize(
    ("moment", "span", "is_open", "opens"),
    [
        ("2026-03-29T00:59:59+00:00", "02:30-05:00", False, "2026-03-29T03:00+02:00"),
        ("2026-03-29T01:00:00+00:00", "02:30-05:00", True, None),
        ("2026-03-29T00:30:00+00:00", "02:10-02:50", False, "2026-03-30T02:10+02:00"),
        ("2026-10-25T00:29:59+00:00", "02:30-05:00", False, "2026-10-25T02:30+02:00"),
        ("2026-10-25T01:10:00+00:00", "02:30-05:00", True, None),
        ("2026-10-25T00:45:00+00:00", "01:00-02:30", False, "2026-10-26T01:00+01:00"),
    ],
)
def test_clocks_that_jump(moment: str, span: str, is_open: bool, opens: str | None) -> None:
    found = state(parse({"zone": "Europe/Berlin", "weekdays": {day: [span] for day in DAYS}}), at(moment))
    assert (found.open, found.opens and int(found.opens.timestamp() * 1000)) == (is_open, at(opens) if opens else None)


def a_clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def spans(draw: st.DrawFn) -> list[str]:
    edges = sorted(draw(st.lists(st.integers(0, 96), max_size=4, unique=True)))
    return [f"{a_clock(15 * a)}-{a_clock(15 * b)}" for a, b in zip(edges[::2], edges[1::2], strict=False)]


# The days around which clocks jump somewhere, and any other.
MOMENTS = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from(
        [datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2026, 3, 8), datetime(2026, 4, 4), datetime(2011, 12, 30)]
    ).flatmap(lambda day: st.integers(-2_880, 2_880).map(lambda minutes: day + timedelta(minutes=minutes))),
)


@settings(max_examples=300)
@given(
    zone=st.sampled_from(ZONES),
    week=st.lists(spans(), min_size=7, max_size=7),
    special=st.dictionaries(st.sampled_from(["03-29", "10-25", "2026-03-08", "02-29", "2011-12-30"]), spans(), max_size=3),
    moment=MOMENTS,
)
@example(zone="Europe/Berlin", week=[[]] * 6 + [["02:15-02:45"]], special={}, moment=datetime(2026, 3, 28, 12))
@example(zone="Pacific/Apia", week=[["09:00-17:00"]] * 7, special={}, moment=datetime(2011, 12, 30, 12))
def test_the_next_opening_lies_ahead_is_open_and_nothing_opens_before_it(
    zone: str, week: list[list[str]], special: dict[str, list[str]], moment: datetime
) -> None:
    days = [{"date": one, "open": open_} for one, open_ in special.items()]
    hours = parse({"zone": zone, "weekdays": dict(zip(DAYS, week, strict=True)), "days": days})
    now = int(moment.replace(tzinfo=UTC).timestamp() * 1000)
    found = state(hours, now)
    assert not (found.open and found.opens)
    if found.opens:
        ahead = int(found.opens.timestamp() * 1000)
        assert ahead > now
        assert state(hours, ahead).open
        assert not state(hours, ahead - 1).open
        middle = (now + ahead) // 2
        assert state(hours, middle).opens == found.opens
        assert found.opens.tzinfo == ZoneInfo(zone)


@given(MOMENTS, st.sampled_from(ZONES))
def test_closed_all_year_comes_to_an_end(moment: datetime, zone: str) -> None:
    days = [{"date": (date(2000, 1, 1) + timedelta(days=n)).isoformat()[5:]} for n in range(366)]
    found = state(parse({"zone": zone, "weekdays": WEEK, "days": days}), int(moment.replace(tzinfo=UTC).timestamp() * 1000))
    assert (found.open, found.opens) == (False, None)
