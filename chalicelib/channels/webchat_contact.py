"""A visitor names an address and types in the six digits that were sent there: from then on it is hers, and answers can follow her.

Codes, their life and their limits: conversations/contact.py. Nobody can tell from the answers whether an address is known here.
"""

from __future__ import annotations

from typing import Any

from chalicelib import push, settings
from chalicelib.channels.webchat_frames import NETWORK, client_id, text
from chalicelib.conversations import codes, proofs
from chalicelib.conversations import contact as contacts
from chalicelib.conversations.model import Channel
from chalicelib.errors import BadRequest, Forbidden, TooMany, Undeliverable


def contact(visitor: str, frame: dict[str, Any], connection: str, now: int) -> None:
    """Sends a code. Raises BadRequest (no address that we can write to), TooMany."""
    asked = client_id(frame)
    channel, address = _address(text(frame, "address"))
    asker = contacts.Asker(visitor, text(frame, NETWORK))
    contacts.send(asker, (channel, address), asked, now, language=text(frame, "language"))
    push.post(connection, {"type": "contact", "id": asked, "address": address})


def prove(visitor: str, frame: dict[str, Any], connection: str, now: int) -> None:
    """Takes a code. Raises Forbidden (wrong, also one that is too old), TooMany (then only a new code helps)."""
    asked = client_id(frame)
    channel, address = _address(text(frame, "address"))
    if not proofs.is_known(visitor, channel, address):
        _take(visitor, (channel, address), text(frame, "code"), now)
    push.post(connection, {"type": "proven", "id": asked, "address": address})


def _take(visitor: str, to: tuple[Channel, str], code: str, now: int) -> None:
    try:
        contacts.check(visitor, to, code, now)
    except (Forbidden, TooMany):
        if not proofs.is_known(visitor, *to):  # the same frame, come twice at once, may just have used the code
            raise
        return
    proofs.prove(visitor, *to, "code", now)
    codes.end(visitor, *to)


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
