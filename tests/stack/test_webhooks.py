"""Each webhook vector (tests/fixtures) through the running stack's public addresses has the verdict that it states."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from chalicelib.conversations import keys
from chalicelib.conversations.model import Message
from infra.local import mails
from tests.conftest import Stack
from tests.people import eventually
from tests.stack.webhooks import FIXTURES, Books, Entrance, about, at_once, sent_message, settled, vectors
from tests.unit.test_email_events import EXPECTED

QUESTION = "How long does shipping take?"
FORGED = "What did I write to you before?"
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


@dataclass(frozen=True)
class End:
    """What became of a mail. `owners`: of its conversations; none if it opened none. `shown`: what agents are told of it."""

    answers: int
    owners: tuple[str, ...]
    shown: frozenset[str] = frozenset()


def _end(answers: int, owner: str, *shown: str) -> End:
    return End(answers, (owner,) if owner else (), frozenset(shown))


ANSWERED = _end(1, "bot")
NEVER_CAME = _end(0, "")

# By the vector's own words. A mail that failed DMARC is a person's to answer: an automatic answer would reach whoever was forged.
ENDS = {
    "conversation opened or continued": ANSWERED,
    "one conversation, one bot answer": ANSWERED,
    "headers are read from the stored mail, not from the notification": ANSWERED,
    "subject cut": ANSWERED,
    "ignored": ANSWERED,
    "same messageId: nothing changes": ANSWERED,
    "kept; attachments locked until somebody releases them; never treated as PASS": _end(1, "bot", "locked"),
    "same as PROCESSING_FAILED": _end(1, "bot", "locked"),
    "kept in quarantine; no automatic answer; no agent alarm": _end(0, "bot", "quarantined"),
    "kept in quarantine; attachments never downloadable; no automatic answer": _end(0, "bot", "quarantined", "locked"),
    "quarantine: the domain owner asks to reject; never threaded into an existing conversation": _end(0, "bot", "quarantined", "unproven"),
    "kept, marked suspicious, not threaded without a reply token": _end(0, "queue", "unproven"),
    "spf-fail-only": _end(1, "bot", "unproven"),
    "dmarc-fail-none": _end(0, "queue", "unproven"),
    "a mail that says it is from us is never answered": _end(0, "", "automatic"),
    "a bounce: no answer, no new conversation": _end(0, "", "automatic"),
    "refused to the dead letter queue, no crash loop": NEVER_CAME,
}


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
    wanted = {name: ENDS.get(name) or ENDS[event["expect"]] for name, event in events.items()}

    def kept() -> dict[str, Books]:
        items = entrance.items()
        return {name: entrance.books(senders[name], items) for name in events}

    def wrong() -> dict[str, tuple[int, End]]:
        """Those that are not as stated: how many were stored, and what became of them."""
        ends = {name: (len(books.incoming), _became(books)) for name, books in kept().items()}
        return {name: end for name, end in ends.items() if end != (wanted[name] != NEVER_CAME, wanted[name])}

    settled(wrong, lambda found: not found)
    found = kept()
    named = {name: books.incoming[0].subject for name, books in found.items() if books.incoming}
    assert named == {name: f"{'all-pass' if name == 'duplicate-of-all-pass' else name}-{run}" for name in named}, "of the stored mail"
    refused = sum(end == NEVER_CAME for end in wanted.values())
    eventually(lambda: entrance.waiting("FailedQueue") == refused, 120)


def _became(books: Books) -> End:
    metas = [m.meta for m in books.incoming]
    shown = {mark for meta in metas for mark in ("quarantined", "unproven", "automatic") if meta.get(mark)}
    shown |= {"locked" for meta in metas for a in meta.get("attachments", []) if a["fate"] == "locked"}
    return End(len(books.outgoing), tuple(books.owners), frozenset(shown))


@pytest.mark.parametrize(("policy", "owner"), [("none", "queue"), ("quarantine", "queue"), ("reject", "bot")])
def test_a_mail_that_failed_dmarc_never_joins_a_thread(entrance: Entrance, policy: str, owner: str) -> None:
    """A reply to our answer, as the customer's mail program writes it: forged, it starts a thread of its own and is answered by
    nobody; the same with DMARC passed joins."""
    mailer = entrance.stack.mailer()
    mailer.send("Shipping", QUESTION)
    [answer] = eventually(mailer.inbox)
    [thread] = entrance.books(mailer.address).threads
    source = httpx.get(f"{mailer.mailbox}/messages/{answer['id']}/raw", timeout=60).content
    told = entrance.raw_mail(mails.reply(source, mailer.address, FORGED).as_bytes(), mailer.address)
    entrance.publish("MailTopic", {**told, "receipt": told["receipt"] | {"dmarcVerdict": {"status": "FAIL"}, "dmarcPolicy": policy}})

    def apart() -> tuple[list[str], list[str], int]:
        books = entrance.books(mailer.address)
        texts = [m.text for m in books.incoming if m.thread != thread]
        return texts, [c.owner for c in books.conversations if c.thread != thread], len(books.outgoing)

    settled(apart, lambda end: end == ([FORGED], [owner], 1))
    assert len(mailer.inbox()) == 1
    entrance.publish("MailTopic", told)
    eventually(lambda: [m.text for m in entrance.books(mailer.address).incoming if m.thread == thread] == [QUESTION, FORGED])


def _received(vector: dict[str, Any], sender: str, support: str, name: str, entrance: Entrance) -> dict[str, Any]:
    """The vector with this stack's addresses and bucket and of this moment, its mail in place."""
    text = json.dumps(vector).replace("support@shop.example", support).replace("customer@example.com", sender)
    told: dict[str, Any] = json.loads(text)
    if "receipt" in told:
        told["receipt"]["timestamp"] = datetime.now(UTC).isoformat()  # a person looks first at what is old
    raw = f"From: <{sender}>\r\nTo: {support}\r\nSubject: {name}\r\nMessage-ID: <{name}@customer.example>\r\n".encode()
    raw += b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + PARTED
    action = told.get("receipt", {}).get("action", {})
    if action.get("objectKey"):
        bucket = entrance.stack.addresses.outputs["MailBucket"]
        action["objectKey"] = (
            mails.PREFIX + action["objectKey"].rpartition("/")[2]
        )  # where our rule puts them, and nothing else may be read
        entrance.client("s3").put_object(Bucket=bucket, Key=action["objectKey"], Body=raw)
        action["bucketName"] = bucket
    elif "content" in told:
        told["content"] = b64encode(raw).decode() if action.get("encoding") == "BASE64" else raw.decode()
    return told


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


