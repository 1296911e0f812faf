"""Mails as SES tells of them, as a mailbox shows them, and replies as a mail program writes them. No network here."""

import secrets
import string
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import format_datetime, getaddresses, make_msgid, parseaddr
from typing import Any

Json = dict[str, Any]

PREFIX = "raw/"
PASS = {"status": "PASS"}
# With shorter lines Python encodes long message ids as if they were words, which no mail program undoes.
WRITTEN = policy.SMTP.clone(max_line_length=900)


def parse(raw: bytes) -> EmailMessage:
    """Any bytes give a message, as SES delivers whatever was sent to it."""
    return message_from_bytes(raw, policy=policy.default)


def new_ses_id() -> str:
    """An id as SES gives to a received mail."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(40))


def received(raw: bytes, ses_id: str, sender: str, recipients: list[str], now: datetime) -> bytes:
    """The mail as SES stores it, with the headers that SES puts before those of the mail."""
    lines = [
        f"Return-Path: <{sender}>",
        "Received: from localhost (localhost [127.0.0.1])",
        f" by inbound-smtp.us-east-1.amazonaws.com with SMTP id {ses_id}",
        f" for {recipients[0]}; {format_datetime(now)}",
        "X-SES-Spam-Verdict: PASS",
        "X-SES-Virus-Verdict: PASS",
    ]
    return "\r\n".join(lines).encode() + b"\r\n" + raw


def notification(stored: bytes, ses_id: str, sender: str, recipients: list[str], *, place: Json, now: datetime) -> Json:
    """What SES publishes after storing a mail. `place`: bucketName and topicArn."""
    mail = message_from_bytes(stored, policy=policy.compat32)  # headers as they came; the newer policy refuses some
    time = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    headers = [{"name": name, "value": _unfolded(value)} for name, value in mail.items()]
    return {
        "notificationType": "Received",
        "mail": {
            "timestamp": time,
            "source": sender,
            "messageId": ses_id,
            "destination": recipients,
            "headersTruncated": False,
            "headers": headers,
            "commonHeaders": _common_headers(mail, sender),
        },
        "receipt": {
            "timestamp": time,
            "processingTimeMillis": 250,
            "recipients": recipients,
            "spamVerdict": PASS,
            "virusVerdict": PASS,
            "spfVerdict": PASS,
            "dkimVerdict": PASS,
            "dmarcVerdict": PASS,
            "action": {"type": "S3", **place, "objectKeyPrefix": PREFIX, "objectKey": PREFIX + ses_id},
        },
    }


def _common_headers(mail: Message, sender: str) -> Json:
    found: Json = {"returnPath": sender}
    for name, key in (("From", "from"), ("To", "to"), ("Cc", "cc"), ("Reply-To", "replyTo")):
        if mail[name]:
            found[key] = [part.strip() for part in _unfolded(mail[name]).split(",")]
    for name, key in (("Date", "date"), ("Message-ID", "messageId"), ("Subject", "subject")):
        if mail[name]:
            found[key] = _unfolded(mail[name])
    return found


def _unfolded(value: object) -> str:
    return " ".join(str(value).split())


def view(raw: bytes) -> Json:
    """What a mail program shows: from, to, subject, text, html (empty if there is none), attachments' names."""
    mail = parse(raw)
    return {
        "from": str(mail["From"] or ""),
        "to": str(mail["To"] or ""),
        "subject": str(mail["Subject"] or ""),
        "text": _body(mail, "plain"),
        "html": _body(mail, "html"),
        "attachments": [part.get_filename() or part.get_content_type() for part in mail.iter_attachments()],
    }


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def compose(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """A new mail, as a mail program would send it."""
    mail = EmailMessage(policy=WRITTEN)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"], mail["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain=sender.rpartition("@")[2].strip("> "))
    mail.set_content(text, cte="quoted-printable")
    return mail


def reply(raw: bytes, sender: str, text: str) -> EmailMessage:
    """A reply to a mail: to its Reply-To, in its thread, with the mail quoted below."""
    mail, seen = parse(raw), view(raw)
    subject = seen["subject"] if seen["subject"].lower().startswith("re:") else f"Re: {seen['subject']}"
    quoted = "\n".join("> " + line for line in seen["text"].splitlines())
    answer = compose(
        sender, str(mail["Reply-To"] or mail["From"]), subject, f"{text}\n\nOn {mail['Date']}, {mail['From']} wrote:\n{quoted}\n"
    )
    if mail["Message-ID"]:
        answer["In-Reply-To"] = str(mail["Message-ID"]).strip()
        answer["References"] = " ".join(f"{mail['References'] or ''} {mail['Message-ID']}".split())
    return answer


def address(text: str) -> str:
    """The bare address of a header or a form's field, lower-case; empty if there is none."""
    return parseaddr(text)[1].lower()


def addresses(*headers: str) -> list[str]:
    """The bare addresses of several headers."""
    return [found.lower() for _, found in getaddresses(list(headers)) if found]
