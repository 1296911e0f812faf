"""AWS End User Messaging as a provider of SMS: two-way messages and delivery events by SNS, sending by pinpoint-sms-voice-v2.

Sources: docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html, …/configuration-sets-event-format.html,
…/configuration-sets-event-types.html. The service takes no pictures from customers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.channels import sns
from chalicelib.channels.sms import adapter
from chalicelib.channels.tags import tagged, untagged
from chalicelib.conversations.model import Message
from chalicelib.errors import BadRequest, Undeliverable
from chalicelib.observability import log, now

if TYPE_CHECKING:
    from chalicelib.channels.receipts import Event

# AWS tries a function again for hours, and a parked event is redriven by hand within two weeks. Both are taken: what comes twice
# does no harm here.
OLDEST = 14 * settings.DAY

MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})
MEDIA_SIZE = 2 * 1024 * 1024  # bytes; one picture a message
OPTED_OUT = "DESTINATION_PHONE_NUMBER_OPTED_OUT"
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

# Of TEXT_… and MEDIA_…; what is not here (queued, pending, unknown after three days) tells nothing.
_EVENTS: dict[str, tuple[Event, str]] = {
    "SENT": ("sent", ""),
    "SUCCESSFUL": ("sent", ""),  # the carrier took it
    "DELIVERED": ("delivered", ""),
    "BLOCKED": ("failed", "the phone blocks our messages"),
    "CARRIER_BLOCKED": ("failed", "the carrier blocked the message"),
    "CARRIER_UNREACHABLE": ("failed", "the carrier could not be reached"),
    "INVALID": ("bounced", "this number does not exist, or takes no text messages"),
    "INVALID_MESSAGE": ("failed", "the carrier could not read the message"),
    "PROTECT_BLOCKED": ("failed", "messages to this country are not allowed in the AWS account"),
    "SPAM": ("failed", "the carrier took the message for spam"),
    "TTL_EXPIRED": ("failed", "the phone was out of reach for too long"),
    "UNREACHABLE": ("failed", "the phone is switched off or out of reach"),
}


def receive(notification: Mapping[str, Any]) -> str:
    """The `Sns` part of a Lambda event: one word for the log.

    Raises Forbidden, BadRequest (for the dead letters: it will never be understood), Unavailable.
    """
    proven = sns.verified(notification, (settings.env("TEXT_TOPIC"),), now(), OLDEST)
    try:
        told = json.loads(proven["Message"])
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BadRequest("this is no message of AWS End User Messaging")
    done = _report(told) if "eventType" in told else _take(told, sns.moment(proven["Timestamp"]))
    log.info("sms_aws", what=done)
    return done


def _take(told: Mapping[str, Any], at: int) -> str:
    return "stored" if adapter.take(incoming(told, at)) else "known"


def incoming(told: Mapping[str, Any], at: int) -> Message:
    """The message in a two-way payload. Raises BadRequest."""
    names = ("inboundMessageId", "destinationNumber", "originationNumber", "messageBody")
    message_id, ours, theirs, text = (told.get(name) for name in names)
    if not (isinstance(message_id, str) and isinstance(ours, str) and isinstance(theirs, str) and isinstance(text, str)):
        raise BadRequest(f"a text message has {', '.join(names)}")
    if not _ID.fullmatch(message_id):
        raise BadRequest("inboundMessageId is not AWS's")
    return adapter.incoming(message_id, ours, theirs, text, at)


def media(to: str, files: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The one picture that can go as MMS, to North America only."""
    for entry in files if to.startswith("+1") else ():
        if entry["type"] in MEDIA_TYPES and entry["size"] <= MEDIA_SIZE and entry["fate"] in ("stored", "inline"):
            return (entry,)
    return ()


def send(text: adapter.Text) -> str:
    """Hands one message to AWS; its id. Raises Stopped, Undeliverable, Unavailable (nothing left), Uncertain."""
    request: dict[str, Any] = {
        "DestinationPhoneNumber": text.to,
        "OriginationIdentity": settings.env("SMS_NUMBER"),
        "Context": {"thread": text.thread, "message": tagged(text.message)} | ({"part": text.part} if text.part else {}),
        **({"MessageBody": text.body} if text.body else {}),
    }
    if text.followed and (events := settings.optional("SMS_EVENTS")):
        request["ConfigurationSetName"] = events
    client = clients.once("pinpoint-sms-voice-v2", settings.addresses().sms_api)
    try:
        with clients.sending("AWS refused the text message"):
            if text.media:
                return str(client.send_media_message(MediaUrls=[_place(text.thread, text.media[0])], **request)["MessageId"])
            return str(client.send_text_message(MessageType="TRANSACTIONAL", **request)["MessageId"])
    except Undeliverable as error:
        if OPTED_OUT in str(error):
            raise adapter.Stopped("this customer said STOP and gets no messages any more") from error
        raise


def _place(thread: str, entry: dict[str, Any]) -> str:
    from chalicelib.conversations import files

    return files.place(thread, entry["sha256"])


def _report(told: Mapping[str, Any]) -> str:
    """What became of a message of ours; a text counts as sent or delivered with its last part, as failed with any."""
    from chalicelib.channels import receipts

    kind = str(told["eventType"]).partition("_")[2]
    context, at = told.get("context"), told.get("eventTimestamp")
    if kind not in _EVENTS or not isinstance(context, dict) or type(at) is not int:
        return "nothing_new"
    event, detail = _EVENTS[kind]
    thread, message_id = context.get("thread"), context.get("message")
    if not isinstance(thread, str) or not isinstance(message_id, str) or ("part" in context and event in ("sent", "delivered")):
        return "nothing_new"
    return receipts.apply(
        thread,
        untagged(message_id),
        event,
        at,
        detail=detail,
        provider_id=str(told.get("messageId", "")),
        permanent=event == "bounced",
        address=str(told.get("destinationPhoneNumber", "")),
    )
