"""A fourth channel is one file: the bot, the hand-over, delivery and the receipts know nothing of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from chalicelib.bot import turn
from chalicelib.channels import CHANNELS, delivery, receipts
from chalicelib.conversations import keys, table
from chalicelib.conversations.model import Message
from tests.unit.conftest import T0, Store, incoming
from tests.unit.lantern import lantern

PIGEON: Any = "pigeon"


@pytest.fixture
def loft(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Message]]:
    """The whole channel: one module with a `send`."""
    sent: list[Message] = []
    module = ModuleType("chalicelib.channels.pigeon")
    module.send = lambda message: sent.append(message) or f"ring-{len(sent)}"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    yield sent
    CHANNELS.pop(PIGEON, None)


def take(message: Message) -> str:
    table.record(message)
    return turn.handle(keys.message_item(message), None)


def deliver_all(store: Store) -> None:
    for record in store.stream():
        item = record["dynamodb"]["NewImage"]
        if item["type"]["S"] == "outgoing" and record["eventName"] == "INSERT":
            delivery.handle(item, None)


def test_questions_answers_hand_overs_and_receipts_come_with_one_module(
    store: Store, loft: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn.brain, "load", lantern)
    monkeypatch.setattr(turn, "now", lambda: T0 + 500)
    question = incoming("How long does shipping take?", thread="p1", channel=PIGEON, address="loft 7")
    assert take(question) == "answered"
    assert (
        take(incoming("I want to talk to a person, please.", thread="p1", channel=PIGEON, address="loft 7", id="m-2", at=T0 + 9))
        == "escalated"
    )
    deliver_all(store)
    assert [(m.channel, m.address) for m in loft] == [(PIGEON, "loft 7")] * 2
    assert receipts.apply("p1", loft[0].id, "delivered", T0 + 99) == "delivered"
    answer = table.message("p1", loft[0].id)
    assert answer
    assert (answer.state, answer.provider_id) == ("delivered", "ring-1")
