"""What customers say beside what they are asked for: no number, given before, sent back, corrected, yes and more, out of reach of a code.

The wordings (tests/fixtures/action_wordings/beside.jsonl) are held out by the hash of their text: of one half only the shares were
looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bot.actions import flow, numbers
from chalicelib.bot.actions.state import Flow
from chalicelib.bot.interpretation.particulars import particulars
from tests.unit.action_flows import CANCEL, STATUS, heard
from tests.unit.halves import score

ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "fixtures" / "action_wordings" / "beside.jsonl").read_text("utf-8").splitlines()
]
CODE = Flow("cancel", "code", values={"order": "A-10344"}, to="email#mia@customer.example")
OFFERED = Flow("cancel", "code", values={"order": "A-10344"}, to="email#mia@customer.example", person=True)


def corrected(text: str) -> str:
    assert STATUS.number
    return numbers.read(STATUS.number, text)


def answered(text: str) -> str:
    """To "Would you like one of us to look at it? Reply yes or no"."""
    return heard(OFFERED, text).first


def unreachable(text: str) -> bool:
    move = flow.step(CODE, CANCEL, heard(CODE, text))
    return move.do == "elsewhere"


HEARD: dict[str, Callable[[str], Any]] = {
    "numberless": lambda text: particulars.has_no_number(text, asked=True),
    "given_before": particulars.gave,
    "sent_back": particulars.went_back,
    "orderless": particulars.has_no_order,
    "corrected": corrected,
    "answered": answered,
    "unreachable": unreachable,
}
LEAST = {
    "numberless": 0.93,
    "given_before": 0.93,
    "sent_back": 0.93,
    "corrected": 0.93,
    "answered": 0.85,
    "unreachable": 0.8,
    "orderless": 0.85,
}


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
