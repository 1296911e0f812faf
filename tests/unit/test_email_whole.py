"""The whole mail and its files, for agents: harmless to look at, and nothing locked is handed out."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from chalicelib.channels.email import adapter
from chalicelib.channels.email import whole as email_whole
from chalicelib.conversations import baton, files, table
from chalicelib.conversations.model import Message
from chalicelib.desk import attachments
from chalicelib.errors import NotFound
from tests.unit.conftest import Store
from tests.unit.mails import CUSTOMER, SUPPORT, known, mail_bucket, notification, raw, read  # noqa: F401 - fixtures among them

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
HOSTILE = json.loads((Path(__file__).parents[1] / "fixtures" / "hostile" / "xss-html.json").read_text("utf-8"))
ATTACKS = [entry["value"] for entry in HOSTILE["strings"]]
REMOTE = re.compile(r"(src|background|poster|srcset|action|formaction|data|code|style|on\w+)\s*=\s*[\"'](?!data:image/)", re.IGNORECASE)


def stored(bucket: Any, content: bytes, **verdicts: str) -> Message:
    bucket.put_object(Bucket="mails", Key="raw/ses-1", Body=content)
    message = adapter.receive(notification(**verdicts))
    assert message
    return message


def letter() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = CUSTOMER, SUPPORT, "订单", "<one@example.com>"
    mail.set_content("new\n\nOn 1 May 2024 at 10:00, Shop <s@shop.example> wrote:\n> old")
    mail.add_alternative("<p>new</p><img src='cid:logo'><img src='https://tracker.example/x'><blockquote>old</blockquote>", subtype="html")
    mail.get_payload()[1].add_related(PNG, maintype="image", subtype="png", cid="<logo>", filename="logo.png")
    return mail


def test_headers_text_with_its_quote_and_html_with_its_own_pictures_only(bucket: Any) -> None:
    shown = email_whole.whole(stored(bucket, letter().as_bytes(), virus="PASS"))
    assert ["Subject", "订单"] in shown["headers"]
    assert "> old" in shown["text"]
    assert re.fullmatch(r"<p>new</p><img src=\"data:image/png;base64,[\w+/=]+\"><img><blockquote>old</blockquote>", shown["html"].strip())
    assert shown["attachments"][2]["fate"] == "inline"
    assert "raw/ses-1" in shown["url"]
    assert "X-Amz-Signature" in shown["url"]
    assert shown["locked"] == ""


@pytest.mark.parametrize(("verdicts", "why"), [({"virus": "GRAY"}, "virus"), ({"virus": "FAIL"}, "virus"), ({"spam": "FAIL"}, "spam")])
def test_a_locked_mail_is_read_but_not_handed_out(bucket: Any, verdicts: dict[str, str], why: str) -> None:
    shown = email_whole.whole(stored(bucket, letter().as_bytes(), **verdicts))
    assert (shown["url"], shown["locked"]) == ("", why)
    assert "data:" not in shown["html"]
    assert "new" in shown["text"]


def test_what_is_no_mail_or_is_forgotten_is_not_found(bucket: Any) -> None:
    message = stored(bucket, raw())
    bucket.delete_object(Bucket="mails", Key="raw/ses-1")
    for lost in (message, replace(message, meta={})):
        with pytest.raises(NotFound):
            email_whole.whole(lost)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_survives(attack: str) -> None:
    clean = email_whole.clean(f"<div>{attack}</div>", {"x": "data:image/png;base64,AAAA"})
    assert not re.search(r"<(script|style|iframe|object|embed|form|input|svg|math|link|meta|base)\b", clean, re.IGNORECASE)
    assert not re.search(r"=\s*[\"']?\s*(javascript|vbscript|data:text)", clean, re.IGNORECASE)
    assert not [found for tag in re.findall(r"<[^>]*>", clean) for found in REMOTE.findall(tag)]


def test_a_picture_that_is_none_is_not_put_in(bucket: Any) -> None:
    mail = letter()
    picture = mail.get_payload()[1].get_payload()[1]
    picture.set_content(b"<svg onload=alert(1)>", maintype="image", subtype="png", cid="<logo>")
    assert "data:" not in email_whole.whole(stored(bucket, mail.as_bytes(), virus="PASS"))["html"]


@pytest.mark.parametrize("piece", ["<div>", "<!--", "<table><td>", "<b><p>", "</p>", "<a href=x>"])
def test_no_html_keeps_the_sanitiser_busy(bucket: Any, piece: str) -> None:
    message = stored(bucket, raw("Content-Type: text/html", body=piece * (500_000 // len(piece))))
    start = time.process_time()
    shown = email_whole.whole(message)
    assert time.process_time() - start < 5
    assert len(json.dumps(json.dumps(shown))) < 6_000_000


def test_the_largest_answer_fits_into_what_a_function_may_return(bucket: Any) -> None:
    mail = letter()
    mail.get_payload()[0].set_content("字" * 400_000)
    mail.get_payload()[1].get_payload()[0].set_content("<p>字" * 200_000 + "<img src='cid:logo'>", subtype="html")
    for n in range(4):
        mail.get_payload()[1].add_related(PNG + bytes(700_000), maintype="image", subtype="png", cid=f"<p{n}>")
    assert len(json.dumps(json.dumps(email_whole.whole(stored(bucket, mail.as_bytes(), virus="PASS"))))) < 6_000_000


class TestFiles:
    @pytest.fixture
    def kept(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> Message:
        monkeypatch.setattr(files.settings, "env", {"TABLE": "conversations", "FILES_BUCKET": "files"}.__getitem__)
        message = read(letter().as_bytes(), virus="PASS")
        table.record(message)
        table.save(baton.received(baton.opened(message, "c-1"), message))
        return message

    def test_an_agent_gets_an_address_for_five_minutes(self, kept: Message) -> None:
        sha256 = kept.meta["attachments"][2]["sha256"]
        url = attachments.address(f"{kept.thread}.1", kept.id, sha256)
        assert f"files/{kept.thread}/{sha256}" in url
        assert "X-Amz-Expires=300" in url

    def test_of_the_messages_own_files_only(self, kept: Message) -> None:
        for conversation, message, sha256 in (
            (f"{kept.thread}.1", kept.id, "0" * 64),
            (f"{kept.thread}.1", "other", kept.meta["attachments"][2]["sha256"]),
            ("e" + "a" * 20 + ".1", kept.id, kept.meta["attachments"][2]["sha256"]),
        ):
            with pytest.raises(NotFound):
                attachments.address(conversation, message, sha256)

    def test_a_locked_one_is_handed_to_nobody(self, store: Store, kept: Message) -> None:
        locked = replace(read(letter().as_bytes(), virus="GRAY"), id="locked", thread=kept.thread)
        table.record(locked)
        with pytest.raises(NotFound):
            attachments.address(f"{kept.thread}.1", "locked", locked.meta["attachments"][2]["sha256"])

    def test_related_conversations_are_those_that_exist(self, kept: Message) -> None:
        named = replace(kept, meta={"related": ["e" + "a" * 20, kept.thread]})
        assert attachments.related([named]) == [f"{kept.thread}.1"]
