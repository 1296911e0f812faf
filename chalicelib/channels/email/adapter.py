"""The e-mail channel: SES hands us mails through S3 and SNS, SES takes ours.

An incoming mail's `meta`: `raw` (its object in the mail bucket), `message_id`, `references` (an answer's meta carries
these two on), `attachments` (every part and what became of it, see conversations.files; none for a mail of one text), `whole`
(characters of the whole text, if a quote was cut), `remarks` (what could not be read), `automatic` (why no robot may answer; never
answered by the bot), `quarantined` (why: kept, shown to nobody unasked, never answered), `unproven` (anybody may have written it),
`verified` (DMARC passed: the sender's domain vouches for the address),
`related` (threads that it names, though its sender is none of theirs: possibly related), `about` (what a report tells of a message
of ours, see reports).
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.channels.email import automatic as email_automatic
from chalicelib.channels.email import parse, reply, reports, words
from chalicelib.channels.email import thread as email_thread
from chalicelib.channels.email.parse import Mail
from chalicelib.channels.email.parts import Attachment
from chalicelib.conversations import files
from chalicelib.conversations.model import Message
from chalicelib.errors import BadRequest, NotFound, Unavailable

UNKNOWN = "unknown@invalid"  # a mail without any sender is kept, too
REFERENCES = 1_500  # characters of references kept on a message
CLEAN = ("PASS", "DISABLED", "")  # verdicts on viruses that open a file; "" where nothing scans


def receive(sns_message: dict[str, Any]) -> Message | None:
    """What to store for SES's notification: the raw mail is read from S3, its files are stored there. None if it tells of no mail.

    Raises BadRequest for a notification that lacks what is needed, Unavailable if S3 cannot be reached (yet).
    """
    if sns_message.get("notificationType") != "Received":
        return None
    raw, support = _raw(sns_message), settings.env("SUPPORT_ADDRESS").lower()
    mail = parse.parse(raw)
    message = _message(sns_message, mail, raw, support)
    for part in mail.attachments:
        if _is_kept(part):
            files.store(message.thread, part.content)
    return message


def incoming(notification: Mapping[str, Any], raw: bytes, support: str) -> Message:
    """The message in a mail. The same mail always gives the same id and thread. Raises BadRequest."""
    return _message(notification, parse.parse(raw), raw, support)


def content_id(mail: Mail, raw: bytes, ses_id: str) -> str:
    """The same for each copy of a mail, however it came: what relays add is left out. The Message-ID alone would not do, as any
    sender chooses it; a mail with neither that nor a date may well be meant twice, so SES's id tells them apart."""
    head = [value for name in ("message-id", "from", "date", "subject") for value in mail.headers.get(name, ())]
    if not mail.message_id and not mail.header("date"):
        head.append(ses_id)
    ends = [at for at in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if at >= 0]
    digest = sha256("\n".join(head).encode("utf-8", "surrogateescape"))
    digest.update(raw[min(ends, default=len(raw)) :].strip())
    return digest.hexdigest()[:32]


def _message(notification: Mapping[str, Any], mail: Mail, raw: bytes, support: str) -> Message:
    envelope, receipt = _section(notification, "mail"), _section(notification, "receipt")
    ses_id, source = str(envelope.get("messageId") or ""), envelope.get("source")
    if not ses_id:
        raise BadRequest("SES's notification names no message id")
    own_id = content_id(mail, raw, ses_id)
    sender = mail.address or words.mailbox(str(source or ""))[1] or UNKNOWN
    recipients = _recipients(mail, envelope, receipt)
    meta = _meta(mail, receipt, source, support, sender)
    trusted = not meta.get("quarantined") and not _is_disproven(mail, receipt)
    robot = meta.get("automatic") in email_automatic.MACHINE
    report = reports.about(mail, raw) if robot and "quarantined" not in meta else None
    thread = report.thread if report else email_thread.thread_of(mail, sender, recipients, support, content_id=own_id, trusted=trusted)
    text, cut = reply.visible(mail.text)
    more = {
        "whole": len(mail.text) if cut else 0,
        "related": email_thread.related(mail, thread, sender, recipients, support),
        "raw": _key(notification),
        "about": report.told() if report else None,
    }
    return Message(
        thread=thread,
        id=own_id,
        direction="incoming",
        channel="email",
        at=_time(str(receipt.get("timestamp") or envelope.get("timestamp") or "")),
        text="\n\n".join(filter(None, (text, mail.invite))),
        address=sender,
        name=mail.name[:80],
        by="robot" if robot else "customer",
        subject=mail.subject,
        meta=meta | {key: value for key, value in more.items() if value},
    )


