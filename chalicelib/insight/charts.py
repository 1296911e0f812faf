"""Where the bars of a chart stand, in the units of its SVG. Pure; the template draws them.

Drawn here and not by pygal: that would add 1.2 MB and 160 modules to the package, gives every chart a random id (two
runs would differ), and knows neither dark mode nor CSS variables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.insight.figures import HourVolume

WIDTH, HEIGHT = 1000, 200
_GAP = 0.22  # of a column


@dataclass(frozen=True, slots=True)
class Bar:
    kind: str
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Columns:
    """`ticks`: (value, y) from the bottom up; `labels`: the hour below every third column."""

    bars: list[Bar]
    ticks: list[tuple[int, float]]
    labels: list[str]


def by_hour(hours: Sequence[HourVolume]) -> Columns:
    """One column an hour, channels on top of each other."""
    top = ceiling(max((sum(h.opened.values()) for h in hours), default=0))
    step = WIDTH / max(1, len(hours))
    bars: list[Bar] = []
    for n, hour in enumerate(hours):
        below = 0
        for channel, count in hour.opened.items():
            below += count
            if count:
                y, height = HEIGHT * (1 - below / top), HEIGHT * count / top
                bars.append(Bar(channel, _r(step * (n + _GAP / 2)), _r(y), _r(step * (1 - _GAP)), _r(height), f"{hour.hour} · {count}"))
    ticks = [(value, _r(HEIGHT * (1 - value / top))) for value in (0, top // 2, top)]
    return Columns(bars, ticks, [h.hour if n % 3 == 0 else "" for n, h in enumerate(hours)])


def ceiling(highest: int) -> int:
    """The end of the axis: the next even number of the kind 2, 4, 10, 20, 40, 100 …"""
    power = 1
    while True:
        for leading in (2, 4, 6, 10):
            if highest <= leading * power:
                return leading * power
        power *= 10


def length(value: int | None, longest: int | None) -> float:
    """Of a bar in per cent of the longest; something is never nothing."""
    if not value or not longest:
        return 0
    return max(0.5, _r(100 * value / longest))


def _r(value: float) -> float:
    return round(value, 2)
