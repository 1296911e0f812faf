"""Does the order belong to whoever writes? Its address was proven by the message itself, earlier in this chat, or a code goes there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib import settings
from chalicelib.conversations import contact, identities, proofs
from chalicelib.conversations.model import Channel, Message
from chalicelib.errors import Unavailable

To = tuple[Channel, str]

_EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


def owner(fields: Mapping[str, Any]) -> To:
    """The order's address as the endpoint tells it: `{"channel": "email", "address": "mia@shop.example"}`. Raises Unavailable."""
    channel, address = fields.get("channel"), fields.get("address")
    if isinstance(address, str):
        if channel == "email" and _EMAIL.fullmatch(address.lower()):
            return "email", address.lower()
        if channel == "sms" and _PHONE.fullmatch(address):
            return "sms", address
    raise Unavailable('the endpoint must tell {"channel": "email" or "sms", "address"}')


def by_itself(message: Message) -> bool:
    """Does the message prove its own sender: a mail by DMARC, a text by its carrier?"""
    return bool(identities.proof_of(message))


def is_proven(message: Message, to: To) -> bool:
    """By this message, or by an earlier proof in its chat."""
    if by_itself(message) and (message.channel, message.address.lower()) == to:
        return True
    return _is_chat(message) and proofs.is_known(message.thread, *to)


def can_reach(to: To) -> bool:
    """Can a code go there?"""
    return not identities.blocked(*to) and (to[0] == "email" or bool(settings.optional("SMS_NUMBER")))


def send_code(message: Message, to: To, language: str) -> None:
    """The same message sends one code. Raises TooMany."""
    contact.send(message.thread, to, message.id, message.at, language=language, purpose="order")


def take_code(message: Message, to: tuple[str, str], code: str, at: int) -> None:
    """From then on the address is proven in this chat. Raises Forbidden (wrong, or too old), TooMany."""
    if _is_chat(message) and proofs.is_known(message.thread, *to):
        return
    contact.check(message.thread, to, code, at)
    if _is_chat(message):
        proofs.prove(message.thread, *to, "code", at)


def _is_chat(message: Message) -> bool:
    """Proofs are kept of chats: mail and text messages prove themselves, or not."""
    return message.thread.startswith("w")
