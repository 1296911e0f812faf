"""What customers see of messages to the demo shop that were typed as very different people type them, by what should come of them.

All of them were looked at while the bot was made: the figures say that nothing got worse, not how it does with others.
"""

from __future__ import annotations

import pytest

from tests.unit.asked_demo import Asked, asked, rows, table
from tests.unit.dialogue_world import World, make_world

__all__ = ["make_world"]

# What should come of it -> as wanted, at least, of how many; "sure": of those answered as sure. A little below what was measured.
LEAST = {
    "en": {"answer": 50, "both": 6, "urgent": 6, "courtesy": 6, "person": 6, "decline": 8},
    "zh": {"answer": 47, "both": 6, "urgent": 6, "courtesy": 7, "person": 6, "decline": 10},
}
SURE = 0.8
_DONE: dict[str, list[Asked]] = {}


@pytest.fixture(params=["en", "zh"])
def done(request: pytest.FixtureRequest, world: World) -> tuple[str, list[Asked]]:
    language = request.param
    if language not in _DONE:
        _DONE[language] = asked(world, language, rows(language))
    return language, _DONE[language]


def test_so_many_get_what_they_want(done: tuple[str, list[Asked]]) -> None:
    language, every = done
    found = table(every)
    print(language, found)
    right, sure = found.pop("sure")
    assert sum(of for _, of in found.values()) == 100
    assert {name: right for name, (right, _) in found.items() if right < LEAST[language][name]} == {}
    assert right >= SURE * sure, [(one.text, one.seen.articles) for one in every if one.is_sure and not one.is_right]
    assert sure >= 6
