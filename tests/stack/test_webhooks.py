"""Each webhook vector (tests/fixtures) through the running stack's public addresses has the verdict that it states."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.conversations import keys
from chalicelib.conversations.model import Message
from tests.conftest import Stack
from tests.people import eventually
from tests.stack.webhooks import FIXTURES, Books, Entrance, about, at_once, sent_message, settled, vectors
from tests.unit.test_email_events import EXPECTED

QUESTION = "How long does shipping take?"
PARTED = (
    b"--b\r\nContent-Type: text/plain\r\n\r\n"
    + QUESTION.encode()
    + b"\r\n--b\r\nContent-Type: text/csv; name=a.csv\r\n\r\n1,2\r\n--b--\r\n"
)


@pytest.fixture
def entrance(stack: Stack) -> Entrance:
    return Entrance(stack)


@pytest.fixture
def no_failures(entrance: Entrance) -> Iterator[None]:
    """What is refused for good lies with the failed records; other tests count them."""
    yield
    entrance.failed()


# --- Mail ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_failures")
def test_what_ses_receives(stack: Stack, entrance: Entrance) -> None:
    events = {event["id"]: event for event in vectors("ses/inbound.json", "events")}
    support, run = stack.addresses.support_address, secrets.token_hex(4)
    senders: dict[str, str] = {}
    for name, event in events.items():
        kin = "all-pass" if name == "duplicate-of-all-pass" else name
        senders[name] = support if name == "own-address" else f"{kin}-{run}@customer.example"
        told = _received(event["sns_message"], senders[name], support, f"{kin}-{run}", entrance)
        entrance.publish("MailTopic", told)
    refused = {name for name, event in events.items() if event["expect"].startswith("refused")}

    def kept() -> dict[str, Books]:
        items = entrance.items()
        return {name: entrance.books(senders[name], items) for name in events if name not in refused}

    def wrong() -> dict[str, tuple[int, int]]:
        """(stored, answered) of those that are not as stated."""
        found = kept()
        return {
            name: (len(books.incoming), len(books.outgoing))
            for name, books in found.items()
            if len(books.incoming) != 1 or len(books.outgoing) not in _answers(events[name]["expect"])
        }

    settled(wrong, lambda found: not found)
    found = kept()
    assert {name for name, books in found.items() if books.incoming and books.incoming[-1].meta.get("unproven")} == {
        name for name, e in events.items() if any(word in e["expect"] for word in ("unverified", "suspicious", "rejects", "asks to reject"))
    }
    locked = {n for n, b in found.items() if b.incoming and "locked" in [a["fate"] for a in b.incoming[-1].meta.get("attachments", [])]}
    assert locked == {"virus-fail", "virus-processing-failed", "virus-gray"}
    eventually(lambda: entrance.waiting("FailedQueue") == len(refused), 120)
    for name in refused:
        assert not entrance.books(senders[name]).messages


def _received(vector: dict[str, Any], sender: str, support: str, name: str, entrance: Entrance) -> dict[str, Any]:
    """The vector with this stack's addresses and bucket, its mail in place."""
    text = json.dumps(vector).replace("support@shop.example", support).replace("customer@example.com", sender)
    told: dict[str, Any] = json.loads(text)
    raw = f"From: <{sender}>\r\nTo: {support}\r\nSubject: {name}\r\nMessage-ID: <{name}@customer.example>\r\n".encode()
    raw += b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + PARTED
    action = told.get("receipt", {}).get("action", {})
    if action.get("objectKey"):
        bucket = entrance.stack.addresses.outputs["MailBucket"]
        entrance.client("s3").put_object(Bucket=bucket, Key=action["objectKey"], Body=raw)
        action["bucketName"] = bucket
    elif "content" in told:
        told["content"] = b64encode(raw).decode() if action.get("encoding") == "BASE64" else raw.decode()
    return told


def _answers(expect: str) -> tuple[int, ...]:
    """How many automatic mails may follow: whose sender is in doubt may be answered or not."""
    if any(word in expect for word in ("quarantine", "never answered", "no answer")):
        return (0,)
    return (0, 1) if "unverified" in expect or "suspicious" in expect else (1,)


def test_what_ses_tells_of_sent_mails(entrance: Entrance) -> None:
    """All events in both spellings, each of a mail of its own."""
    told = [vector for vector in vectors("ses/sending-events.json", "events") if "mail" in vector["event"]]
    sent = {vector["id"]: sent_message(entrance, "email", f"{n}.{secrets.token_hex(4)}@customer.example") for n, vector in enumerate(told)}
    at_once([lambda v=vector: entrance.publish("MailEventsTopic", about(v["event"], sent[v["id"]])) for vector in told])

    def ended() -> dict[str, tuple[str, str]]:
        items = entrance.items()
        return {name: (entrance.message(m, items).state, entrance.blocked("email", m.address, items)) for name, m in sent.items()}

    wanted = {vector["id"]: EXPECTED[vector["expect"]] for vector in told}
    settled(lambda: {name: both for name, both in ended().items() if both != wanted[name]}, lambda wrong: not wrong)


# --- Text messages ---------------------------------------------------------------------------------------------------


