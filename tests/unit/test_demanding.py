"""What is demanded of an order in so many words, or is not to be done: wordings of one kind each, and their look-alikes.

A wording is held out by the hash of its text; the other half was used while the lists were written (tests/fixtures/README.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bot.actions import demanding, values
from tests.unit.action_flows import ACTIONS
from tests.unit.halves import score

FILE = Path(__file__).parents[1] / "fixtures" / "action_wordings" / "demands.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


def bare(text: str) -> str:
    return values.without_numbers(ACTIONS.by_id.values(), text)


def demanded(text: str) -> str:
    found = demanding.deed(bare(text), ACTIONS)
    return found.id if found else ""


HEARD: dict[str, Callable[[str], Any]] = {
    "refund": lambda text: demanding.refund(bare(text)),
    "declines": demanding.declines,
    "deed": demanded,
}
LEAST = {"refund": 0.85, "declines": 0.85, "deed": 0.85}


def scored(kind: str, *, held_out: bool) -> tuple[float, list[str]]:
    rows = (row for row in ROWS if row["kind"] == kind)
    return score(rows, lambda row: HEARD[kind](row["text"]) == row["is"], held_out=held_out)


@pytest.mark.parametrize("kind", HEARD)
def test_the_half_that_was_looked_at(kind: str) -> None:
    assert scored(kind, held_out=False)[1] == []


@pytest.mark.parametrize("kind", HEARD)
def test_the_half_that_was_never_looked_at(kind: str) -> None:
    right = scored(kind, held_out=True)[0]
    print(f"\n{kind}: {right:.3f}")
    assert right >= LEAST[kind]
