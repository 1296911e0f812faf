"""Mails out: what leaves, and how failures are named."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import fast_mail_parser
import pytest
from botocore import exceptions as boto
from moto import mock_aws

from chalicelib.aws import clients
from chalicelib.channels.email import adapter, parse, render
from chalicelib.channels.email import thread as email_thread
from chalicelib.conversations.model import Message
from chalicelib.errors import BatonError, Unavailable, Uncertain, Undeliverable
from tests.unit.mails import BUSINESS, CUSTOMER, HOSTILE, SUPPORT, answer_to, header_lines, known, raw, read, sent  # noqa: F401 - fixtures among them


class TestOutgoing:
    def test_message_ids_stay_message_ids_however_long_they_are(self) -> None:
        """Python's own policy writes a word that is longer than a line as =?utf-8?q?…, and mail programs lose the thread."""
        chain = " ".join(f"<{'x' * 150}{n}@mail.example.com>" for n in range(4))
        first = read(raw(f"Message-ID: <{'y' * 200}@example.com>", f"References: {chain}"))
        lines = dict(header_lines(render.outgoing(answer_to(first), SUPPORT, BUSINESS)))
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
        assert render.subject("RE: Re: 回复：订单", BUSINESS) == "Re: 订单"
        assert render.subject("", BUSINESS) == "Re: The Shop"

    def test_our_own_answer_is_known_as_a_robots_when_it_comes_back(self) -> None:
        content = render.outgoing(answer_to(read(raw())), SUPPORT, BUSINESS)
        assert read(content).meta["automatic"] == "auto-submitted"

    @pytest.mark.parametrize("string", HOSTILE, ids=lambda string: string["id"])
    def test_no_header_is_smuggled_in(self, string: dict[str, str]) -> None:
        value = string["value"]
        message = answer_to(
            read(raw()), subject=value, name=value, by="agent-ann", meta={"in_reply_to": value, "references": [value, "ok@example.com"]}
        )
        content = render.outgoing(message, SUPPORT, value)
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
        parsed = parse.parse(content)
        assert (parsed.address, parsed.text.strip()) == (SUPPORT, "It is on its way.")
        assert max(map(len, content.split(b"\r\n"))) < 998
        assert content.isascii()

    @pytest.mark.parametrize("string", HOSTILE, ids=lambda string: string["id"])
    def test_nothing_but_one_plain_address_is_written_to(self, string: dict[str, str]) -> None:
        with pytest.raises(Undeliverable):
            render.outgoing(answer_to(read(raw()), address=string["value"]), SUPPORT, BUSINESS)

    @pytest.mark.parametrize("text", ["x" * 5_000, "你" * 5_000, ".\n..\nFrom me", "a\r\nb\rc\nd", "\x00x\x1b", "tail  \n"], ids=repr)
    def test_any_text_arrives_as_it_was_typed(self, text: str) -> None:
        content = render.outgoing(answer_to(read(raw()), text=text), SUPPORT, BUSINESS)
        assert max(map(len, content.split(b"\r\n"))) < 998
        typed = re.sub(r"[\x00\x1b]", "", text.replace("\r\n", "\n").replace("\r", "\n"))
        assert parse.parse(content).text.strip("\n") == typed.strip("\n")

    def test_markup_in_a_text_is_shown_and_not_run(self) -> None:
        html = sent(answer_to(read(raw()), text='<script>alert(1)</script> https://a.example/"><img src=x>')).get_body(("html",))
        assert html
        assert "<script" not in html.get_content()
        assert "<img" not in html.get_content()


FILES = [
    ({"name": '发票 "1"; x.pdf', "type": "application/pdf"}, b"%PDF" * 100),
    ({"name": "a" * 110 + ".txt", "type": "text/plain"}, "Grüße\r\n你好".encode()),
    ({"name": "Rechnung ü.csv", "type": "text/csv"}, b"1;\xff\n"),
    ({"name": "x\r\nBcc: victim@example.com", "type": "image/png"}, b"\x89PNG"),
]


KINDS = 10


def mails_of_every_kind() -> list[Message]:
    first = read(raw("Subject: =?utf-8?b?6K6i5Y2V?= 1001", f"References: <{'r' * 300}@mail.example.com>"))
    texts = ["ok", "你好，\n\n已发货。" * 400, "x" * 3_000, "tail \n.\nFrom me\n" * 9]
    said = [answer_to(first, text=text, link="https://shop.example/a?b=1") for text in texts]
    unasked = answer_to(first, meta={"unasked": True, "unsubscribe": f"https://shop.example/u?t={'t' * 200}"}, id="s+1")
    hello = answer_to(first, meta={}, id="f+1", subject="")
    return [*said, *(replace(m, by="agent-7", name="Ann 李", id=f"r+{n}") for n, m in enumerate(said)), unasked, hello]