def test_twilios_forms(stack: Stack, entrance: Entrance) -> None:
    """The forms of the valid vectors are taken with this stack's signature, once; the invalid ones get 403 and leave nothing."""
    phone, run = stack.phone().number, secrets.token_hex(3)
    for vector in vectors("twilio/made-vectors.json", "vectors"):
        form = dict(vector["params"])
        if vector.get("raw_body") or vector.get("method") == "GET" or vector["url"].endswith("/status"):
            continue  # no text message: see tests/unit/test_sms.py and test_sms_status.py
        if not vector["valid"]:
            answer = entrance.twilio(form, signature=vector["signature"])
            assert answer.status_code == 403, vector["id"]
            continue
        sid = form["MessageSid"][:2] + run + form["MessageSid"][2:-6]
        own = {**form, "MessageSid": sid, "From": phone, "To": stack.addresses.sms_number}
        assert [entrance.twilio(own).status_code for _ in range(2)] == [200, 200], vector["id"]
    books = entrance.books(phone)
    assert len(books.incoming) == len({m.id for m in books.incoming}) == 12
    assert not entrance.books("+15005550001").messages


def test_each_keyword(stack: Stack, entrance: Entrance) -> None:
    """Forty texts, each from a phone of its own: who said STOP gets one confirmation and nothing more."""
    cases = [(case, stack.phone()) for case in vectors("twilio/keywords.json", "cases")]
    for case, phone in cases:
        assert entrance.twilio(entrance.text(phone.number, case["body"])).status_code == 200

    def ended() -> list[tuple[str, bool, int]]:
        items = entrance.items()
        stopped = [entrance.blocked("sms", phone.number, items) == "stopped" for _, phone in cases]
        return [(c["body"], s, len(entrance.books(p.number, items).outgoing)) for (c, p), s in zip(cases, stopped, strict=True)]

    wanted = ("opt_out", "opt_out_recommended")
    found = settled(
        ended, lambda all_of_them: all(s == (c["expect"] in wanted) for (c, _), (_, s, _) in zip(cases, all_of_them, strict=True))
    )
    for (case, _), (body, _, answers) in zip(cases, found, strict=True):
        if case["expect"] in (*wanted, "help"):
            assert answers == 1, body


@pytest.mark.usefixtures("no_failures")
def test_two_way_messages_of_aws(entrance: Entrance) -> None:
    run = f"+1{secrets.randbelow(900) + 100}555"
    told = vectors("sms/aws-two-way.json", "events")
    for event in told:
        message = {**event["message"]}
        if "inboundMessageId" in message:
            message["inboundMessageId"] = message["inboundMessageId"][:-8] + run[2:5] + message["inboundMessageId"][-5:]
        message["destinationNumber"] = entrance.stack.addresses.sms_number
        if event["id"] == "own-number":
            message["originationNumber"] = message["destinationNumber"]
        entrance.publish("TextTopic", message, subject="")
    ids = {e["message"].get("inboundMessageId", "") for e in told} - {""}

    def kept() -> list[Message]:
        messages = [keys.message(i) for i in entrance.items() if i["type"]["S"] == "incoming" and i["pk"]["S"].startswith("T#s")]
        return [m for m in messages if run[2:5] in m.id[-8:-5] and m.id[:8] in {i[:8] for i in ids}]

    found = settled(kept, lambda messages: len(messages) == len(ids))
    assert {m.meta.get("keyword", "") for m in found} == {"", "stop"}
    assert [m.meta["automatic"] for m in found if not m.address.startswith("+")] == ["no number"] * 2


# --- Whatever else a function may be handed -----------------------------------------------------------------------------


# By what triggers our functions. The others trigger none of them: S3, Cognito, authorizers, alarms, secrets, SQS, SES without SNS;
# golang-dynamodb-event-malformed.2 is no JSON, which Lambda never hands over.
TRIGGERS = {
    "golang-sns-event": "EmailWebhook",
    "golang-ses-sns-event": "EmailWebhook",
    "powertools-snsEvent": "EmailWebhook",
    "golang-dynamodb-event": "BotAnswer",
    "powertools-dynamoStreamEvent": "Deliver",
    "golang-apigw-request": "APIHandler",
    "powertools-apiGatewayProxyEvent": "APIHandler",
    "golang-apigw-websocket-request": "WebsocketConnect",
    "golang-apigw-websocket-request-send-message": "WebsocketMessage",
    "golang-apigw-websocket-request-disconnect": "WebsocketDisconnect",
    "powertools-eventBridgeEvent": "FollowUp",
}


# A topic's plain text, records of another table, another API: these end with an error and go to the dead letters.
NOT_OURS = {
    "golang-sns-event",
    "golang-ses-sns-event",
    "powertools-snsEvent",
    "golang-dynamodb-event",
    "powertools-dynamoStreamEvent",
    "golang-apigw-request",
    "powertools-apiGatewayProxyEvent",
}


@pytest.mark.usefixtures("no_failures")
def test_example_events_of_others_store_nothing(entrance: Entrance) -> None:
    """What AWS's own examples hold is not ours: nothing is stored of it, and no function dies of it but those that must say no."""
    before, refused = len(_messages(entrance)), {}
    for name, trigger in TRIGGERS.items():
        event = json.loads((FIXTURES / "aws-events" / f"{name}.json").read_text("utf-8"))
        if error := entrance.invoke(trigger, event):
            refused[name] = error
    assert set(refused) <= NOT_OURS, refused
    assert len(_messages(entrance)) == before


def _messages(entrance: Entrance) -> list[keys.Item]:
    return [item for item in entrance.items() if item["type"]["S"] in ("incoming", "outgoing", "head")]
