"""Every part of a mail has a fate: shown, stored, inline, locked, or refused and why."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from chalicelib.channels.email import adapter, parse
from chalicelib.channels.email import calendar as email_calendar
from chalicelib.channels.email import tnef as email_tnef
from tests.unit.mails import CUSTOMER, SUPPORT, known, mail_bucket, notification, raw, read  # noqa: F401 - fixtures among them

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
ICS = (Path(__file__).parents[1] / "fixtures" / "email" / "made" / "calendar-invite.eml").read_bytes()


def letter(text: str = "see", subject: str = "files") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = CUSTOMER, SUPPORT, subject, "<one@example.com>"
    mail.set_content(text)
    return mail


def fates(content: bytes, **verdicts: str) -> list[tuple[str, str, str]]:
    return [(part["name"], part["type"], part["fate"]) for part in read(content, **verdicts).meta.get("attachments", [])]


def test_a_mail_of_one_text_has_no_parts_to_tell_of() -> None:
    assert fates(letter().as_bytes()) == []
    assert fates(raw("Content-Type: text/html", body="<p>hello")) == []


def test_alternatives_are_both_listed() -> None:
    mail = letter()
    mail.add_alternative("<p>see", subtype="html")
    listed = read(mail.as_bytes()).meta["attachments"]
    assert [(part["type"], part["fate"]) for part in listed] == [("text/plain", "shown"), ("text/html", "shown")]
    assert listed[1]["why"]


def test_files_are_stored_by_their_hash_before_the_message_is(bucket: Any) -> None:
    mail = letter()
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="发票.pdf")
    bucket.put_object(Bucket="mails", Key="raw/ses-1", Body=mail.as_bytes())
    message = adapter.receive(notification(virus="PASS"))
    assert message
    listed = message.meta["attachments"][1]
    assert listed == {"name": "发票.pdf", "type": "application/pdf", "size": 8, "fate": "stored", "sha256": sha256(b"%PDF-1.7").hexdigest()}
    stored = bucket.get_object(Bucket="files", Key=f"files/{message.thread}/{listed['sha256']}")
    assert stored["Body"].read() == b"%PDF-1.7"


def test_a_picture_that_the_html_shows_is_inline_and_one_that_it_does_not_is_a_file() -> None:
    mail = letter()
    mail.add_alternative('<p>see <img src="CID:logo@x">', subtype="html")
    html = mail.get_payload()[1]
    html.add_related(PNG, maintype="image", subtype="png", cid="<logo@x>", filename="logo.png")
    html.add_related(PNG + b"2", maintype="image", subtype="png", cid="<other@x>", filename="photo.png")
    assert fates(mail.as_bytes(), virus="PASS")[2:] == [("logo.png", "image/png", "inline"), ("photo.png", "image/png", "stored")]
    locked = read(mail.as_bytes(), virus="GRAY").meta["attachments"][2]
    assert (locked["fate"], locked["inline"]) == ("locked", True)


@pytest.mark.parametrize(("verdict", "fate"), [("PASS", "stored"), ("GRAY", "locked"), ("PROCESSING_FAILED", "locked"), ("FAIL", "locked")])
def test_files_are_locked_unless_a_scan_passed_them(verdict: str, fate: str) -> None:
    mail = letter()
    mail.add_attachment(PNG, maintype="image", subtype="png", filename="a.png")
    assert fates(mail.as_bytes(), virus=verdict)[1] == ("a.png", "image/png", fate)


def test_a_mail_within_a_mail_is_called_by_its_subject_and_kept_as_it_was() -> None:
    inner = b"From: a@example.org\r\nSubject: =?utf-8?b?6K6i5Y2V?= /1\r\nX-Long: " + b"x" * 300 + b"\r\n\r\nFrom here on\r\nit is old.\r\n"
    body = b"--b\r\n\r\nsee\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--"
    mail = parse.parse(b"From: c@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + body)
    assert [(part.name, part.type, part.fate) for part in mail.attachments][1:] == [("订单 _1.eml", "message/rfc822", "stored")]
    assert mail.attachments[1].content == inner
    assert "old" not in mail.text


def test_an_empty_part_is_refused_and_why() -> None:
    body = "--b\r\n\r\nsee\r\n--b\r\nContent-Type: image/png; name=a.png\r\n\r\n--b--"
    (entry,) = read(raw("Content-Type: multipart/mixed; boundary=b", body=body)).meta["attachments"][1:]
    assert (entry["name"], entry["fate"], entry["why"]) == ("a.png", "refused", "it is empty")


def test_the_list_of_the_largest_mail_fits_into_an_item() -> None:
    part = "--b\r\nContent-Type: application/" + "x" * 200 + '; name="' + "名" * 200 + '"\r\n\r\nx\r\n'
    mail = read(raw("Content-Type: multipart/mixed; boundary=b", body="--b\r\n\r\n" + "😀" * 70_000 + "\r\n" + part * 300 + "--b--"))
    assert len(mail.text.encode()) + len(json.dumps(mail.meta, ensure_ascii=False).encode()) < 400_000


class TestInvites:
    def test_an_invite_is_told_in_words_and_its_file_kept(self) -> None:
        message = read(ICS, virus="PASS")
        assert "Invitation: Liefertermin\nWhen: 2024-10-27 02:30 – 03:30 (Europe/Berlin)\nOrganiser: planner@example.com" in message.text
        assert [part["fate"] for part in message.meta["attachments"] if part["type"] == "text/calendar"] == ["stored"]

    def test_in_the_mails_language(self) -> None:
        mail = letter("请看日程", "会议")
        mail.add_attachment(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Tea\r\nDTSTART;VALUE=DATE:20261201\r\nLOCATION:上海\\, 一楼\r\nEND:VEVENT\r\n",
            subtype="calendar",
        )
        assert read(mail.as_bytes()).text == "请看日程\n\n日程邀请: Tea\n时间: 2026-12-01\n地点: 上海, 一楼"

    @pytest.mark.parametrize(
        "broken", ["", "BEGIN:VEVENT", "BEGIN:VEVENT\nDTSTART:tomorrow\nSUMMARY", "SUMMARY:x", "BEGIN:VEVENT\n" + ";" * 9_000]
    )
    def test_a_broken_one_never_harms(self, broken: str) -> None:
        assert "Invitation" in email_calendar.in_words(broken, "en") or not email_calendar.in_words(broken, "en")

    @pytest.mark.parametrize("piece", ['SUMMARY;A="', "BEGIN:VEVENT\n", "BEGIN:VALARM\n", "A;B=", "\n ", "ORGANIZER;CN="])
    def test_no_invite_keeps_the_reader_busy(self, piece: str) -> None:
        start = time.process_time()
        email_calendar.in_words("BEGIN:VEVENT\n" + piece * 50_000, "en")
        assert time.process_time() - start < 2


def attribute(level: int, kind: int, data: bytes) -> bytes:
    return pack("<BHHI", level, kind, 0, len(data)) + data + pack("<H", sum(data) & 0xFFFF)


def winmail(*attributes: bytes) -> bytes:
    return pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def properties(*found: tuple[int, int, bytes]) -> bytes:
    return pack("<I", len(found)) + b"".join(
        pack("<HHII", form, name, 1, len(data)) + data + b"\0" * (-len(data) % 4) for form, name, data in found
    )


class TestWinmail:
    FILE = (
        attribute(2, 0x9002, b"\0" * 14),
        attribute(2, 0x8010, b"INVOIC~1.PDF\0"),
        attribute(2, 0x9005, properties((0x1F, 0x3707, "发票 2026.pdf\0".encode("utf-16-le")))),
        attribute(2, 0x800F, b"%PDF-1.7"),
    )

    def test_its_files_are_listed_and_stored_beside_it(self) -> None:
        mail = letter()
        mail.add_attachment(winmail(*self.FILE), maintype="application", subtype="ms-tnef", filename="winmail.dat")
        assert [(name, fate) for name, _, fate in fates(mail.as_bytes())[1:]] == [("winmail.dat", "stored"), ("发票 2026.pdf", "stored")]

    def test_a_text_that_stands_only_there_is_shown(self) -> None:
        content = b64encode(winmail(attribute(1, 0x9007, pack("<II", 936, 0)), attribute(1, 0x800C, "我的订单\0".encode("gbk")))).decode()
        headers = ("Content-Type: application/ms-tnef; name=winmail.dat", "Content-Transfer-Encoding: base64")
        assert read(raw(*headers, body=content)).text == "我的订单"

    def test_a_mail_in_a_files_place_is_opened_too(self) -> None:
        embedded = bytes.fromhex("0703020000000000c000000000000046") + winmail(*self.FILE)
        outer = winmail(attribute(2, 0x9002, b""), attribute(2, 0x9005, properties((0x0D, 0x3701, embedded))))
        assert email_tnef.opened(outer).files == [("发票 2026.pdf", b"%PDF-1.7")]

    def test_a_broken_one_is_kept_with_a_remark(self) -> None:
        mail = letter()
        mail.add_attachment(b"no tnef", maintype="application", subtype="ms-tnef", filename="winmail.dat")
        message = read(mail.as_bytes())
        assert message.meta["attachments"][1]["fate"] == "stored"
        assert "could not be opened" in message.meta["remarks"][0]

    @pytest.mark.parametrize(
        "evil",
        [
            properties()[:0] + pack("<I", 0xFFFFFFFF),
            pack("<IHHI", 0xFFFFFFFF, 0x1002, 0x3707, 0xFFFFFFFF),
            pack("<IHHI", 1, 0x1E, 0x3707, 0xFFFFFFFF) + b"\0" * 400_000,
            pack("<IHH", 0xFFFFFFFF, 0x48, 0x9000) + b"\xff" * 400_000,
        ],
        ids=["properties", "values", "empty values", "names"],
    )
    def test_no_count_is_believed(self, evil: bytes) -> None:
        start = time.process_time()
        email_tnef.opened(winmail(attribute(2, 0x9002, b""), attribute(2, 0x9005, evil)))
        assert time.process_time() - start < 2

    def test_every_cut_and_every_changed_byte_is_survived(self) -> None:
        whole = winmail(*self.FILE)
        for n in range(6, len(whole)):
            email_tnef.opened(whole[:n])
            email_tnef.opened(whole[:n] + b"\xff" + whole[n + 1 :])
