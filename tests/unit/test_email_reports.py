"""Mails about our mails: what they say, and what they may change: only the message that they quote, and only for its recipient."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.channels.email import automatic, parse, reports, thread
from chalicelib.channels.email.reports import About
from chalicelib.conversations.model import Message
from tests.unit.email_corpus import FIXTURES, expected
from tests.unit.mails import CUSTOMER, SUPPORT, answer_to, known, raw, read, sent  # noqa: F401 - a fixture among them

BOUNCES = [path for path in sorted(FIXTURES.rglob("*.eml")) if "bounce" in expected(path)]

# Where the source's label and the server's own words disagree, we believe the words: they say that nobody is there.
WORDS_SAY_GONE = {
    "sisimai-lhost-amazonses-02",
    "sisimai-lhost-receivingses-01",
    "sisimai-rfc3464-01",
    "sisimai-rhost-google-01",
}
# No machine-readable part and no list of addresses: kept and shown, but nothing follows from them.
NOT_READ = {"sisimai-lhost-amazonworkmail-01", "sisimai-lhost-office365-01", "sisimai-lhost-office365-02", "sisimai-lhost-zoho-01"}


@pytest.mark.parametrize("path", BOUNCES, ids=lambda path: path.stem)
def test_what_servers_say_of_a_recipient(path: Path) -> None:
    told = expected(path)["bounce"]
    content = path.read_bytes()
    found = reports.failures(parse.parse(content), content)
    if not told.get("is_bounce", True) or path.stem in NOT_READ:
        assert not found
        return
    if "permanent" in told:
        assert any(f.permanent for f in found) == told["permanent"] or path.stem in WORDS_SAY_GONE
    if "failed_recipients" in told:
        assert sorted(f.address for f in found if f.action in ("failed", "delayed")) == sorted(told["failed_recipients"])
    if told.get("status"):
        assert told["status"] in [f.status for f in found]


def ours(customer: str = CUSTOMER) -> Message:
    return answer_to(read(raw(sender=customer)))


def quote(message: Message) -> str:
    """The headers of our mail as a server gives them back: SES has put its own Message-ID in the place of ours."""
    mail = sent(message)
    return f"Message-ID: <0100018f@eu-central-1.amazonses.com>\r\nTo: {mail['To']}\r\nReferences: {mail['References']}\r\n"


def bounce(quoted: str, recipient: str = CUSTOMER, action: str = "failed", status: str = "5.1.1", code: str = "550 user unknown") -> bytes:
    report = f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {code}\r\n"
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: {SUPPORT}\r\nMessage-ID: <dsn@mx.example.net>\r\n"
        'Subject: Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n{report}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{quoted}--b--\r\n"
    ).encode()


def about(content: bytes) -> About | None:
    return reports.about(parse.parse(content), content)


def test_a_bounce_joins_what_it_answers_as_a_robots_mail_and_marks_the_message() -> None:
    message = ours()
    report = read(bounce(quote(message)))
    assert (report.thread, report.by, report.address) == (message.thread, "robot", "mailer-daemon@mx.example.net")
    assert report.meta["about"] == {"message": message.id, "event": "bounced", "detail": "550 user unknown", "permanent": True}


@pytest.mark.parametrize(
    ("action", "status", "code", "event", "permanent"),
    [
        ("failed", "5.1.1", "550 5.1.1 user unknown", "bounced", True),
        ("failed", "5.2.2", "552 5.2.2 mailbox full", "failed", False),
        ("failed", "5.7.1", "550 5.7.1 blocked by policy", "failed", False),
        ("failed", "4.4.7", "451 4.4.7 timed out", "failed", False),
        ("delayed", "4.2.2", "452 4.2.2 mailbox full", "delayed", False),
        ("relayed", "2.0.0", "250 ok", "", False),
        ("delivered", "2.0.0", "250 ok", "", False),
    ],
)
def test_only_an_address_that_is_gone_is_given_up(action: str, status: str, code: str, event: str, permanent: bool) -> None:
    found = about(bounce(quote(ours()), CUSTOMER, action, status, code))
    assert found
    assert (found.event, found.permanent) == (event, permanent)


def test_a_forged_bounce_changes_nothing() -> None:
    """No reference, an invented one, one of another customer's, one of another message; and the corpus's own."""
    mia = ours()
    theirs = ours("eve@example.com")
    reference = thread.reference(SUPPORT, mia.thread, mia.id, CUSTOMER)
    invented = reference.replace(reference.split(".")[2][:16], "a" * 16)
    swapped = f"{mia.thread}.{thread.reference(SUPPORT, mia.thread, 'a+other', CUSTOMER).partition('.')[2]}".replace(
        thread.reference(SUPPORT, mia.thread, "a+other", CUSTOMER).split(".")[1], reference.split(".")[1]
    )
    for quoted in ("", f"References: <{invented}>\r\n", f"References: <{swapped}>\r\n"):
        assert about(bounce(quoted)) is None
        assert "about" not in read(bounce(quoted)).meta
    found = about(bounce(quote(theirs), CUSTOMER))
    assert found is None or (found.event, found.thread) == ("", theirs.thread), "Eve's mail says nothing of the customer's address"
    for name in ("dsn-forged-for-a-mail-we-never-sent", "dsn-unknown-user", "dsn-two-recipients"):
        path = FIXTURES / "made" / f"{name}.eml"
        assert "about" not in read(path.read_bytes()).meta


def test_only_for_the_recipient_that_it_was_sent_to() -> None:
    """The customer forwards her mail, and there it bounced: the message is found, her address is not to blame."""
    found = about(bounce(quote(ours()), "forwarded@elsewhere.example"))
    assert found == About(ours().thread, ours().id)


def test_old_servers_without_a_report_part() -> None:
    qmail = (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {SUPPORT}\r\nSubject: failure notice\r\n\r\n"
        f"Hi. This is the qmail-send program.\r\n<{CUSTOMER}>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
        f"--- Below this line is a copy of the message.\r\n\r\n{quote(ours())}\r\nhello"
    )
    found = about(qmail.encode())
    assert found
    assert (found.message, found.event, found.permanent) == (ours().id, "bounced", True)


def test_complaints_and_receipts() -> None:
    def report(kind: str, part: str, fields: str) -> bytes:
        return (
            f"From: fbl@isp.example\r\nTo: {SUPPORT}\r\nSubject: FW\r\nMessage-ID: <r@isp.example>\r\n"
            f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nA report.\r\n'
            f"--b\r\nContent-Type: message/{part}\r\n\r\n{fields}\r\n"
            f"--b\r\nContent-Type: message/rfc822\r\n\r\n{quote(ours())}\r\nhello\r\n--b--\r\n"
        ).encode()

    def event(content: bytes) -> str:
        found = about(content)
        assert found
        assert found.thread == ours().thread
        assert read(content).by == "robot"
        return found.event

    assert event(report("feedback-report", "feedback-report", "Feedback-Type: abuse\r\nVersion: 1")) == "complaint"
    assert event(report("feedback-report", "feedback-report", "Feedback-Type: not-spam\r\nVersion: 1")) == ""
    receipt = f"Final-Recipient: rfc822; {CUSTOMER}\r\nDisposition: manual-action/MDN-sent-manually; displayed"
    assert event(report("disposition-notification", "disposition-notification", receipt)) == ""


def test_an_out_of_office_note_joins_by_the_chain_that_it_carries() -> None:
    message = ours()
    note = raw(
        "Auto-Submitted: auto-replied",
        "Message-ID: <ooo@example.com>",
        f"References: {sent(message)['References']} <0100018f@eu-central-1.amazonses.com>",
        body="I am away.",
    )
    found = read(note)
    assert (found.thread, found.by) == (message.thread, "robot")
    assert "about" not in found.meta


def test_what_a_human_writes_is_never_a_report() -> None:
    """A customer forwards a bounce of ours by hand: her words, and nothing follows from what she quotes."""
    mail = read(raw("References: <a@b>", body=f"Look what I got:\r\n> {CUSTOMER} user unknown\r\n{quote(ours())}"))
    assert mail.by == "customer"
    assert "about" not in mail.meta


def test_no_report_is_too_large_or_too_strange() -> None:
    huge = bounce("References: " + " ".join(f"<{n}@x>" for n in range(100_000)) + "\r\n")
    assert about(huge) is None
    assert about(b"\xff\xfe" * 1000) is None
    assert about(bounce(quote(ours()).replace("\r\n", "=\r\n"))) is not None


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.eml")), ids=lambda path: path.stem)
def test_nothing_in_the_corpus_counts_as_about_a_mail_of_ours(path: Path) -> None:
    content = path.read_bytes()
    assert about(content) is None


def test_every_robot_of_the_corpus_is_known_as_one() -> None:
    wrong = []
    for path in sorted(FIXTURES.rglob("*.eml")):
        told, mail = expected(path), parse.parse(path.read_bytes())
        why = automatic.reason(mail, mail.header("return-path") or None, SUPPORT)
        if told.get("may_auto_answer") is False and not why:
            wrong.append(path.stem)
        if told.get("auto_generated") is True and why not in automatic.MACHINE:
            wrong.append(path.stem)
    assert not wrong
