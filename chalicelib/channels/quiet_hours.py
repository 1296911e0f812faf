"""When customers are left alone by messages that answer nothing they wrote (follow-ups, surveys). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from chalicelib.errors import BadRequest

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """By the clock on the wall, also on days when it is changed; `start` is quiet, `end` no longer. Equal: never quiet."""

    start: time
    end: time

    def hold(self, at: int, zone: str) -> bool:
        """Is it quiet at that moment (Unix ms) in the time zone?"""
        clock = datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def parse(text: str) -> QuietHours:
    """As "21:00-08:00"; empty: never quiet. Raises BadRequest."""
    if not text:
        return QuietHours(time(), time())
    found = _HOURS.fullmatch(text)
    if not found:
        raise BadRequest('quiet hours are written as "21:00-08:00"')
    hours = [int(number) for number in found.groups()]
    return QuietHours(time(hours[0], hours[1]), time(hours[2], hours[3]))
