"""What SES tells of our mails: every vector in both spellings, in any order, twice."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from chalicelib.aws import clients
from chalicelib.channels import receipts, sns
from chalicelib.channels.email import events as email_events
from chalicelib.channels.tags import tagged, untagged
from chalicelib.conversations import baton, keys, table
from chalicelib.conversations.model import Message
from chalicelib.customers import identities
from chalicelib.errors import Forbidden
from chalicelib.observability import now
from tests.unit.conftest import T0, Store, incoming

ALL = json.loads((Path(__file__).parents[1] / "fixtures" / "ses" / "sending-events.json").read_text("utf-8"))["events"]
BY_ID = {vector["id"]: vector["event"] for vector in ALL}
VECTORS = [vector for vector in ALL if "mail" in vector["event"]]
TOPIC = "arn:aws:sns:eu-central-1:000000000000:baton-mail-events"

# What each vector's `expect` means for the message and for the addresses of the mail.
EXPECTED = {
    "address suppressed; the agent sees it; no more mail to it": ("bounced", "bounced"),
    "address suppressed": ("bounced", "bounced"),
    "both suppressed": ("bounced", "bounced"),
    "not suppressed; shown as delayed": ("sent", ""),
    "not suppressed (SES reports out-of-office answers this way)": ("sent", ""),
    "not suppressed at the first; counted": ("bounced", ""),
    "address suppressed for everything but an answer to a new message of that person; no survey ever": ("sent", "complaint"),
    "not suppressed": ("sent", ""),
    "suppressed": ("sent", "complaint"),
    "message marked delivered": ("delivered", ""),
    "message marked failed, the agent is told": ("failed", ""),
    "message marked failed; survey not counted as sent": ("failed", ""),
    "shown as delayed": ("sent", ""),
    "logged and acknowledged": ("sent", ""),
}


def ours(address: str, **changes: Any) -> Message:
    """A mail of ours in the table, sent by an agent's hand or the bot's."""
    question = incoming(thread="e1", channel="email", address=address)
    table.save(baton.opened(question, "c1"))
    m = replace(question, direction="outgoing", id="a+1", state="sent", by="bot", at=T0 + 1, **changes)
    table.record(m)
    return m


def about(event: dict[str, Any], message: Message) -> dict[str, Any]:
    tags = {**event["mail"]["tags"], "thread": [message.thread], "message": [tagged(message.id)]}
    return {**event, "mail": {**event["mail"], "tags": tags}}


def tell(event: dict[str, Any]) -> None:
    told = email_events.read(event)
    if told:
        email_events.follow(told)


def state() -> tuple[str, str]:
    found = table.message("e1", "a+1")
    assert found
    return found.state, found.detail


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_vector_is_followed_as_it_says(store: Store, vector: dict[str, Any]) -> None:
    expected, why = EXPECTED[vector["expect"]]
    event = vector["event"]
    recipients = event["mail"]["destination"]
    tell(about(event, ours(recipients[0])))
    assert state()[0] == expected
    assert [identities.blocked("email", address) for address in recipients] == [why] * len(recipients)
    if "delayed" in vector["expect"] or "told" in vector["expect"]:
        assert state()[1]


@pytest.mark.parametrize("vector", [v for v in VECTORS if EXPECTED[v["expect"]][1]], ids=lambda vector: vector["id"])
def test_an_event_without_our_tags_still_suppresses(store: Store, vector: dict[str, Any]) -> None:
    """Of a mail that was sent before there were tags, or by another system of the same business."""
    tell(vector["event"])
    assert all(identities.blocked("email", address) for address in vector["event"]["mail"]["destination"])


def test_the_two_vectors_that_are_no_mail_of_ours(store: Store) -> None:
    """SES's word that the topic is set up is ignored; "delivered" after a permanent bounce undoes nothing."""
    assert email_events.read(BY_ID["amazon-subscription-setup-notification"]) is None
    m = ours("gone@example.org")
    for name in (*BY_ID["delivery-after-bounce-same-mail"]["order"], "bounce"):
        event = about(BY_ID["delivery-eventType" if name == "delivery" else "bounce-permanent-general-eventType"], m)
        event["mail"]["destination"] = ["gone@example.org"]
        if name == "delivery":
            event["delivery"] = {**event["delivery"], "recipients": ["gone@example.org"]}
        tell(event)
        assert (state()[0], identities.blocked("email", "gone@example.org")) == ("bounced", "bounced")


def test_any_order_and_twice_ends_alike(store: Store) -> None:
    names = ("delivery-eventType", "delivery-delay", "bounce-permanent-general-eventType", "complaint-abuse-eventType")
    ends = set()
    for order in permutations(names):
        for item in store.items():
            clients.client("dynamodb").delete_item(TableName="conversations", Key={"pk": item["pk"], "sk": item["sk"]})
        m = ours("gone@example.org")
        for name in (*order, order[0]):
            event = about(BY_ID[name], m)
            event["mail"] = {**event["mail"], "destination": ["gone@example.org"]}
            for part, listed in (("complaint", "complainedRecipients"), ("deliveryDelay", "delayedRecipients")):
                if part in event:
                    event[part] = {**event[part], listed: [{"emailAddress": "Gone@example.org"}]}
            tell(event)
        ends.add((state()[0], identities.blocked("email", "gone@example.org")))
    # The complaint came an hour after the bounce: the newest word stands.
    assert ends == {("bounced", "complaint")}


