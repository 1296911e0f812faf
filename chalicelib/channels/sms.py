"""The SMS channel: Twilio posts signed forms to us, and takes ours by its REST API.

An incoming message's `meta`: `keyword` (stop, start or help: not a question), `media` [{url, type}] of an MMS (fetched by nobody
yet), `automatic` (why it cannot be answered: a sender that is no number), `number` (ours that it was sent to).
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from chalicelib import settings, tokens
from chalicelib.channels import sms_keywords, sms_twilio
from chalicelib.conversations.model import Message
from chalicelib.errors import BadRequest, Forbidden, Undeliverable

PATH = "/sms/twilio"
LONGEST = 1600  # characters that Twilio takes
TEXT = 4_000  # characters kept; a longer text message does not exist
MEDIA = 10

# Twilio sends E.164; phonenumberslite would cost each cold start 22 ms to say no more than this.
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 ._&+-]{0,10}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def receive(body: bytes, headers: Mapping[str, str]) -> Message:
    """What to store for a webhook's raw body, after its signature is proven.

    `headers` in any case. Raises TooLarge, Forbidden (wrong signature), BadRequest (not a text message's form).
    """
    params = sms_twilio.form(body)
    known = settings.parameters()
    signature = next((value for name, value in headers.items() if name.lower() == "x-twilio-signature"), "")
    if not sms_twilio.verify(known.public_url + PATH, params, signature, known.twilio_auth_tokens):
        raise Forbidden("this is not Twilio's signature")
    return incoming(dict(params), time.time_ns() // 1_000_000)


def incoming(params: Mapping[str, str], at: int) -> Message:
    """The message in a form whose signature was proven. Raises BadRequest."""
    sid, theirs, ours = params.get("MessageSid", ""), params.get("From", "").strip(), params.get("To", "").strip()
    if not sms_twilio.is_sid(sid):
        raise BadRequest("MessageSid is missing or not Twilio's")
    if not _NUMBER.fullmatch(ours) or not (_NUMBER.fullmatch(theirs) or _NAME.fullmatch(theirs)):
        raise BadRequest("From and To must be phone numbers")
    if "Body" not in params and "NumMedia" not in params:
        raise BadRequest("this form is not of a text message")
    text = _CONTROL.sub("", params.get("Body", "").replace("\r\n", "\n").replace("\r", "\n")).strip()[:TEXT]
    return Message(
        thread=thread(ours, theirs),
        id=sid,
        direction="incoming",
        channel="sms",
        at=at,
        text=text,
        address=theirs,
        meta=_meta(params, text, ours, theirs),
    )


def thread(ours: str, theirs: str) -> str:
    """Keyed, so that a thread's name tells nobody the number."""
    return "s" + tokens.sign("sms-thread", f"{ours}\n{theirs}")[:20]


def send(message: Message) -> str:
    """Hand an outgoing message to Twilio; its sid. Raises Undeliverable, Unavailable (nothing left), Uncertain."""
    known = settings.parameters()
    if not known.twilio_account_sid or not known.twilio_auth_tokens:
        raise Undeliverable("no Twilio account is set up: store its id and token first")
    fields = {"To": message.address, "From": settings.env("SMS_NUMBER"), "Body": body(message)}
    return sms_twilio.send(known.twilio_api, known.twilio_account_sid, known.twilio_auth_tokens[0], fields)


def body(message: Message) -> str:
    """The text with its link below. A bot answer that is too long ends in its article's address; a person's is refused whole."""
    link = message.link if message.link not in message.text else ""
    text = f"{message.text}\n{link}" if link else message.text
    if len(text) <= LONGEST:
        return text
    if message.by != "bot" or not message.link:
        raise Undeliverable(f"the text is longer than {LONGEST:,} characters")
    return f"{message.text[: LONGEST - len(message.link) - 3]} …\n{message.link}"


def _meta(params: Mapping[str, str], text: str, ours: str, theirs: str) -> dict[str, Any]:
    found = {
        "number": ours,
        "keyword": sms_keywords.keyword(text, params.get("OptOutType", "")),
        "media": _media(params),
        "automatic": "" if theirs.startswith("+") else "no number",
    }
    return {key: value for key, value in found.items() if value}


def _media(params: Mapping[str, str]) -> list[dict[str, str]]:
    count = params.get("NumMedia", "0")
    several = min(int(count), MEDIA) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    return [{"url": params.get(f"MediaUrl{i}", "")[:500], "type": params.get(f"MediaContentType{i}", "")[:80]} for i in range(several)]
