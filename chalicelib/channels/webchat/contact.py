"""A visitor names an address and types in the six digits that were sent there: from then on it is hers, and answers can follow her.

Codes, their life and their limits: customers/verification.py. Nobody can tell from the answers whether an address is known here.
"""

from __future__ import annotations

from chalicelib import settings
from chalicelib.aws import push
from chalicelib.channels.webchat.frames import ContactFrame, ProveFrame, Sender
from chalicelib.conversations import pushes
from chalicelib.conversations.model import Channel
from chalicelib.customers import codes, proofs
from chalicelib.customers import verification as contacts
from chalicelib.errors import BadRequest, Forbidden, TooMany, Undeliverable


def contact(sender: Sender, frame: ContactFrame) -> None:
    """Sends a code. Raises BadRequest (no address that we can write to), TooMany."""
    channel, address = _address(frame.address)
    asker = contacts.Asker(sender.visitor, sender.network)
    contacts.send(asker, (channel, address), frame.id, sender.now, language=frame.language)
    push.post(sender.connection, pushes.CodeSent(frame.id, address))


def prove(sender: Sender, frame: ProveFrame) -> None:
    """Takes a code. Raises Forbidden (wrong, also one that is too old), TooMany (then only a new code helps)."""
    channel, address = _address(frame.address)
    if not proofs.is_known(sender.visitor, channel, address):
        _take(sender.visitor, (channel, address), frame.code, sender.now)
    push.post(sender.connection, pushes.AddressProven(frame.id, address))


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
    from chalicelib.channels.email import render

    support = settings.optional("SUPPORT_ADDRESS").lower()
    if not support:
        raise BadRequest("give a telephone number: we send no mails")
    local, _, domain = support.partition("@")
    try:
        address = render.recipient(given)
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

    from chalicelib.channels.sms import adapter

    address = adapter.canonical(given)
    country = phonenumbers.parse(ours).country_code
    if phonenumbers.parse(address).country_code != country:
        raise BadRequest(f"we can only send texts to numbers that begin with +{country}: give an e-mail address")
    return address
