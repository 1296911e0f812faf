"""A visitor names an address and types in the six digits that were sent there: from then on it is hers, and answers can follow her.

No code is stored anywhere: it follows from the visitor, the address and the moment of asking, by our key, and is put into the
message while that is sent. Ten minutes, five tries; three codes an hour for a visitor and for an address. Nobody can tell from
the answers whether an address is known here. A code travels in a thread of its own: an answer to it must not join the chat of
whoever only claimed the address.
"""

from __future__ import annotations

import hmac
import unicodedata
from base64 import b32decode
from dataclasses import replace
from typing import Any

from chalicelib import push, settings, tokens
from chalicelib.channels.webchat_frames import client_id, text
from chalicelib.conversations import codes, counters, identities, proofs, table
from chalicelib.conversations.model import Channel, Message
from chalicelib.errors import BadRequest, Forbidden, TooMany, Undeliverable

LIFE = 10 * 60_000
TRIES = 5
ASKED = 3  # codes in an hour, for one visitor and to one address
TEXTS = 60  # codes by SMS in an hour, all together: whoever makes others pay for texts gets no further
HIDDEN = "••••••"

_WORDS = {
    "en": (
        "Your code for {business}",
        "{hidden} is your code for the chat with {business}. It is good for ten minutes. If you did not ask for it, ignore this message.",
    ),
    "zh": ("{business}验证码", "您与{business}在线客服对话的验证码是 {hidden}，十分钟内有效。如非本人操作，请忽略。"),
}


def contact(visitor: str, frame: dict[str, Any], connection: str, now: int) -> None:
    """Sends a code. Raises BadRequest (no address that we can write to), TooMany."""
    asked = client_id(frame)
    channel, address = _address(text(frame, "address"))
    _spend(visitor, channel, address, now)
    message = _message(visitor, asked, (channel, address), text(frame, "language"), now)
    if not identities.blocked(channel, address) and table.record(message):
        codes.begin(visitor, channel, address, now, LIFE)
    push.post(connection, {"type": "contact", "id": asked, "address": address})


def prove(visitor: str, frame: dict[str, Any], connection: str, now: int) -> None:
    """Takes a code. Raises Forbidden (wrong, also one that is too old), TooMany (then only a new code helps)."""
    asked = client_id(frame)
    channel, address = _address(text(frame, "address"))
    if not proofs.is_known(visitor, channel, address):
        _check(visitor, channel, address, text(frame, "code"), now)
        proofs.prove(visitor, channel, address, "code", now)
        codes.end(visitor, channel, address)
    push.post(connection, {"type": "proven", "id": asked, "address": address})


def filled(message: Message) -> Message:
    """The message with its code, for its way out only."""
    visitor = message.meta.get("code_for")
    if not visitor:
        return message
    return replace(message, text=message.text.replace(HIDDEN, code(visitor, message.channel, message.address, message.at)))


def code(visitor: str, channel: str, address: str, at: int) -> str:
    """Six digits, each number equally likely."""
    signed = tokens.sign("contact-code", f"{visitor}\n{channel}\n{address}\n{at}")
    number = int.from_bytes(b32decode(signed.upper() + "======"))
    return f"{number % 1_000_000:06d}"


def _check(visitor: str, channel: str, address: str, given: str, now: int) -> None:
    """In constant time. Each try is counted before it is looked at."""
    asked_at = codes.attempt(visitor, channel, address, now - LIFE, TRIES)
    digits = "".join(unicodedata.normalize("NFKC", given).split())
    ours = code(visitor, channel, address, asked_at)
    if not hmac.compare_digest(digits.encode(), ours.encode()) or not asked_at:
        raise Forbidden("this is not the code, or it is too old: look again, or ask for a new one")


def _address(given: str) -> tuple[Channel, str]:
    """In the form in which messages from there would name it. Raises BadRequest."""
    given = given.strip()
    return ("email", _mailbox(given.lower())) if "@" in given else ("sms", _number(given))


def _mailbox(given: str) -> str:
    from chalicelib.channels import email_render

    support = settings.env("SUPPORT_ADDRESS").lower()
    local, _, domain = support.partition("@")
    try:
        address = email_render.recipient(given)
    except Undeliverable as error:
        raise BadRequest(str(error)) from error
    if address == support or (address.startswith(f"{local}+") and address.endswith(f"@{domain}")):
        raise BadRequest("this is our own address: give yours")
    return address


def _number(given: str) -> str:
    """Only numbers of our own country: texts to far ones cost more than they are worth, and are what fraud is after."""
    ours = settings.optional("SMS_NUMBER")
    if not ours:
        raise BadRequest("give an e-mail address: we send no text messages")
    import phonenumbers

    from chalicelib.channels import sms

    address = sms.canonical(given)
    country = phonenumbers.parse(ours).country_code
    if phonenumbers.parse(address).country_code != country:
        raise BadRequest(f"we can only send texts to numbers that begin with +{country}: give an e-mail address")
    return address


def _spend(visitor: str, channel: Channel, address: str, now: int) -> None:
    """Raises TooMany. The address's own count says nothing of whether anybody here knows it."""
    hour, passed = divmod(now, settings.HOUR)
    limits = [("visitor", visitor, ASKED), (channel, address, ASKED)]
    for what, who, most in [*limits, ("texts", "all", TEXTS)] if channel == "sms" else limits:
        if counters.add(f"code-{what}", who, hour * 60, 1, keep=2 * 3600) > most:
            wait = (settings.HOUR - passed) // 1000 + 1
            raise TooMany("too many codes in an hour: use the last one, or wait", retry_after=wait)


def _message(visitor: str, asked: str, to: tuple[Channel, str], language: str, now: int) -> Message:
    """The same frame again is the same message."""
    (channel, address), business = to, settings.optional("BUSINESS", "Baton")
    language = "zh" if language.lower().startswith("zh") else "en"
    subject, words = (part.format(business=business, hidden=HIDDEN) for part in _WORDS[language])
    return Message(
        thread=_thread(channel, address),
        id="v+" + tokens.sign("contact-message", f"{visitor}\n{asked}")[:20],
        direction="outgoing",
        channel=channel,
        at=now,
        text=words,
        address=address,
        name=business,
        by="bot",
        state="pending",
        subject=subject,
        language=language,
        meta={"confirmation": True, "code_for": visitor},
    )


def _thread(channel: Channel, address: str) -> str:
    if channel == "email":
        return "e" + tokens.sign("contact-thread", address)[:20]
    from chalicelib.channels import sms

    return sms.thread(settings.env("SMS_NUMBER"), address)
