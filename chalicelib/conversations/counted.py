"""How many wait in a line, as it was counted. Pure. Times are Unix ms."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

MARKS = 64
FRESH = 2_000  # ms for which a figure stands at least; 1 ms more for each who waits: counting 1,000 costs 50 read units


@dataclass(frozen=True, slots=True)
class Line:
    """Who waits: `waiting`, or about so many if not `exact`; `since`: when the first of them began, 0 if nobody does."""

    waiting: int
    since: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """A long line as it was counted last. `marks`: when every `step`-th of them began to wait; `until`: when the last did; `due`: from
    when on it is to be counted anew."""

    waiting: int
    step: int
    marks: tuple[int, ...]
    until: int
    due: int

    def before(self, moment: int = 0) -> Line:
        """About how many began to wait before a moment; 0: all."""
        since = self.marks[0] if self.marks else 0
        if not moment or moment > self.until:
            return Line(self.waiting, since, exact=False)
        passed = bisect_left(self.marks, moment)
        return Line(min(self.waiting, max(0, passed * self.step - self.step // 2)), since if passed else 0, exact=False)


def figure(since: Sequence[int], at: int) -> Figure:
    """Of all who wait at a time: when each of them began, in order."""
    step = max(1, -(-len(since) // MARKS))
    return Figure(len(since), step, tuple(since[::step]), since[-1] if since else 0, at + max(FRESH, len(since)))
