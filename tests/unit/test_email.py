"""Mails in and out: what is stored of SES's notifications, whose thread a mail joins, what leaves and how failures are named."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions as boto
from moto import mock_aws

from chalicelib import aws, settings
from chalicelib.channels import email, email_parse, email_render, email_thread
from chalicelib.conversations import model
from chalicelib.conversations.model import Message
from chalicelib.errors import BadRequest, BatonError, Unavailable, Uncertain, Undeliverable

FIXTURES = Path(__file__).parents[1] / "fixtures"
SUPPORT = "support@shop.example"
BUSINESS = "The Shop"
CUSTOMER = "customer@example.com"
EVENTS = {event["id"]: event for event in json.loads((FIXTURES / "ses" / "inbound.json").read_text("utf-8"))["events"]}
HOSTILE = json.loads((FIXTURES / "hostile" / "header-injection.json").read_text("utf-8"))["strings"]


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = settings.Parameters(root=b"a test's root", public_url="", socket_url="", socket_endpoint="")
    monkeypatch.setattr(settings, "parameters", lambda: parameters)
    for name, value in {"SUPPORT_ADDRESS": SUPPORT, "BUSINESS": BUSINESS, "MAIL_BUCKET": "mails"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket() -> Iterator[Any]:
    with mock_aws():
        s3 = aws.client("s3")
        s3.create_bucket(Bucket="mails", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield s3


def raw(*headers: str, body: str = "Where is my order?", sender: str = CUSTOMER) -> bytes:
    start = [f"From: Eve <{sender}>", f"To: {SUPPORT}", *headers]
    if not any(header.startswith("Message-ID") for header in headers):
        start.append("Message-ID: <first@example.com>")
    return "\r\n".join([*start, "", body]).encode()


def notification(ses_id: str = "ses-1", **verdicts: str) -> dict[str, Any]:
    receipt: dict[str, Any] = {"timestamp": "2026-11-20T10:00:00.000Z", "action": {"type": "S3", "objectKey": f"raw/{ses_id}"}}
    receipt |= {f"{name}Verdict": {"status": status} for name, status in verdicts.items()}
    return {"notificationType": "Received", "mail": {"messageId": ses_id, "source": CUSTOMER, "destination": [SUPPORT]}, "receipt": receipt}


def read(content: bytes, ses_id: str = "ses-1", **verdicts: str) -> Message:
    return email.incoming(notification(ses_id, **verdicts), content, SUPPORT)


def answer_to(message: Message, **changes: Any) -> Message:
    made = Message(
        thread=message.thread,
        id=f"a+{message.id}",
        direction="outgoing",
        channel="email",
        at=message.at + 1,
        text="It is on its way.",
        address=message.address,
        by="bot",
        state="pending",
        subject=message.subject,
        meta=model.answering(message),
    )
    return replace(made, **changes)


def sent(message: Message) -> EmailMessage:
    parsed = BytesParser(policy=policy.default).parsebytes(email_render.outgoing(message, SUPPORT, BUSINESS))
    assert isinstance(parsed, EmailMessage)
    return parsed


def header_lines(content: bytes) -> list[tuple[str, str]]:
    """By hand, independent of the library that wrote them."""
    block = content.partition(b"\r\n\r\n")[0].decode("ascii")
    unfolded = re.sub(r"\r\n[ \t]", " ", block)
    return [(line.partition(":")[0], line.partition(":")[2].strip()) for line in unfolded.split("\r\n")]


class TestReceive:
    def test_the_raw_mail_is_read_from_its_bucket_and_becomes_a_message(self, bucket: Any) -> None:
        bucket.put_object(Bucket="mails", Key="raw/ses-1", Body=raw("Subject: =?gb18030?B?tqm1pQ==?="))
        message = email.receive(notification(spam="PASS", virus="PASS", dmarc="PASS"))
        assert message
        assert (message.id, message.direction, message.channel, message.state) == ("ses-1", "incoming", "email", "received")
        assert (message.address, message.name, message.subject, message.text) == (CUSTOMER, "Eve", "订单", "Where is my order?")
        assert message.at == 1_795_168_800_000
        assert message.meta == {"message_id": "first@example.com", "raw": "raw/ses-1"}

    def test_a_mail_that_is_not_there_yet_is_tried_again(self, bucket: Any) -> None:
        with pytest.raises(Unavailable):
            email.receive(notification())

    def test_notifications_of_other_things_are_nothing_to_store(self) -> None:
        assert email.receive({"notificationType": "Bounce"}) is None
        assert email.receive({}) is None

    @pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event["id"])
    def test_every_example_of_ses_has_its_verdict(self, event: dict[str, Any], bucket: Any) -> None:
        told, expect = event["sns_message"], event["expect"]
        key = told.get("receipt", {}).get("action", {}).get("objectKey")
        if key:
            bucket.put_object(Bucket="mails", Key=key, Body=raw("Subject: Order 1001"))
        if expect.startswith("refused"):
            with pytest.raises(BadRequest):
                email.receive(told)
            return
        message = email.receive(told)
        assert message
        assert ("quarantine" in expect and "marked" not in expect) == bool(message.meta.get("quarantined"))
        assert ("unverified" in expect or "suspicious" in expect or "reject" in expect) == bool(message.meta.get("unproven"))
        assert ("bounce" in expect) == (message.meta.get("automatic") == "null sender")

    def test_attachments_are_listed_and_locked_unless_a_scan_passed_them(self) -> None:
        body = "--b\r\n\r\nsee\r\n--b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--"
        content = raw("Content-Type: multipart/mixed; boundary=b", body=body)
        assert read(content, virus="PASS").meta["attachments"] == [{"name": "a.png", "type": "image/png", "size": 3}]
        assert "locked" not in read(content, virus="PASS").meta
        for verdict in ("GRAY", "PROCESSING_FAILED", "FAIL"):
            assert read(content, virus=verdict).meta["locked"]

    def test_a_mail_that_says_it_is_ours_is_stored_but_never_answered(self) -> None:
        for sender in (SUPPORT, "Support+x.y@Shop.Example"):
            assert read(raw(sender=sender)).meta["automatic"] == "own address"

    def test_a_mail_without_any_sender_is_kept(self) -> None:
        told = notification()
        told["mail"]["source"] = ""
        message = email.incoming(told, b"Subject: x\r\n\r\nhello", SUPPORT)
        assert (message.address, message.text) == (email.UNKNOWN, "hello")
        assert message.meta["automatic"]

    def test_the_cut_quote_is_said(self) -> None:
        message = read(raw(body="Thanks!\r\n\r\nOn 1 May 2024 at 10:00, Shop <s@shop.example> wrote:\r\n> old"))
        assert message.text == "Thanks!"
        assert message.meta["whole"] > len(message.text)

    def test_a_notification_without_time_or_with_broken_content_is_refused(self) -> None:
        late = notification()
        late["receipt"]["timestamp"] = "yesterday"
        with pytest.raises(BadRequest):
            email.incoming(late, raw(), SUPPORT)
        broken = notification() | {"content": "!!"}
        broken["receipt"]["action"] = {"type": "SNS", "encoding": "BASE64"}
        with pytest.raises(BadRequest):
            email.receive(broken)

    def test_many_references_do_not_swell_the_item(self) -> None:
        chain = " ".join(f"<{i:060d}@example.com>" for i in range(500))
        references = read(raw(f"References: {chain}")).meta["references"]
        assert sum(map(len, references)) <= email.REFERENCES
        assert references[0] == f"{0:060d}@example.com"
        assert references[-1] == f"{499:060d}@example.com"


class TestThreads:
    def first(self) -> Message:
        return read(raw("Subject: Order"))

    def reply(self, *headers: str, sender: str = CUSTOMER, recipient: str = SUPPORT, **verdicts: str) -> Message:
        told = notification("ses-2", **verdicts)
        told["receipt"]["recipients"] = [recipient]
        return email.incoming(told, raw("Message-ID: <second@example.com>", *headers, sender=sender), SUPPORT)

    def test_the_same_mail_gives_the_same_message(self) -> None:
        assert self.first() == self.first()

    def test_another_mail_starts_another_thread(self) -> None:
        assert self.reply().thread != self.first().thread

    def test_an_answer_to_our_reply_address_joins(self) -> None:
        first = self.first()
        address = str(sent(answer_to(first))["Reply-To"])
        assert len(address.partition("@")[0]) <= 64
        assert self.reply(recipient=address.upper()).thread == first.thread
        assert self.reply(f"To: x <{address}>").thread == first.thread

    def test_an_answer_that_carries_our_reference_joins_although_ses_replaced_the_message_id(self) -> None:
        first = self.first()
        mail = sent(answer_to(first))
        references = f"References: {mail['References']} <0100018f@eu-central-1.amazonses.com>"
        assert self.reply(references, "In-Reply-To: <0100018f@eu-central-1.amazonses.com>").thread == first.thread

    def test_the_customers_own_second_mail_joins_and_so_does_the_third(self) -> None:
        first = self.first()
        assert self.reply("In-Reply-To: <first@example.com>").thread == first.thread
        assert self.reply("References: <first@example.com> <second@example.com>").thread == first.thread

    def test_a_stranger_joins_by_none_of_these(self) -> None:
        first = self.first()
        mail = sent(answer_to(first))
        stranger = self.reply(
            f"References: <first@example.com> {mail['References']}", sender="stranger@attacker.example", recipient=str(mail["Reply-To"])
        )
        assert stranger.thread != first.thread

    @pytest.mark.parametrize("broken", ["cut", "changed", "other thread", "no mark", "other domain"])
    def test_a_forged_reply_address_does_not_join(self, broken: str) -> None:
        first = self.first()
        local, _, domain = email_thread.reply_address(SUPPORT, first.thread, CUSTOMER).partition("@")
        tag, _, mark = local.partition(".")
        other = read(raw("Message-ID: <other@example.com>")).thread
        forged = {
            "cut": f"{local[:-1]}@{domain}",
            "changed": f"{tag}.{'a' if mark[0] != 'a' else 'b'}{mark[1:]}@{domain}",
            "other thread": f"support+{other}.{mark}@{domain}",
            "no mark": f"{tag}@{domain}",
            "other domain": f"{local}@attacker.example",
        }[broken]
        assert self.reply(recipient=forged).thread not in (first.thread, other)

    @pytest.mark.parametrize("verdicts", [{"dmarc": "FAIL"}, {"spam": "FAIL"}, {"virus": "FAIL"}], ids=str)
    def test_a_sender_who_is_not_proven_never_joins(self, verdicts: dict[str, str]) -> None:
        first = self.first()
        mail = sent(answer_to(first))
        assert self.reply(f"References: {mail['References']}", recipient=str(mail["Reply-To"]), **verdicts).thread != first.thread

    def test_two_senders_in_one_mail_prove_nothing(self) -> None:
        assert self.reply("From: boss@shop.example", "In-Reply-To: <first@example.com>").thread != self.first().thread
        assert self.reply("From: boss@shop.example").meta["unproven"]

    def test_thousands_of_references_cost_a_bounded_number_of_signatures(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []
        sign = email_thread.tokens.sign
        monkeypatch.setattr(email_thread.tokens, "sign", lambda purpose, data: asked.append(data) or sign(purpose, data))
        thread, mark = "e" + "a" * 20, "a" * 16
        ids = f"<{thread}.m.{mark}@shop.example> " * 300
        tagged = [f"support+{thread}.{mark}@shop.example"] * 90
        self.reply(f"References: {ids}", f"To: {', '.join(tagged)}")
        assert len(asked) <= 2 * email_thread.LOOKED_AT + 1


class TestOutgoing:
    def test_message_ids_stay_message_ids_however_long_they_are(self) -> None:
        """Python's own policy writes a word that is longer than a line as =?utf-8?q?…, and mail programs lose the thread."""
        chain = " ".join(f"<{'x' * 150}{n}@mail.example.com>" for n in range(4))
        first = read(raw(f"Message-ID: <{'y' * 200}@example.com>", f"References: {chain}"))
        lines = dict(header_lines(email_render.outgoing(answer_to(first), SUPPORT, BUSINESS)))
        for name in ("Message-ID", "In-Reply-To", "References"):
            assert "=?" not in lines[name]
        assert set(chain.split()) < set(lines["References"].split())
        assert lines["In-Reply-To"] == f"<{'y' * 200}@example.com>"

    def test_what_leaves_is_what_was_meant(self) -> None:
        first = read(raw("Subject: Re: =?utf-8?q?Caf=C3=A9?=", "References: <root@example.com>"))
        mail = sent(answer_to(first, text="你好，\n\n已发货。", link="https://shop.example/a?b=1&c=2"))
        assert (str(mail["From"]), str(mail["To"]), str(mail["Subject"])) == (f"{BUSINESS} <{SUPPORT}>", CUSTOMER, "Re: Café")
        assert (mail["In-Reply-To"], mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == (
            "<first@example.com>",
            "auto-replied",
            "All",
        )
        ids = str(mail["References"]).split()
        assert (ids[0], ids[-1]) == ("<root@example.com>", "<first@example.com>")
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain
        assert html
        assert plain.get_content().replace("\r\n", "\n") == "你好，\n\n已发货。\n\nhttps://shop.example/a?b=1&c=2\n"
        assert '<a href="https://shop.example/a?b=1&amp;c=2">' in html.get_content()

    def test_a_person_writes_under_her_name_and_not_as_a_robot(self) -> None:
        mail = sent(answer_to(read(raw()), by="agent-ann", name="Ann Lee 李"))
        assert mail["From"].addresses[0].display_name == f"Ann Lee 李 ({BUSINESS})"
        assert mail["From"].addresses[0].addr_spec == SUPPORT
        assert mail["Auto-Submitted"] is None

    def test_one_re_whatever_came(self) -> None:
        assert email_render.subject("RE: Re: 回复：订单", BUSINESS) == "Re: 订单"
        assert email_render.subject("", BUSINESS) == "Re: The Shop"

    def test_our_own_answer_is_known_as_a_robots_when_it_comes_back(self) -> None:
        content = email_render.outgoing(answer_to(read(raw())), SUPPORT, BUSINESS)
        assert read(content).meta["automatic"] == "auto-submitted"

    @pytest.mark.parametrize("string", HOSTILE, ids=lambda string: string["id"])
    def test_no_header_is_smuggled_in(self, string: dict[str, str]) -> None:
        value = string["value"]
        message = answer_to(
            read(raw()), subject=value, name=value, by="agent-ann", meta={"in_reply_to": value, "references": [value, "ok@example.com"]}
        )
        content = email_render.outgoing(message, SUPPORT, value)
        names = [name for name, _ in header_lines(content)]
        assert sorted(names) == sorted(set(names))
        assert set(names) <= {
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Reply-To",
            "In-Reply-To",
            "References",
            "MIME-Version",
            "Content-Type",
        }
        values = dict(header_lines(content))
        assert values["To"] == CUSTOMER
        parsed = email_parse.parse(content)
        assert (parsed.address, parsed.text.strip()) == (SUPPORT, "It is on its way.")
        assert max(map(len, content.split(b"\r\n"))) < 998
        assert content.isascii()

    @pytest.mark.parametrize("string", HOSTILE, ids=lambda string: string["id"])
    def test_nothing_but_one_plain_address_is_written_to(self, string: dict[str, str]) -> None:
        with pytest.raises(Undeliverable):
            email_render.outgoing(answer_to(read(raw()), address=string["value"]), SUPPORT, BUSINESS)

    @pytest.mark.parametrize("text", ["x" * 5_000, "你" * 5_000, ".\n..\nFrom me", "a\r\nb\rc\nd", "\x00x\x1b", "tail  \n"], ids=repr)
    def test_any_text_arrives_as_it_was_typed(self, text: str) -> None:
        content = email_render.outgoing(answer_to(read(raw()), text=text), SUPPORT, BUSINESS)
        assert max(map(len, content.split(b"\r\n"))) < 998
        typed = re.sub(r"[\x00\x1b]", "", text.replace("\r\n", "\n").replace("\r", "\n"))
        assert email_parse.parse(content).text.strip("\n") == typed.strip("\n")

    def test_markup_in_a_text_is_shown_and_not_run(self) -> None:
        html = sent(answer_to(read(raw()), text='<script>alert(1)</script> https://a.example/"><img src=x>')).get_body(("html",))
        assert html
        assert "<script" not in html.get_content()
        assert "<img" not in html.get_content()


class Client:
    def __init__(self, failure: Exception | None = None) -> None:
        self.failure, self.requests = failure, list[dict[str, Any]]()

    def send_email(self, **request: Any) -> dict[str, str]:
        self.requests.append(request)
        if self.failure:
            raise self.failure
        return {"MessageId": "0100018f"}


def refused(code: str, status: int = 400) -> boto.ClientError:
    return boto.ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail")  # type: ignore[typeddict-item]


class TestSend:
    def test_one_mail_to_one_recipient_tagged_with_our_id(self, monkeypatch: pytest.MonkeyPatch) -> None:
        client, asked = Client(), dict[str, Any]()
        monkeypatch.setattr(aws, "client", lambda service, **options: asked.update(options, service=service) or client)
        assert email.send(answer_to(read(raw()))) == "0100018f"
        assert asked == {"service": "sesv2", "attempts": 1}
        (request,) = client.requests
        assert request["Destination"] == {"ToAddresses": [CUSTOMER]}
        assert request["EmailTags"] == [{"Name": "message", "Value": "a-ses-1"}]
        assert b"Auto-Submitted: auto-replied" in request["Content"]["Raw"]["Data"]

    @pytest.mark.parametrize(
        ("failure", "meaning"),
        [
            (refused("MessageRejected"), Undeliverable),
            (refused("BadRequestException"), Undeliverable),
            (refused("TooManyRequestsException", 429), Unavailable),
            (refused("SendingPausedException"), Unavailable),
            (refused("InternalFailure", 500), Unavailable),
            (boto.EndpointConnectionError(endpoint_url="x"), Unavailable),
            (boto.ConnectTimeoutError(endpoint_url="x"), Unavailable),
            (boto.NoCredentialsError(), Unavailable),
            (boto.ReadTimeoutError(endpoint_url="x"), Uncertain),
            (boto.ConnectionClosedError(endpoint_url="x"), Uncertain),
        ],
        ids=lambda value: str(value)[:60],
    )
    def test_each_failure_says_whether_the_mail_may_have_left(
        self, monkeypatch: pytest.MonkeyPatch, failure: Exception, meaning: type[BatonError]
    ) -> None:
        monkeypatch.setattr(aws, "client", lambda service, **options: Client(failure))
        with pytest.raises(meaning):
            email.send(answer_to(read(raw())))

    def test_ses_takes_what_we_make(self) -> None:
        with mock_aws():
            aws.client("sesv2").create_email_identity(EmailIdentity=SUPPORT)
            assert email.send(answer_to(read(raw())))


def test_content_inside_the_notification_is_read_too() -> None:
    told = notification() | {"content": base64.b64encode(raw("Subject: inside")).decode()}
    told["receipt"]["action"] = {"type": "SNS", "encoding": "BASE64"}
    message = email.receive(told)
    assert message
    assert message.subject == "inside"
