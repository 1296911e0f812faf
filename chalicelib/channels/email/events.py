"""What SES, or a mail about our mail, tells of what we sent: sent, delivered, delayed, bounced, complained about, refused.

Events of the configuration set (`eventType`) and notifications of the identity (`notificationType`) say the same in two spellings.
They may come twice and in any order: what follows from them (receipts, identities) only ever moves forward.
Source: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html and .../notification-contents.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib import settings
from chalicelib.aws.dynamodb import Item
from chalicelib.channels import receipts, sns
from chalicelib.channels.receipts import Event
from chalicelib.channels.tags import untagged
from chalicelib.conversations import keys, table
from chalicelib.customers import identities
from chalicelib.observability import log, now

# An event is as true after a failed day as at once, and coming again does no harm.
OLDEST = 14 * settings.DAY

# Soft bounces whose mail will not arrive however often it is tried; what else is soft may arrive, or was a robot's "I am away".
_TOO_MUCH = frozenset({"ContentRejected", "AttachmentRejected", "MessageTooLarge"})

# eventType -> the part of the event that tells of it, and the list of those whom it concerns.
_PARTS = {
    "Send": ("send", ""),
    "Delivery": ("delivery", "recipients"),
    "DeliveryDelay": ("deliveryDelay", "delayedRecipients"),
    "Bounce": ("bounce", "bouncedRecipients"),
    "Complaint": ("complaint", "complainedRecipients"),
    "Reject": ("reject", ""),
    "Rendering Failure": ("failure", ""),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event, in the words of `receipts.apply`. `concerned`: addresses in lower case, none if it is the mail as a whole."""

    event: Event
    at: int
    concerned: tuple[str, ...] = ()
    detail: str = ""
    permanent: bool = False
    thread: str = ""
    message: str = ""
    provider_id: str = ""


def receive(notification: Mapping[str, Any]) -> str:
    """The `Sns` part of a Lambda event. Returns what happened, for the log. Raises Forbidden if SNS did not sign it for our topic."""
    signed = sns.verified(dict(notification), (settings.env("MAIL_EVENTS_TOPIC"),), now(), OLDEST)
    event = _parsed(signed["Message"])
    told = read(event)
    log.info("mail_event", kind=str(event.get("eventType") or event.get("notificationType") or "")[:40], told=told.event if told else "")
    if told:
        follow(told)
    return told.event if told else "nothing"


def read(event: Mapping[str, Any]) -> Told | None:
    """None for what changes nothing: a kind that we do not know, "this is no spam", the text that tries out a new topic. Pure."""
    kind = str(event.get("eventType") or event.get("notificationType") or "")
    mail = _part(event, "mail")
    if kind not in _PARTS or not mail:
        return None
    name, listed = _PARTS[kind]
    part = _part(event, name)
    meaning = _meaning(kind, part)
    if not meaning:
        return None
    what, detail, permanent = meaning
    sent_to = {_address(address) for address in _list(mail.get("destination"))}
    # Whom a mail was forwarded to is none of our business: only those whom we wrote to.
    concerned = tuple(a for a in map(_address, _list(part.get(listed))) if a in sent_to)
    if listed and not concerned:
        return None
    tags = _part(mail, "tags")
    return Told(
        event=what,
        at=_time(part.get("timestamp") or mail.get("timestamp")),
        concerned=concerned,
        detail=detail[:300],
        permanent=permanent,
        thread=_tag(tags, "thread"),
        message=untagged(_tag(tags, "message")),
        provider_id=str(mail.get("messageId") or "")[:100],
    )


def follow(told: Told) -> None:
    """The message moves on, and whoever it concerns gets nothing more where that is due."""
    message = table.message(told.thread, told.message) if told.thread and told.message else None
    ours = message.address.lower() if message else ""
    if message and (not told.concerned or ours in told.concerned):
        receipts.apply(
            told.thread, told.message, told.event, told.at, detail=told.detail, provider_id=told.provider_id, permanent=told.permanent
        )
    if told.event == "complaint" or (told.event == "bounced" and told.permanent):
        for address in told.concerned:
            if address != ours:
                identities.block("email", address, told.event, told.at)


def handle(item: Item, _old: Item | None) -> str:
    """One stored mail of the stream that reports on a message of its thread (email_reports). Raises Unavailable."""
    report = keys.message(item)
    told = report.meta["about"]
    event, permanent = told["event"], bool(told.get("permanent"))
    return receipts.apply(report.thread, told["message"], event, report.at, detail=told.get("detail", ""), permanent=permanent)


def _meaning(kind: str, part: Mapping[str, Any]) -> tuple[Event, str, bool] | None:
    """What `receipts.apply` calls it, what an agent reads, and whether nothing will ever arrive there."""
    if kind == "Bounce":
        return _bounce(part)
    if kind == "Complaint":
        counts = part.get("complaintFeedbackType") != "not-spam"
        return ("complaint", "the customer marked our mail as spam", False) if counts else None
    if kind == "DeliveryDelay":
        return "delayed", _diagnosis(part, "delayedRecipients", str(part.get("delayType") or "")), False
    if kind == "Reject":
        return "failed", f"Amazon SES refused the mail: {part.get('reason') or 'no reason'}", False
    if kind == "Rendering Failure":
        return "failed", f"Amazon SES could not make the mail: {part.get('errorMessage') or 'no reason'}", False
    return ("sent" if kind == "Send" else "delivered"), "", False


def _bounce(part: Mapping[str, Any]) -> tuple[Event, str, bool]:
    kind, subtype = str(part.get("bounceType") or ""), str(part.get("bounceSubType") or "")
    detail = _diagnosis(part, "bouncedRecipients", subtype)
    if kind == "Transient":
        return ("failed" if subtype in _TOO_MUCH else "delayed"), detail, False
    return "bounced", detail, kind == "Permanent"


def _diagnosis(part: Mapping[str, Any], listed: str, otherwise: str) -> str:
    """What the customer's mail server said, else SES's own word for it."""
    recipients = part.get(listed)
    told = [str(r.get("diagnosticCode") or "") for r in recipients if isinstance(r, dict)] if isinstance(recipients, list) else []
    said = next((text.removeprefix("smtp; ") for text in told if text), "")
    return f"{otherwise}: {said}" if said else otherwise


def _parsed(text: str) -> dict[str, Any]:
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _part(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = values.get(name)
    return part if isinstance(part, dict) else {}


def _list(value: object) -> list[Any]:
    return value[:100] if isinstance(value, list) else []


def _address(recipient: object) -> str:
    """Of a text, or of an object with `emailAddress`; SES gives "Name <address>" as it was written."""
    text = recipient.get("emailAddress") if isinstance(recipient, dict) else recipient
    return str(text or "").rpartition("<")[2].strip("> ").lower()


def _tag(tags: Mapping[str, Any], name: str) -> str:
    return str(next(iter(_list(tags.get(name))), ""))[:256]


def _time(stamp: object) -> int:
    """Unix milliseconds; now for what bears no time that can be read."""
    try:
        return int(datetime.fromisoformat(str(stamp)).timestamp() * 1000)
    except ValueError:
        return now()