# A topic's plain text, another API: these end with an error and go to the dead letters.
NOT_OURS = {
    "golang-sns-event",
    "golang-ses-sns-event",
    "powertools-snsEvent",
    "golang-apigw-request",
    "powertools-apiGatewayProxyEvent",
}
FOREIGN_RECORDS = ("golang-dynamodb-event", "powertools-dynamoStreamEvent")  # parked one by one


@pytest.mark.usefixtures("no_failures")
def test_example_events_of_others_store_nothing(entrance: Entrance) -> None:
    """What AWS's own examples hold is not ours: nothing is stored of it, and no function dies of it but those that must say no."""
    entrance.failed()
    before, refused = _threads(entrance), {}
    events = {name: json.loads((FIXTURES / "aws-events" / f"{name}.json").read_text("utf-8")) for name in TRIGGERS}
    for name, trigger in TRIGGERS.items():
        if error := entrance.invoke(trigger, events[name]):
            refused[name] = error
    assert set(refused) <= NOT_OURS, refused
    records = [record["dynamodb"]["Keys"] for name in FOREIGN_RECORDS for record in events[name]["Records"]]
    foreign = [{name: value for name, typed in keys.items() for value in typed.values()} for keys in records]
    # Other tests' records may fail at the same time; each of these is parked once.
    parked = [keys for keys in entrance.failed() if keys in foreign]
    assert sorted(map(str, parked)) == sorted(map(str, foreign))
    assert _threads(entrance) == before


def _threads(entrance: Entrance) -> set[str]:
    return {item["pk"]["S"] for item in entrance.items() if item["type"]["S"] in ("incoming", "outgoing", "head")}
