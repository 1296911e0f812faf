"""Batches with poison in them: what failed is named, everything else had its effect, once.

The vectors are of SQS, which triggers none of our functions; our batches come from the table's stream. There poison is put aside
with the failed records instead of being given back, as it would hold up its thread; a passing fault gives the batch back from that
record on, and what was done before is not done again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.aws import streams
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys, table
from chalicelib.errors import Unavailable
from tests.unit.conftest import T0, Store, incoming, record
from tests.unit.test_streams import parked

FIXTURES = Path(__file__).parents[1] / "fixtures"
BATCHES = json.loads((FIXTURES / "sqs-batches.json").read_text("utf-8"))["batches"]
VALID = "__REPLACE_WITH_A_VALID_BODY__"


def batch(vector: dict[str, Any]) -> list[dict[str, Any]]:
    """The vector's records as the stream would bring them: poison is an item without what a message needs."""
    made = []
    for n, sqs in enumerate(vector["records"]):
        name = "one-business-id" if vector["id"] == "same-body-twice" else f"m-{n:07d}"
        item = keys.message_item(incoming("How long does shipping take?", id=name, at=T0 + n))
        if sqs["body"] != VALID:
            del item["text"], item["at"]
        made.append(record(item))
    return made


@pytest.mark.parametrize("vector", BATCHES, ids=lambda vector: vector["id"])
def test_each_batch(store: Store, vector: dict[str, Any]) -> None:
    effects: list[str] = []

    def once(item: Item, _old: Item | None) -> str:
        message = keys.message(item)
        if not table.record(message):
            return "already_done"
        effects.append(message.id)
        return "done"

    records = batch(vector)
    rounds = 2 if vector["id"] == "redelivered" else 1
    answers = [streams.process({"Records": records}, "bot_answer", {"incoming": once}) for _ in range(rounds)]
    assert answers == [{"batchItemFailures": []}] * rounds
    assert len(parked(store)) == len(vector["expect_failed"])
    good = {
        r["dynamodb"]["NewImage"]["sk"]["S"].removeprefix("M#")
        for r, s in zip(records, vector["records"], strict=True)
        if s["body"] == VALID
    }
    assert sorted(effects) == sorted(good)


@pytest.mark.parametrize("place", range(11))
def test_a_record_of_another_table_at_any_place_holds_nobody_up(store: Store, place: int) -> None:
    [ten] = [vector for vector in BATCHES if vector["id"] == "ten"]
    foreign = json.loads((FIXTURES / "aws-events" / "powertools-dynamoStreamEvent.json").read_text("utf-8"))["Records"]
    records, effects = batch(ten), list[str]()
    records[place:place] = foreign
    answer = streams.process({"Records": records}, "deliver", {"incoming": lambda item, _old: effects.append(item["sk"]["S"]) or "done"})
    assert answer == {"batchItemFailures": []}
    assert effects == [f"M#m-{n:07d}" for n in range(10)]
    assert [p["keys"] for p in parked(store)] == [{"Id": "101"}] * len(foreign)


@pytest.mark.parametrize("broken", range(10))
def test_a_passing_fault_at_any_place_loses_and_doubles_nothing(store: Store, broken: int) -> None:
    [ten] = [vector for vector in BATCHES if vector["id"] == "ten"]
    records, effects, troubles = batch(ten), list[str](), [Unavailable("throttled")]

    def once(item: Item, _old: Item | None) -> str:
        message = keys.message(item)
        if message.id == f"m-{broken:07d}" and troubles:
            raise troubles.pop()
        if table.record(message):
            effects.append(message.id)
        return "done"

    first = streams.process({"Records": records}, "deliver", {"incoming": once})
    [failed] = first["batchItemFailures"]
    again = [r for r in records if r["dynamodb"]["SequenceNumber"] >= failed["itemIdentifier"]]
    assert streams.process({"Records": again}, "deliver", {"incoming": once}) == {"batchItemFailures": []}
    assert effects == [f"m-{n:07d}" for n in range(10)]
