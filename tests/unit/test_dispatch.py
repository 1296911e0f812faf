"""Mails and texts are handed on: nobody waits for a provider, and a thread's messages leave in order all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

import app
from chalicelib.aws import clients, streams
from chalicelib.channels import CHANNELS, breaker, delivery, dispatch
from chalicelib.conversations import keys, table
from chalicelib.conversations.model import Message
from chalicelib.errors import Postponed, Unavailable, Undeliverable
from tests.unit.conftest import T0, HandedOn, Store, incoming
from tests.unit.test_delivery import Provider

Orders = Callable[[], list[dict[str, Any]]]
HAND_ON = dispatch.hand_on  # conftest puts another in its place


@pytest.fixture(autouse=True)
def really(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "hand_on", HAND_ON)


@pytest.fixture
def orders(handed_on: HandedOn) -> Orders:
    """What the function that sends is called with."""
    return lambda: [order for name, order in handed_on if name == "send"]


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch) -> Provider:
    provider = Provider()
    monkeypatch.setitem(CHANNELS, "sms", provider)
    return provider


def outgoing(name: str, thread: str = "s1") -> Message:
    message = incoming(
        "Hello", id=name, thread=thread, channel="sms", direction="outgoing", state="pending", by="bot", address="+12025550143"
    )
    table.record(message)
    return message


def state(message: Message) -> str:
    stored = table.message(message.thread, message.id)
    assert stored
    return stored.state


def test_what_is_handed_on_is_sent_by_the_other_function(store: Store, orders: Orders, sms: Provider) -> None:
    message = outgoing("a+1")
    assert delivery.handle(keys.message_item(message), None) == "handed_on"
    assert (sms.sent, state(message)) == ([], "pending")
    app.send(orders()[0], None)
    app.send(orders()[0], None)  # Lambda may call twice
    assert (sms.sent, state(message)) == (["a+1"], "sent")


def test_a_thread_s_second_message_waits_for_the_first(
    store: Store, orders: Orders, sms: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = outgoing("a+1"), outgoing("a+2")
    for message in (first, second, outgoing("a+9", "s2")):
        delivery.handle(keys.message_item(message), None)
    assert [order["behind"] for order in orders()] == ["", "a+1", ""]
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            app.send(orders()[0], None)

    monkeypatch.setattr(dispatch.time, "sleep", pause)
    app.send(orders()[1], None)
    assert sms.sent == ["a+1", "a+2"]
    monkeypatch.setattr(dispatch, "PATIENCE", 0.0)
    third = outgoing("a+3")
    with pytest.raises(Unavailable):
        dispatch.wait({"keys": {"pk": keys.thread_pk("s1"), "sk": "M#a+4"}, "behind": third.id})


def test_what_the_provider_does_not_take_waits_for_the_clock(store: Store, orders: Orders, sms: Provider) -> None:
    message = outgoing("a+1")
    delivery.handle(keys.message_item(message), None)
    sms.fault = Unavailable("Twilio answered 503")
    app.send(orders()[0], None)
    assert state(message) == "pending"
    [postponed] = [json.loads(m["Body"]) for m in streams._postponed()]
    assert postponed["function"] == "send"
    sms.fault = None
    image = keys.message_item(message)
    record = {"eventSource": streams.REPLAY, "dynamodb": {"Keys": keys.message_key("s1", "a+1"), "NewImage": image, "SequenceNumber": "1"}}
    assert app.send({"Records": [record]}, None) == {"batchItemFailures": []}
    assert sms.sent == ["a+1"]


def test_what_lambda_gave_up_calling_is_sent_by_the_clock(
    store: Store, orders: Orders, sms: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html: the record of a call that failed for good."""
    message = outgoing("a+1")
    delivery.handle(keys.message_item(message), None)
    gave_up = {"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": orders()[0], "responsePayload": None}
    clients.client("sqs").send_message(QueueUrl=store.postponed, MessageBody=json.dumps(gave_up))

    class Functions:
        def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 (AWS's names)
            assert FunctionName == "send-arn"
            return {"Payload": BytesIO(json.dumps(app.send(json.loads(Payload), None)).encode())}

    real = clients.client
    monkeypatch.setattr(clients, "client", lambda name, *more, **how: Functions() if name == "lambda" else real(name, *more, **how))
    assert streams.replay_postponed({"send": "send-arn"}) == {"replayed": 1, "still_postponed": 0}
    assert sms.sent == ["a+1"]


def test_a_provider_that_fails_again_and_again_is_left_alone_for_a_while() -> None:
    for n in range(breaker.OPENS_AFTER):
        breaker.admit("sms", T0 + n)
        breaker.failed("sms", T0 + n)
    with pytest.raises(Postponed):
        breaker.admit("sms", T0 + 1_000)
    breaker.admit("email", T0 + 1_000)
    later = T0 + breaker.OPEN_MS + 10
    breaker.admit("sms", later)
    with pytest.raises(Postponed):
        breaker.admit("sms", later + 1)  # one tries, the others wait for what becomes of it
    breaker.worked("sms")
    breaker.admit("sms", later + 2)


def test_while_it_is_left_alone_no_message_is_lost(store: Store, sms: Provider) -> None:
    sms.fault = Unavailable("no answer")
    messages = [outgoing(f"a+{n}", f"s{n}") for n in range(6)]
    for message in messages:
        with pytest.raises(Postponed):
            delivery.send(keys.message_item(message), None)
    assert {state(message) for message in messages} == {"pending"}


def test_a_refusal_is_an_answer(store: Store, sms: Provider) -> None:
    sms.fault = Undeliverable("no such number")
    for n in range(6):
        assert delivery.send(keys.message_item(outgoing(f"a+{n}", f"s{n}")), None) == "failed"
