"""The e-mail channel: SES hands us mails through S3 and SNS, SES takes ours.

An incoming mail's `meta`: `raw` (its object in the mail bucket), `message_id`, `references` (an answer's meta carries
these two on), `attachments` [{name, type, size, inline}], `whole` (characters of the whole text, if a quote was cut),
`remarks` (what could not be read), `automatic` (why no robot may answer; never answered by the bot), `quarantined`
(why: kept, shown to nobody unasked, never answered), `locked` (attachments not virus-free), `unproven` (anybody may have written it).
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib import aws, settings
from chalicelib.channels import email_automatic, email_parse, email_reply, email_thread, email_words
from chalicelib.channels.email_parse import Mail
from chalicelib.conversations.model import Message
from chalicelib.errors import BadRequest, NotFound, Unavailable

UNKNOWN = "unknown@invalid"  # a mail without any sender is kept, too
REFERENCES = 1_500  # characters of references kept on a message


def receive(sns_message: dict[str, Any]) -> Message | None:
    """What to store for SES's notification, with the raw mail read from S3; None if it tells of no mail.

    Raises BadRequest for a notification that lacks what is needed, Unavailable if the raw mail cannot be read yet.
    """
    if sns_message.get("notificationType") != "Received":
        return None
    return incoming(sns_message, _raw(sns_message), settings.env("SUPPORT_ADDRESS").lower())


def incoming(notification: Mapping[str, Any], raw: bytes, support: str) -> Message:
    """The message in a mail. The same mail always gives the same id and thread. Raises BadRequest."""
    envelope, receipt = _section(notification, "mail"), _section(notification, "receipt")
    ses_id, source = str(envelope.get("messageId") or ""), envelope.get("source")
    if not ses_id:
        raise BadRequest("SES's notification names no message id")
    mail = email_parse.parse(raw)
    sender = mail.address or email_words.mailbox(str(source or ""))[1] or UNKNOWN
    meta = _meta(mail, receipt, source, support, sender)
    text, cut = email_reply.visible(mail.text)
    if cut:
        meta["whole"] = len(mail.text)
    trusted = not meta.get("quarantined") and not _is_disproven(mail, receipt)
    return Message(
        thread=email_thread.thread_of(mail, sender, _recipients(mail, envelope, receipt), support, ses_id=ses_id, trusted=trusted),
        id=ses_id,
        direction="incoming",
        channel="email",
        at=_time(str(receipt.get("timestamp") or envelope.get("timestamp") or "")),
        text=text,
        address=sender,
        name=mail.name[:80],
        subject=mail.subject,
        meta=meta | {"raw": _key(notification)},
    )


def send(message: Message) -> str:
    """Hand an outgoing message to SES; its id there. Raises Undeliverable, Unavailable (nothing left), Uncertain."""
    from chalicelib.channels import email_send

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
        with aws.translated("read the raw mail"):
            body: bytes = aws.client("s3").get_object(Bucket=settings.env("MAIL_BUCKET"), Key=key)["Body"].read()
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
    attachments = [
        {"name": part.name, "type": part.type[:80], "size": len(part.content)} | ({"inline": True} if part.content_id else {})
        for part in mail.attachments
    ]
    virus = _verdict(receipt, "virus")
    found = {
        "message_id": mail.message_id,
        "references": _references(mail),
        "attachments": attachments,
        "remarks": list(mail.remarks),
        "automatic": why,
        "quarantined": _quarantine(receipt),
        "locked": bool(attachments) and virus not in ("PASS", "DISABLED", ""),
        "unproven": _is_disproven(mail, receipt) or _verdict(receipt, "spf") == "FAIL",
    }
    return {key: value for key, value in found.items() if value}


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
    said = [a for name in names for value in mail.headers.get(name, [])[:3] for a in email_words.addresses(value)]
    return [*seen[:100], *said]


def _time(stamp: str) -> int:
    """SES's own time of receipt in Unix milliseconds: the same for each delivery of one mail. Raises BadRequest."""
    try:
        return int(datetime.fromisoformat(stamp).timestamp() * 1000)
    except ValueError as error:
        raise BadRequest("SES's notification has no time of receipt") from error