def send(message: Message) -> str:
    """Hand an outgoing message to SES; its id there. Raises Undeliverable, Unavailable (nothing left), Uncertain."""
    from chalicelib.channels.email import send as email_send

    return email_send.send(message)


def _section(notification: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = notification.get(name)
    if not isinstance(section, dict):
        raise BadRequest(f"SES's notification has no {name}")
    return section


def _raw(notification: dict[str, Any]) -> bytes:
    if "content" in notification:
        return _content(notification)
    key = _key(notification)
    if not key:
        raise BadRequest("SES's notification names no stored mail")
    try:
        with clients.translated("read the raw mail"):
            body: bytes = clients.client("s3").get_object(Bucket=settings.env("MAIL_BUCKET"), Key=key)["Body"].read()
    except NotFound as error:
        raise Unavailable("the raw mail is not in its bucket (yet)") from error
    return body


def _content(notification: dict[str, Any]) -> bytes:
    """Small mails may come inside the notification."""
    content = str(notification["content"])
    if _action(notification).get("encoding") != "BASE64":
        return content.encode("utf-8", "surrogateescape")
    try:
        return b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("the mail inside SES's notification is not base64") from error


def _action(notification: Mapping[str, Any]) -> dict[str, Any]:
    action = _section(notification, "receipt").get("action")
    return action if isinstance(action, dict) else {}


def _key(notification: Mapping[str, Any]) -> str:
    return str(_action(notification).get("objectKey") or "")


def _meta(mail: Mail, receipt: dict[str, Any], source: Any, support: str, sender: str) -> dict[str, Any]:
    """Only what there is: each key costs on every write."""
    why = email_automatic.reason(mail, None if source is None else str(source), support) or ("no sender" if sender == UNKNOWN else "")
    found = {
        "message_id": mail.message_id,
        "references": _references(mail),
        "attachments": [_entry(part, _verdict(receipt, "virus") in CLEAN) for part in mail.attachments],
        "remarks": list(mail.remarks),
        "automatic": why,
        "quarantined": _quarantine(receipt),
        "unproven": _is_disproven(mail, receipt) or _verdict(receipt, "spf") == "FAIL",
        "verified": _verdict(receipt, "dmarc") == "PASS" and not _is_disproven(mail, receipt),
    }
    return {key: value for key, value in found.items() if value}


def _is_kept(part: Attachment) -> bool:
    return part.fate in ("stored", "inline")


def _entry(part: Attachment, clean: bool) -> files.Entry:
    kept = _is_kept(part)
    return files.attachment(
        part.name,
        part.type,
        part.size,
        sha256=sha256(part.content).hexdigest() if kept else "",
        fate="locked" if kept and not clean else part.fate,
        why=part.why,
        inline=part.inline,
    )


def _references(mail: Mail) -> list[str]:
    chain = list(dict.fromkeys([*mail.references, *(() if mail.references else mail.in_reply_to)]))
    while len(chain) > 2 and sum(map(len, chain)) > REFERENCES:
        del chain[1]
    return chain if sum(map(len, chain)) <= REFERENCES else chain[:1]


def _verdict(receipt: dict[str, Any], name: str) -> str:
    verdict = receipt.get(f"{name}Verdict")
    return str(verdict.get("status") or "") if isinstance(verdict, dict) else ""


def _quarantine(receipt: dict[str, Any]) -> str:
    for name in ("virus", "spam"):
        if _verdict(receipt, name) == "FAIL":
            return name
    rejected = _verdict(receipt, "dmarc") == "FAIL" and str(receipt.get("dmarcPolicy", "")).lower() == "reject"
    return "dmarc" if rejected else ""


def _is_disproven(mail: Mail, receipt: dict[str, Any]) -> bool:
    """A failed DMARC never proves an identity; nor do two senders in one mail."""
    return _verdict(receipt, "dmarc") == "FAIL" or len(mail.headers.get("from", ())) > 1


def _recipients(mail: Mail, envelope: dict[str, Any], receipt: dict[str, Any]) -> list[str]:
    """What the server saw first, then what the mail says."""
    seen = [str(a) for part in (receipt.get("recipients"), envelope.get("destination")) if isinstance(part, list) for a in part]
    names = ("to", "cc", "delivered-to", "x-original-to")
    said = [a for name in names for value in mail.headers.get(name, [])[:3] for a in words.addresses(value)]
    return [*seen[:100], *said]


def _time(stamp: str) -> int:
    """SES's own time of receipt in Unix milliseconds: the same for each delivery of one mail. Raises BadRequest."""
    try:
        return int(datetime.fromisoformat(stamp).timestamp() * 1000)
    except ValueError as error:
        raise BadRequest("SES's notification has no time of receipt") from error
