"""What customers see of messages to the demo shop that were typed as very different people type them, by what should come of them."""

from __future__ import annotations

import pytest

from tests.unit.asked_demo import Asked, asked, rows, table
from tests.unit.dialogue_world import World, make_world

__all__ = ["make_world"]

_DONE: dict[str, list[Asked]] = {}


@pytest.fixture(params=["en", "zh"])
def done(request: pytest.FixtureRequest, world: World) -> list[Asked]:
    if request.param not in _DONE:
        _DONE[request.param] = asked(world, request.param, rows(request.param))
    return _DONE[request.param]


def test_most_are_served(done: list[Asked]) -> None:
    for held in (False, True):
        print(held, table(one for one in done if one.is_held_out == held))
    for one in done:
        if not one.is_as_wanted or (one.is_sure and not one.is_right):
            s = one.seen
            print(f"{'H' if one.is_held_out else ' '} {one.want:8} {'+'.join(one.good):24} -> {s.outcome}{'?' if s.doubtful else ''} {s.urgency} {s.owner} {s.articles} {s.offered} | {one.text[:120]}")
