"""AWS End User Messaging: every two-way vector, delivery events, and sending by its API's own client."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from chalicelib.aws import clients
from chalicelib.channels import sns
from chalicelib.channels.sms import adapter
from chalicelib.channels.sms import aws as sms_aws
from chalicelib.channels.tags import tagged
from chalicelib.conversations import baton, files, keys, table
from chalicelib.conversations.model import Message
from chalicelib.customers import identities
from chalicelib.errors import BadRequest, Forbidden, Unavailable, Undeliverable
from infra.local.signing import Signer
from tests import resets, threads
from tests.parameters import know
from tests.unit.conftest import T0, Store

EVENTS = {e["id"]: e for e in json.loads((Path(__file__).parents[1] / "fixtures/sms/aws-two-way.json").read_text("utf-8"))["events"]}
TOPIC = "arn:aws:sns:us-east-1:123456789012:texts"
OURS, THEIRS = "+12125550101", "+14255550182"
OUT = Message("s1", "a+1", "outgoing", "sms", T0, "On its way.", THEIRS, by="bot", state="pending")


@pytest.fixture
def signer(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Signer:
    made = Signer.settled(tmp_path, "http://127.0.0.1:1")
    know(monkeypatch, settings__public_url="https://hooks.example", settings__sns_certificates="http://127.0.0.1:1/sns/")
    monkeypatch.setattr(sns, "fetch", lambda _url: made.certificate())
    monkeypatch.setenv("TEXT_TOPIC", TOPIC)
    monkeypatch.setenv("SMS_NUMBER", OURS)
    resets.forget_certificates()
    return made


def notification(signer: Signer, told: Any, **changes: Any) -> dict[str, Any]:
    from datetime import UTC, datetime

    fields = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": None,
        "Message": told if isinstance(told, str) else json.dumps(told),
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }
    return signer.signed(fields | changes)


def of_thread(theirs: str = THEIRS) -> list[Message]:
    return list(threads.whole(adapter.thread(OURS, theirs)).messages)


class TestReceiving:
    @pytest.mark.parametrize("event", [e for e in EVENTS.values() if e["id"] != "missing-id"], ids=lambda e: e["id"])
    def test_every_message_is_kept_as_it_should_be(self, event: dict[str, Any], signer: Signer) -> None:
        told, expected = event["message"], event["expect"]
        assert sms_aws.receive(notification(signer, told)) == "stored"
        kept = of_thread(told["originationNumber"])
        first = next(m for m in kept if m.direction == "incoming")
        assert (first.id, first.text, first.channel) == (told["inboundMessageId"], told["messageBody"].strip(), "sms")
        answered_never = "never answered" in expected or "no bot answer" in expected
        assert bool(first.meta.get("automatic")) is answered_never
        if expected == "opt_out":
            assert identities.blocked("sms", THEIRS) == "stopped"
            assert [m.id for m in kept if m.meta.get("confirmation")] == [f"k+{first.id}"]

    def test_the_same_id_again_changes_nothing(self, signer: Signer) -> None:
        first, again = EVENTS["plain"]["message"], EVENTS["duplicate"]["message"]
        assert [sms_aws.receive(notification(signer, told)) for told in (first, again, again)] == ["stored", "known", "known"]
        assert len(of_thread()) == 1

    @pytest.mark.parametrize("told", [EVENTS["missing-id"]["message"], "no json", "[]", {"inboundMessageId": 7}, {}], ids=str)
    def test_what_is_no_message_goes_to_the_dead_letters(self, told: Any, signer: Signer, store: Store) -> None:
        with pytest.raises(BadRequest):
            sms_aws.receive(notification(signer, told))
        assert store.items() == []

    def test_only_what_sns_signed_for_our_topic_counts(self, signer: Signer, store: Store) -> None:
        good = notification(signer, EVENTS["plain"]["message"])
        for bad in (good | {"Message": good["Message"].replace("order", "odder")}, notification(signer, "{}", TopicArn=TOPIC + "x"), {}):
            with pytest.raises(Forbidden):
                sms_aws.receive(bad)
        assert store.items() == []


def event(kind: str, at: int, **changes: Any) -> dict[str, Any]:
    context = {"thread": OUT.thread, "message": tagged(OUT.id)}
    made = {"eventType": kind, "eventTimestamp": at, "destinationPhoneNumber": THEIRS, "messageId": "aws-1", "context": context}
    return made | {"isFinal": False, "originationPhoneNumber": OURS} | changes


class TestEvents:
    def state(self) -> tuple[str, str]:
        found = table.message(OUT.thread, OUT.id)
        assert found
        return found.state, found.detail

    @pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
    def test_in_any_order_and_twice_it_ends_delivered(self, order: tuple[int, ...], signer: Signer) -> None:
        table.record(replace(OUT, state="sending"))
        kinds = ["TEXT_QUEUED", "TEXT_SENT", "TEXT_DELIVERED"]
        for number in (*order, *order):
            sms_aws.receive(notification(signer, event(kinds[number], T0 + number)))
        assert self.state()[0] == "delivered"

    @pytest.mark.parametrize("kind", ["TEXT_SPAM", "MEDIA_CARRIER_BLOCKED", "TEXT_UNREACHABLE", "TEXT_TTL_EXPIRED"])
    def test_a_failure_says_why_and_calls_a_person(self, kind: str, signer: Signer) -> None:
        table.save(baton.opened(replace(OUT, direction="incoming"), "c1"))
        table.record(replace(OUT, state="sent"))
        sms_aws.receive(notification(signer, event(kind, T0)))
        assert self.state()[0] == "failed"
        assert self.state()[1] == sms_aws._EVENTS[kind.partition("_")[2]][1]
        head = table.head(OUT.thread, consistent=True)
        assert head
        assert head.owner == "queue"
        assert identities.blocked("sms", THEIRS) == ""

    def test_a_number_that_does_not_exist_gets_nothing_more(self, signer: Signer) -> None:
        table.record(replace(OUT, state="sent"))
        sms_aws.receive(notification(signer, event("TEXT_INVALID", T0)))
        assert self.state()[0] == "bounced"
        assert identities.blocked("sms", THEIRS) == "bounced"

    def test_only_the_last_part_tells_that_a_text_arrived_and_any_that_it_failed(self, signer: Signer) -> None:
        table.record(replace(OUT, state="sending"))
        part = {"context": {"thread": OUT.thread, "message": tagged(OUT.id), "part": "1"}}
        assert sms_aws.receive(notification(signer, event("TEXT_DELIVERED", T0, **part))) == "nothing_new"
        assert self.state()[0] == "sending"
        sms_aws.receive(notification(signer, event("TEXT_SPAM", T0, **part)))
        assert self.state()[0] == "failed"

    @pytest.mark.parametrize(
        "changes",
        [
            {"context": None},
            {"context": {}},
            {"context": {"thread": 1}},
            {"eventTimestamp": "now"},
            {"context": {"thread": "s1", "message": "!"}},
        ],
        ids=str,
    )
    def test_an_event_of_somebody_elses_message_is_no_news(self, changes: dict[str, Any], signer: Signer) -> None:
        table.record(replace(OUT, state="sent"))
        assert sms_aws.receive(notification(signer, event("TEXT_DELIVERED", T0, **changes))) in ("nothing_new", "unknown")
        assert self.state()[0] == "sent"


class Api:
    """AWS's service at its wire: the requests, and an answer for each."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[tuple[int, dict[str, Any]]] = []

    def __call__(self, request: Any, **_: Any) -> Any:
        import io

        from botocore.awsrequest import AWSResponse, HeadersDict
        from urllib3 import HTTPResponse

        self.requests.append((request.headers["X-Amz-Target"].decode().rpartition(".")[2], json.loads(request.body)))
        status, body = self.answers.pop(0) if self.answers else (200, {"MessageId": "aws-1"})
        raw = HTTPResponse(io.BytesIO(json.dumps(body).encode()), preload_content=False)
        return AWSResponse("", status, HeadersDict({"x-amzn-errortype": body.get("__type", "")}), raw)


