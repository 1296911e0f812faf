"""Does the order belong to whoever writes? Its address was proven by the message itself, earlier in this chat, or a code goes there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib import settings
from chalicelib.conversations import registry, story
from chalicelib.conversations.model import Channel, Message
from chalicelib.customers import identities, proofs, verification
from chalicelib.errors import Unavailable

To = tuple[Channel, str]

_EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}")
_MOST = 4  # further addresses of an order
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


def owners(fields: Mapping[str, Any]) -> tuple[To, ...]:
    """The order's addresses as the endpoint tells them: `{"channel": "email", "address": "mia@shop.example"}`, and more of that form as
    `others`. Raises Unavailable."""
    others = fields.get("others", [])
    if not isinstance(others, list) or not all(isinstance(other, dict) for other in others):
        raise Unavailable('"others" must be a list of {"channel", "address"}')
    return tuple(_owner(one) for one in (fields, *others[:_MOST]))


def by_itself(message: Message) -> bool:
    """Does the message prove its own sender: a mail by DMARC, a text by its carrier?"""
    return bool(identities.proof_of(message))


def is_proven(message: Message, to: To) -> bool:
    """By this message, or by an earlier proof in its chat."""
    if by_itself(message) and (message.channel, message.address.lower()) == to:
        return True
    return _is_chat(message) and proofs.is_known(message.thread, *to)


def may_be_known(message: Message) -> bool:
    """Has whoever writes proved any address, in this message or in this chat?"""
    return by_itself(message) or (_is_chat(message) and bool(story.proofs(message.thread)))


def can_reach(to: To) -> bool:
    """Can a code go there?"""
    return not identities.blocked(*to) and (to[0] == "email" or bool(settings.optional("SMS_NUMBER")))


def send_code(message: Message, to: To, language: str) -> None:
    """The same message sends one code. Raises TooMany."""
    asker = verification.Asker(message.thread, _network(message))
    verification.send(asker, to, message.id, message.at, language=language, purpose="order")


def code_under_way(message: Message, to: To, at: int) -> bool:
    """Has whoever writes a code for this address that is still good?"""
    return verification.is_under_way(message.thread, to, at)


def take_code(message: Message, to: tuple[str, str], code: str, at: int) -> None:
    """From then on the address is proven in this chat. Raises Forbidden (wrong, or too old), TooMany."""
    if _is_chat(message) and proofs.is_known(message.thread, *to):
        return
    verification.check(message.thread, to, code, at)
    if _is_chat(message):
        proofs.prove(message.thread, *to, "code", at)


def _network(message: Message) -> str:
    """Whence it came, as far as that is known: the chat's network; a mail's sender if somebody vouches for it, else all of these mails
    are one, for anybody may write any name. A text's carrier vouches for its number, which is its thread."""
    if registry.of(message.channel).proof == "mail":
        return message.address.lower() if by_itself(message) else "mail"
    return str(message.meta.get("network", ""))


def _is_chat(message: Message) -> bool:
    """Proofs are kept of chats: mail and text messages prove themselves, or not."""
    return message.thread.startswith("w")


def _owner(fields: Mapping[str, Any]) -> To:
    channel, address = fields.get("channel"), fields.get("address")
    if isinstance(address, str):
        if channel == "email" and _EMAIL.fullmatch(address.lower()):
            return "email", address.lower()
        if channel == "sms" and _PHONE.fullmatch(address):
            return "sms", address
    raise Unavailable('the endpoint must tell {"channel": "email" or "sms", "address"}')
