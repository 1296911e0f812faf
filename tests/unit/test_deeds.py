"""What is said of a deed that was done, of a part of an order, and around an address: wordings of one kind each, and their look-alikes.

A wording is held out by the hash of its text; the other half was used while the lists were written (tests/fixtures/README.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.bot.actions import hearing, memory, values
from chalicelib.bot.actions.state import Flow
from tests.unit.action_flows import ACTIONS, ADDRESS, RETURN
from tests.unit.halves import is_held_out

FOLDER = Path(__file__).parents[1] / "fixtures" / "action_wordings"
DONE = Flow("cancel", "done", values={"order": "A-10344"}, deed="Order A-10344 is cancelled.", did="cancel")
TO_THE_ADDRESS: dict[str, Callable[[str], str]] = {
    "asked": lambda text: values.read(ADDRESS.slot("address"), text, asked=True),
    "corrects": lambda text: values.corrected(ADDRESS, text).get("address", ""),
    "first": lambda text: values.told(ADDRESS, text).get("address", ""),
}
LEAST = {"did": 0.9, "money": 0.9, "misread": 0.8, "partly": 0.9, "": 0.95, "asked": 0.9, "corrects": 0.8, "first": 0.85}


def wordings(name: str, kind: str, *, held_out: bool) -> Iterator[dict[str, str]]:
    rows = map(json.loads, (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines())
    return (row for row in rows if row["is"] == kind and is_held_out(row["text"]) is held_out)


def meant(row: dict[str, str]) -> str:
    if row["after"] == "return":
        return "partly" if hearing.part(RETURN, row["text"]) else ""
    return memory.asked(replace(DONE, action=row["after"], did=row["after"]), row["text"], ACTIONS).removeprefix("did_")


def wrong(kind: str, *, held_out: bool) -> tuple[list[str], int]:
    if heard := TO_THE_ADDRESS.get(kind):
        rows = list(wordings("addresses", kind, held_out=held_out))
        return [row["text"] for row in rows if heard(row["text"]) != row["address"]], len(rows)
    rows = list(wordings("deeds", kind, held_out=held_out))
    return [row["text"] for row in rows if meant(row) != kind], len(rows)


@pytest.mark.parametrize("kind", LEAST)
def test_the_half_that_was_looked_at(kind: str) -> None:
    assert wrong(kind, held_out=False)[0] == []


@pytest.mark.parametrize("kind", LEAST)
def test_the_half_that_was_never_looked_at(kind: str) -> None:
    missed, size = wrong(kind, held_out=True)
    assert 1 - len(missed) / size >= LEAST[kind]


@pytest.mark.parametrize(
    "address",
    [
        *("12 Green Lane, 10001 New York City", "To Kwa Wan Road 12, Kowloon", "c/o I. Meier, Lindenstr. 14, 10969 Berlin"),
        *("Post Street 5, 94108 San Francisco", "Changi Road 3, 419700 Singapore", "台北市中正區忠孝西路1段5號", "上海市宝山区就业路12号"),
    ],
)
def test_an_address_alone_stays_as_it_is(address: str) -> None:
    assert values.read(ADDRESS.slot("address"), address, asked=True) == address


def test_a_deed_is_not_told_of_another_order_nor_without_one() -> None:
    assert memory.asked(DONE, "did that work for A-10350?", ACTIONS) == ""
    assert memory.asked(DONE, "did that work for A-10344?", ACTIONS) == "did"
    assert memory.asked(replace(DONE, deed="", did=""), "did that work?", ACTIONS) == ""
    assert memory.asked(replace(DONE, step="confirm"), "did that work?", ACTIONS) == ""
