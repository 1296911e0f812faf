"""What a bot exchange costs in the table, counted by the local AWS as DynamoDB bills it (ConsumedCapacity)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.aws import clients, push
from chalicelib.aws.fast_clients import FastClient
from chalicelib.bot.messages import turn
from chalicelib.channels import CHANNELS, delivery
from chalicelib.channels.webchat import adapter
from chalicelib.conversations import keys, registry, sockets, table
from chalicelib.conversations.model import Message
from chalicelib.observability import now
from tests.unit.conftest import incoming

QUESTIONS = ("How long does shipping take?", "How can I return something?", "Which payment methods do you accept?")
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}


@dataclass
class Units:
    """Write and read units, and the calls that took them."""

    written: float = 0
    read: float = 0
    calls: Counter[str] = field(default_factory=Counter)


@contextmanager
def counted() -> Iterator[Units]:
    """Everything goes through the client behind the front, which tells what it consumed."""
    units, front, answered = Units(), clients.client("dynamodb"), FastClient._answered
    events = front._behind.meta.events

    def ask(params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def add(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        total = sum(c["CapacityUnits"] for c in (consumed if isinstance(consumed, list) else [consumed]))
        units.calls[model.name] += 1
        if model.name in WRITES:
            units.written += total
        else:
            units.read += total

    events.register("provide-client-params.dynamodb.*", ask, unique_id="ask")
    events.register("after-call.dynamodb.*", add, unique_id="add")
    FastClient._answered = lambda *_: None  # type: ignore[method-assign]
    try:
        yield units
    finally:
        FastClient._answered = answered  # type: ignore[method-assign]
        events.unregister("provide-client-params.dynamodb.*", unique_id="ask")
        events.unregister("after-call.dynamodb.*", unique_id="add")


def exchange(message: Message) -> Message:
    """A customer's message and the bot's answer, as the functions take their turns."""
    assert table.record(message)
    return answer_to(message)


def answer_to(message: Message) -> Message:
    assert turn.handle(keys.message_item(message), None) == "answered"
    answer = replace(message, id=f"a+{message.id}", direction="outgoing", state="pending", by="bot")
    handler = delivery.handle if registry.of(message.channel).live else delivery.send
    assert handler(keys.message_item(answer), None) == "sent"
    return answer


@pytest.mark.usefixtures("quiet_table")
@pytest.mark.parametrize(("channel", "written"), [("email", 6), ("sms", 6)])
def test_mail_and_sms_take_six_write_units_and_one_and_a_half_read(channel: str, written: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHANNELS, channel, type("Provider", (), {"send": staticmethod(lambda _: "provider-id")}))
    customer = incoming(QUESTIONS[0], thread="t" * 26, channel=channel, address="customer@example.com", at=now())
    exchange(customer)
    with counted() as units:  # the message and its place in the order of time, the head, the answer, that it leaves and that it has left
        exchange(replace(customer, text=QUESTIONS[1], id="m-0000002", at=now()))
    # Half a unit for the head, one to ask at the last moment whether this address may still be written to.
    assert (units.written, units.read) == (written, 1.5), units


@pytest.mark.usefixtures("quiet_table")
def test_web_chat_takes_five_write_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "post", lambda connection, frame: True)
    session = adapter.session("", now())
    sockets.open_visitor(session["visitor"], "tab-1", now())

    def chat(message_id: str, question: str) -> None:
        frame = {"action": "message", "token": session["token"], "id": message_id, "text": question}
        assert adapter.receive(json.dumps(frame), "tab-1", now()) == "message"
        stored = table.message(session["visitor"], message_id)
        assert stored
        answer_to(stored)

    chat("client-0001", QUESTIONS[0])
    with counted() as units:
        chat("client-0002", QUESTIONS[1])
    # The test itself reads the stored message back: one unit, consistently.
    assert (units.written, units.read - 1) == (5, 1.5), units


@pytest.mark.usefixtures("quiet_table")
def test_a_bot_resolved_conversation_of_three_questions_stays_within_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """First contact (identity, customer, the indexes' entries) included: 23 units cost $0.0000144 by list price."""
    monkeypatch.setitem(CHANNELS, "sms", type("Provider", (), {"send": staticmethod(lambda _: "provider-id")}))
    with counted() as units:
        for n, question in enumerate(QUESTIONS):
            exchange(incoming(question, thread="u" * 26, channel="sms", address="+12025550143", id=f"m-000000{n}", at=now()))
    assert units.written <= 23, units
    assert units.read <= 5.5, units  # half a unit once: did somebody with this address say STOP before she was forgotten?
