"""A customer who waits wishes to be called or written to: "call me at +49 151 …", "mail me at ann@example.com". Pure.

The address is what she wrote, and proven by nothing: it is shown to the agent, who decides; nothing is sent there by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from chalicelib.bot.phrases import listed, plain
from chalicelib.conversations.model import Message

How = Literal["call", "mail"]

_SEARCHED = 1_000  # characters
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,24}(?![\w-])", re.ASCII)
_LONGEST = 15  # digits of a telephone number, by E.164
_DIGITS = re.compile(r"(?:\d[\s().-]?){6,}")


@dataclass(frozen=True, slots=True)
class Wish:
    """`address`: an e-mail address, or a telephone number as +4915123456789, or as it was written where no country is known."""

    how: How
    address: str

    def __str__(self) -> str:
        """As it is kept on a conversation's head."""
        return f"{self.how} {self.address}"


def of(message: Message, business_number: str, *, asked: bool = False) -> Wish | None:
    """What a message wishes; a text message comes from a number that can be called."""
    return heard(message.text, message.address if message.channel == "sms" else "", business_number, asked=asked)


def heard(text: str, own_number: str = "", business_number: str = "", *, asked: bool = False) -> Wish | None:
    """`own_number`: where the customer writes from, by SMS; `business_number` tells the country of numbers without one. `asked`: where
    to reach her was just asked, so that an address says it alone; else it may say who she is, or whose order it is."""
    said = listed("wish", "except").sub(" , ", plain(text[:_SEARCHED]))
    mail = _MAIL.search(text[:_SEARCHED])
    if mail and (listed("wish", "mail").search(said) or (asked and mail[0] == text.strip(" .!。！\n"))):
        return Wish("mail", mail[0].lower()[:70])
    if listed("wish", "call").search(said):
        number = _number(text[:_SEARCHED], business_number) or own_number
        return Wish("call", number) if number else None
    number = _number(text[:_SEARCHED], business_number) if listed("wish", "number").search(said) else ""
    return Wish("call", number) if number else None


def _number(text: str, business_number: str) -> str:
    """The library that knows all countries' numbers is loaded only where digits ask for it."""
    written = _DIGITS.search(text)
    if not written:
        return ""
    import phonenumbers

    region = phonenumbers.region_code_for_number(phonenumbers.parse(business_number)) if business_number else None
    for match in phonenumbers.PhoneNumberMatcher(text, region):
        return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    digits = re.sub(r"[\s().-]", "", written[0])
    return digits if len(digits) <= _LONGEST else ""
