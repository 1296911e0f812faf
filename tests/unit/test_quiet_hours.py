"""When nothing unasked is sent: by the clock on the wall, also on the days when it is changed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.channels import quiet_hours
from chalicelib.errors import BadRequest
from infra.template.parameters import parameters

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
NIGHT = quiet_hours.parse("21:00-08:00")


def at(text: str, zone: str, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-06-01T20:59:59", False),
        ("2026-06-01T21:00:00", True),
        ("2026-06-02T00:00:00", True),
        ("2026-06-02T07:59:59", True),
        ("2026-06-02T08:00:00", False),
        # Clocks go forward at 2:00, back at 3:00: the night is shorter, or longer, but ends at eight all the same.
        ("2026-03-29T07:59:00", True),
        ("2026-03-29T08:00:00", False),
        ("2026-10-25T02:30:00", True),
        ("2026-10-25T07:59:00", True),
        ("2026-10-25T08:00:00", False),
    ],
)
def test_the_night_is_quiet(moment: str, quiet: bool) -> None:
    assert NIGHT.hold(at(moment, BERLIN), BERLIN) is quiet


def test_an_hour_that_comes_twice_is_quiet_or_not_both_times() -> None:
    short = quiet_hours.parse("02:00-03:00")
    twice = [at("2026-11-01T01:30:00", NEW_YORK, fold) for fold in (0, 1)]
    assert twice[1] - twice[0] == 3_600_000
    assert [quiet_hours.parse("01:00-02:00").hold(moment, NEW_YORK) for moment in twice] == [True, True]
    # On the day when two o'clock does not exist, an hour of quiet is left out whole.
    day = at("2026-03-08T00:00:00", NEW_YORK)
    assert not any(short.hold(day + minutes * 60_000, NEW_YORK) for minutes in range(24 * 60 - 60))


def test_the_length_of_the_night_follows_the_clocks() -> None:
    for start, minutes in (("2026-03-28T21:00:00", 600), ("2026-10-24T21:00:00", 720), ("2026-06-01T21:00:00", 660)):
        evening = at(start, BERLIN)
        assert sum(NIGHT.hold(evening + minute * 60_000, BERLIN) for minute in range(15 * 60)) == minutes


def test_each_time_zone_has_its_own_night() -> None:
    moment = at("2026-06-01T22:00:00", BERLIN)
    assert NIGHT.hold(moment, BERLIN)
    assert not NIGHT.hold(moment, NEW_YORK)


def test_hours_within_a_day_and_none_at_all() -> None:
    siesta = quiet_hours.parse("13:00-15:00")
    assert [siesta.hold(at(f"2026-06-01T{hour}:30:00", BERLIN), BERLIN) for hour in (12, 13, 14, 15)] == [False, True, True, False]
    assert not quiet_hours.parse("").hold(at("2026-06-01T03:00:00", BERLIN), BERLIN)


@pytest.mark.parametrize("text", ["21-8", "24:00-08:00", "21:00–08:00", "21:00-08:60", "always"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        quiet_hours.parse(text)


def test_the_deployments_default_is_understood() -> None:
    assert quiet_hours.parse(parameters("dev")["QuietHours"]["Default"]) == NIGHT
