"""Where she would like to be reached, whether that was noted, and whether she can be called: wordings of somebody who waits for a person.

A wording is held out by the hash of its text; the other half was used while the lists were written (tests/fixtures/README.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bot.interpretation.contact_request import heard
from chalicelib.bot.interpretation.waiting import asks_call_when, asks_for_call, asks_noted
from tests.unit.halves import score

GERMAN = "+4930123456"
ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for name in ("reach", "called")
    for line in (Path(__file__).parents[1] / "fixtures" / "waiting_wordings" / f"{name}.jsonl").read_text("utf-8").splitlines()
]
HEARD: dict[str, Callable[[str], Any]] = {
    "wish": lambda text: str(heard(text, "", GERMAN, waits=True) or ""),
    "asked": lambda text: str(heard(text, "", GERMAN, asked=True, waits=True) or ""),
    "when": asks_call_when,
    "noted": asks_noted,
    "may_call": asks_for_call,
}
LEAST = {"wish": 0.9, "asked": 0.85, "when": 0.85, "noted": 0.85, "may_call": 0.85}


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
