"""What the tests of both directions of mail share: a shop, its customer, and mails between them."""

from __future__ import annotations

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
from moto import mock_aws

from chalicelib.channels.email import adapter, render
from chalicelib.conversations import model
from chalicelib.conversations.model import Message
from tests.parameters import know
from tests.unit.conftest import make_bucket

FIXTURES = Path(__file__).parents[1] / "fixtures"
SUPPORT = "support@shop.example"
BUSINESS = "The Shop"
CUSTOMER = "customer@example.com"
EVENTS = {event["id"]: event for event in json.loads((FIXTURES / "ses" / "inbound.json").read_text("utf-8"))["events"]}
HOSTILE = json.loads((FIXTURES / "hostile" / "header-injection.json").read_text("utf-8"))["strings"]


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch)
    for name, value in {"SUPPORT_ADDRESS": SUPPORT, "BUSINESS": BUSINESS, "MAIL_BUCKET": "mails", "FILES_BUCKET": "files"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(name="bucket")
def mail_bucket() -> Iterator[Any]:
    with mock_aws():
        make_bucket("mails")
        yield make_bucket("files")


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
    return adapter.incoming(notification(ses_id, **verdicts), content, SUPPORT)


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
    parsed = BytesParser(policy=policy.default).parsebytes(render.outgoing(message, SUPPORT, BUSINESS))
    assert isinstance(parsed, EmailMessage)
    return parsed


def header_lines(content: bytes) -> list[tuple[str, str]]:
    """By hand, independent of the library that wrote them."""
    block = content.partition(b"\r\n\r\n")[0].decode("ascii")
    unfolded = re.sub(r"\r\n[ \t]", " ", block)
    return [(line.partition(":")[0], line.partition(":")[2].strip()) for line in unfolded.split("\r\n")]