def test_that_it_was_late_is_no_news_once_it_arrived(store: Store) -> None:
    """An out-of-office note is told as a soft bounce, before or after the delivery."""
    ends = set()
    for order in permutations(("delivery-eventType", "bounce-transient-general-ooo-eventType")):
        for item in store.items():
            clients.client("dynamodb").delete_item(TableName="conversations", Key={"pk": item["pk"], "sk": item["sk"]})
        m = ours("ooo@example.org")
        for name in order:
            event = about(BY_ID[name], m)
            event["mail"] = {**event["mail"], "destination": ["ooo@example.org"]}
            if "delivery" in event:
                event["delivery"] = {**event["delivery"], "recipients": ["ooo@example.org"]}
            tell(event)
        ends.add(state())
    assert ends == {("delivered", "")}


def test_an_event_about_another_address_blocks_nobody_else(store: Store) -> None:
    """A forwarded copy bounced, or somebody in Cc complained: the customer is not to blame."""
    m = ours("mia@example.org")
    event = about(BY_ID["bounce-permanent-general-eventType"], m)
    event["mail"] = {**event["mail"], "destination": ["mia@example.org"]}
    tell(event)
    assert (state()[0], identities.blocked("email", "mia@example.org"), identities.blocked("email", "gone@example.org")) == ("sent", "", "")
    event["mail"]["destination"] = ["mia@example.org", "gone@example.org"]
    tell(event)
    assert (state()[0], identities.blocked("email", "mia@example.org")) == ("sent", "")
    assert identities.blocked("email", "gone@example.org") == "bounced"


def test_a_bounced_answer_of_the_bot_calls_a_person(store: Store) -> None:
    tell(about(BY_ID["bounce-permanent-general-eventType"], ours("gone@example.org")))
    head = table.head("e1", consistent=True)
    assert head
    assert (head.owner, head.reason) == ("queue", "undelivered")
    assert state() == ("bounced", "General: 550 5.1.1 user unknown")


@pytest.mark.parametrize("part", ["mail", "bounce", "bounce.bouncedRecipients", "mail.destination", "mail.tags", "mail.timestamp"])
@pytest.mark.parametrize("value", [None, 1, "x" * 1_000_000, [], {}, [None], [[]], {"a": 1}], ids=lambda value: repr(value)[:12])
def test_no_shape_of_an_event_breaks_it(store: Store, part: str, value: Any) -> None:
    event: dict[str, Any] = json.loads(json.dumps(BY_ID["bounce-permanent-general-eventType"]))
    place, _, name = part.rpartition(".")
    (event[place] if place else event)[name] = value
    tell(event)


@pytest.mark.parametrize(
    "text", ["Successfully validated SNS topic for Amazon SES event publishing.", "[]", "null", "[" * 100_000, "{}"], ids=lambda t: t[:12]
)
def test_what_is_no_event_is_acknowledged(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """SES itself sends a sentence when the topic is set up."""
    monkeypatch.setenv("MAIL_EVENTS_TOPIC", TOPIC)
    monkeypatch.setattr(sns, "verified", lambda message, topics, at, oldest: {"Message": text})
    assert email_events.receive({}) == "nothing"


def test_only_our_topic_and_only_what_sns_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_EVENTS_TOPIC", TOPIC)
    signed = {"Type": "Notification", "MessageId": "m", "Timestamp": "2026-11-20T10:00:00.000Z", "Message": "{}"}
    signed |= {"Signature": "AAAA", "SignatureVersion": "2", "SigningCertUrl": "https://sns.eu-central-1.amazonaws.com/x.pem"}
    with pytest.raises(Forbidden, match="topic"):
        email_events.receive({**signed, "TopicArn": "arn:aws:sns:eu-central-1:999999999999:evil"})
    with pytest.raises(Forbidden):
        email_events.receive({"Message": "{}"})


def test_tags_bring_every_id_back() -> None:
    for message_id in ("a+ses-1", "r+" + "x" * 64, "a+中文", ""):
        assert untagged(tagged(message_id)) == message_id
    assert untagged("!!!") == untagged("_w") == ""


def test_a_report_by_mail_moves_its_message(store: Store) -> None:
    m = ours("gone@example.org")
    report = replace(incoming(thread="e1", channel="email", address="mailer-daemon@mx.example"), id="dsn-1", at=now())
    told = {"message": m.id, "event": "bounced", "detail": "550 user unknown", "permanent": True}
    assert email_events.handle(keys.message_item(replace(report, meta={"about": told})), None) == "bounced"
    assert state() == ("bounced", "550 user unknown")
    assert identities.blocked("email", "gone@example.org") == "bounced"
    assert receipts.following("bounced", "delivered") == "bounced"
