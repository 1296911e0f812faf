"""What stands beside an order's number, when the order that was talked about comes, slips in the words, and what a return is not: wordings
of one kind each, and their look-alikes.

A wording is held out by the hash of its text; the other half was used while the lists were written (tests/fixtures/README.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bot.actions import flow, values, wanting
from chalicelib.bot.actions.state import Flow
from chalicelib.bot.interpretation.orthography.spelling import mended
from tests.unit.action_flows import ACTIONS, RETURN, heard
from tests.unit.halves import score

FOLDER = Path(__file__).parents[1] / "fixtures" / "action_wordings"
Row = dict[str, Any]
CHECKED = Flow("return", "confirm", values={"order": "A-10343", "reason": "wrong"}, proven=True)


def act(row: Row) -> bool:
    found = wanting.beside_number(row["text"], ACTIONS)
    return found is not None and found.id == row["is"]


def told(row: Row) -> bool:
    return wanting.tells_more(row["text"], ACTIONS) is (row["is"] == "tells")


def comes(row: Row) -> bool:
    return (wanting.arrival(row["text"], ACTIONS) is not None) is row["is"]


def slipped(row: Row) -> bool:
    """The action that is begun, with the order's number."""
    said = mended(row["text"])
    found = wanting.beside_number(said, ACTIONS) if values.names(RETURN, said) else wanting.beside_loose(said, ACTIONS)
    begun = flow.begin(found, said, "en").flow if found else None
    return (found.id if found else "", begun.values.get("order", "") if begun else "") == (row["action"], row["number"])


def exchanged(row: Row) -> bool:
    return (flow.step(CHECKED, RETURN, heard(CHECKED, row["text"])).say == "exchange") is row["is"]


def rows(name: str, kind: str = "") -> list[Row]:
    read = map(json.loads, (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines())
    return [row for row in read if row.get("kind", "") == kind]


HEARD: dict[str, tuple[list[Row], Callable[[Row], bool], float]] = {
    "act": (rows("numbered", "act"), act, 0.85),
    "state": (rows("numbered", "state"), told, 0.9),
    "arrival": (rows("arrival"), comes, 0.85),
    "slips": (rows("slips"), slipped, 0.8),
    "exchange": (rows("forms"), exchanged, 0.85),
}
LEAST = {kind: least for kind, (_, _, least) in HEARD.items()}


def scored(kind: str, *, held_out: bool) -> tuple[float, list[str]]:
    every, is_right, _ = HEARD[kind]
    return score(every, is_right, held_out=held_out)


@pytest.mark.parametrize("kind", HEARD)
def test_the_half_that_was_looked_at(kind: str) -> None:
    assert scored(kind, held_out=False)[1] == []


@pytest.mark.parametrize("kind", HEARD)
def test_the_half_that_was_never_looked_at(kind: str) -> None:
    right = scored(kind, held_out=True)[0]
    print(f"\n{kind}: {right:.3f}")
    assert right >= LEAST[kind]