class TestWhatRobotsAndPeopleSend:
    """The sent bytes, read by another parser than the library that wrote them (RELIABILITY F25)."""

    @pytest.mark.parametrize("kind", range(KINDS))
    def test_every_mail_is_read_alike_elsewhere(self, kind: int) -> None:
        message = mails_of_every_kind()[kind]
        content = render.outgoing(message, SUPPORT, BUSINESS, FILES)
        lines = content.split(b"\r\n")
        assert content.isascii()
        assert max(map(len, lines)) < 998
        assert b"\n" not in content.replace(b"\r\n", b"")
        seen = fast_mail_parser.parse_email(content)
        assert not seen.warnings
        once = ("Subject", "From", "To", "Reply-To", "Message-ID", "Date", "References")
        assert {name: len(seen.headers[name]) for name in once} == dict.fromkeys(once, 1)
        assert "Bcc" not in seen.headers
        assert (seen.headers["To"], len(seen.to)) == ([CUSTOMER], 1)
        assert [part.replace("\r\n", "\n").rstrip("\n") for part in seen.text_plain] == [render.body(message).rstrip("\n")]
        assert len(seen.text_html) == 1
        names = [entry["name"] for entry, _ in FILES[:3]]
        assert [(a.filename, a.mimetype) for a in seen.attachments[:3]] == list(zip(names, [e["type"] for e, _ in FILES[:3]], strict=True))
        assert [bytes(a.content) for a in seen.attachments] == [content for _, content in FILES]

    @pytest.mark.parametrize("kind", range(KINDS))
    def test_a_robots_mail_says_so_and_a_persons_does_not(self, kind: int) -> None:
        message = mails_of_every_kind()[kind]
        headers = fast_mail_parser.parse_email(render.outgoing(message, SUPPORT, BUSINESS)).headers
        if message.by == "bot":
            assert headers["Auto-Submitted"] == ["auto-generated" if message.meta.get("unasked") else "auto-replied"]
            assert headers["X-Auto-Response-Suppress"] == ["All"]
        else:
            assert not {"Auto-Submitted", "X-Auto-Response-Suppress", "Precedence"} & set(headers)
        assert ("In-Reply-To" in headers) == ("in_reply_to" in message.meta)
        if "in_reply_to" in message.meta:
            assert headers["In-Reply-To"] == [f"<{message.meta['in_reply_to']}>"]
            assert headers["References"][0].split()[-1] == headers["In-Reply-To"][0]

    def test_our_message_id_is_under_our_domain_and_can_be_proven(self) -> None:
        for message in mails_of_every_kind():
            (given,) = fast_mail_parser.parse_email(render.outgoing(message, SUPPORT, BUSINESS)).headers["Message-ID"]
            assert given.endswith("@shop.example>")
            (reference,) = email_thread.references_in(given.upper())  # some servers change the case
            assert (reference.thread, reference.message) == (message.thread, message.id)
            assert email_thread.is_reference_to(reference, CUSTOMER)
            assert not email_thread.is_reference_to(reference, "eve@example.com")

    def test_only_what_nobody_asked_for_can_be_unsubscribed_from(self) -> None:
        def headers(page: str) -> dict[str, list[str]]:
            message = answer_to(read(raw()), meta={"unsubscribe": page, "unasked": True})
            found: dict[str, list[str]] = fast_mail_parser.parse_email(render.outgoing(message, SUPPORT, BUSINESS)).headers
            return found

        page = f"https://shop.example/u?t={'t' * 300}"
        assert headers(page)["List-Unsubscribe"] == [f"<{page}>"]
        assert headers(page)["List-Unsubscribe-Post"] == ["List-Unsubscribe=One-Click"], "RFC 8058"
        assert "List-Unsubscribe-Post" not in headers("http://127.0.0.1/u")
        for bad in ("", "javascript:alert(1)", "https://a/\r\nBcc: x@y.example", "https://a/>,<mailto:x@y.example", "https://a b"):
            assert "List-Unsubscribe" not in headers(bad)
        assert "List-Unsubscribe" not in sent(answer_to(read(raw())))

    def test_a_text_file_says_its_charset_only_if_it_is_known(self) -> None:
        content = render.outgoing(answer_to(read(raw())), SUPPORT, BUSINESS, FILES)
        kinds = [
            line for line in content.split(b"\r\n") if line.lower().startswith((b"content-type: text/plain", b"content-type: text/csv"))
        ]
        assert kinds[1:] == [b'Content-Type: text/plain; charset="utf-8"', b"Content-Type: text/csv"]


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
        monkeypatch.setattr(clients, "once", lambda service: asked.update(service=service) or client)
        answer = answer_to(read(raw()), id="a+ses-1")
        assert adapter.send(answer) == "0100018f"
        assert asked == {"service": "sesv2"}
        (request,) = client.requests
        assert request["Destination"] == {"ToAddresses": [CUSTOMER]}
        assert {tag["Name"]: tag["Value"] for tag in request["EmailTags"]} == {
            "thread": answer_to(read(raw())).thread,
            "message": "YStzZXMtMQ",
        }
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
        monkeypatch.setattr(clients, "once", lambda service: Client(failure))
        with pytest.raises(meaning):
            adapter.send(answer_to(read(raw())))

    def test_ses_takes_what_we_make(self) -> None:
        with mock_aws():
            clients.client("sesv2").create_email_identity(EmailIdentity=SUPPORT)
            assert adapter.send(answer_to(read(raw())))