@pytest.fixture
def api(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> Api:
    answering = Api()
    monkeypatch.setenv("SMS_PROVIDER", "aws")
    monkeypatch.setenv("SMS_EVENTS", "baton-texts")
    monkeypatch.setenv("FILES_BUCKET", "files")
    client = clients.client("pinpoint-sms-voice-v2", "", attempts=1)
    client.meta.events.register_first("before-send.*", answering, "test")
    yield answering  # type: ignore[misc]
    client.meta.events.unregister("before-send.*", answering, "test")


class TestSending:
    def test_one_message_with_the_way_home(self, api: Api) -> None:
        assert adapter.send(replace(OUT, by="ann")) == "aws-1"
        ((operation, request),) = api.requests
        assert operation == "SendTextMessage"
        assert request == {
            "DestinationPhoneNumber": THEIRS,
            "OriginationIdentity": OURS,
            "MessageBody": "On its way.",
            "MessageType": "TRANSACTIONAL",
            "ConfigurationSetName": "baton-texts",
            "Context": {"thread": "s1", "message": tagged("a+1")},
        }

    def test_a_picture_goes_as_mms_and_as_a_link_if_that_is_refused(self, api: Api) -> None:
        picture = files.attachment("a.png", "image/png", 9, sha256="a" * 64)
        message = replace(OUT, meta={"attachments": [picture]})
        adapter.send(message)
        api.answers = [(400, {"__type": "ValidationException", "Reason": "INVALID_REQUEST"})]
        adapter.send(message)
        first, second, third = api.requests
        assert first[0] == second[0] == "SendMediaMessage"
        assert first[1]["MediaUrls"] == [f"s3://files/files/s1/{'a' * 64}"]
        assert third[0] == "SendTextMessage"
        assert "https://hooks.example/files/" in third[1]["MessageBody"]

    @pytest.mark.parametrize(
        ("code", "reason", "meaning"),
        [
            ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", adapter.Stopped),
            ("ConflictException", "DESTINATION_COUNTRY_BLOCKED", Undeliverable),
            ("ValidationException", "INVALID_PHONE_NUMBER", Undeliverable),
            ("ThrottlingException", "", Unavailable),
            ("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", Unavailable),
            ("InternalServerException", "", Unavailable),
        ],
    )
    def test_each_refusal_says_whether_to_try_again(self, api: Api, code: str, reason: str, meaning: type[Exception]) -> None:
        api.answers = [(400, {"__type": code, "Reason": reason})]
        with pytest.raises(meaning):
            adapter.send(OUT)
        assert len(api.requests) == 1
        assert identities.blocked("sms", THEIRS) == ("stopped" if meaning is adapter.Stopped else "")


def test_items_with_pictures_are_listed_for_fetching() -> None:
    assert "todo" not in keys.message_item(OUT)


def test_only_a_deployment_that_sends_by_aws_has_a_configuration_set(resources: dict[str, Any]) -> None:
    made = resources["TextConfiguration"]
    assert made["Condition"] == "SendsTextsByAws"
    (destination,) = made["Properties"]["EventDestinations"]
    assert destination["SnsDestination"] == {"TopicArn": {"Ref": "TextTopic"}}
    told = resources["Send"]["Properties"]["Environment"]["Variables"]["SMS_EVENTS"]
    assert told == {"Fn::If": ["SendsTextsByAws", {"Ref": "TextConfiguration"}, ""]}
