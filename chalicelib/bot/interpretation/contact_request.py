"""A customer who waits wishes to be called or written to: "call me at +49 151 …", "mail me at ann@example.com". Pure.

The address is what she wrote, and proven by nothing: it is shown to the agent, who decides; nothing is sent there by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from chalicelib.bot.interpretation.phrases import listed, plain
from chalicelib.conversations import registry
from chalicelib.conversations.model import Message

How = Literal["call", "mail"]

_SEARCHED = 1_000  # characters
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,24}(?![\w-])", re.ASCII)
_LONGEST = 15  # digits of a telephone number, by E.164
_DIGITS = re.compile(r"\+?(?:\d[\s()./-]{0,2}){6,}")
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|[。！？；\n]+")
_BARE = re.compile(r"\s*[+(]?\d(?:[\s()./-]{0,2}\d){6,14}\s*[.!。！]?\s*")
# Mobile numbers as they are written at home: elsewhere the same digits may be somebody else's.
_AT_HOME = {"GB": r"07\d{9}", "CN": r"1[3-9]\d{9}", "TW": r"09\d{8}", "HK": r"[4-9]\d{7}"}


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """`address`: an e-mail address, or a telephone number as +4915123456789, or as it was written where no country is known."""

    how: How
    address: str

    def __str__(self) -> str:
        """As it is kept on a conversation's head."""
        return f"{self.how} {self.address}"


def of(message: Message, business_number: str, *, asked: bool = False, waits: bool = False) -> ContactRequest | None:
    """What a message wishes; a text message comes from a number that can be called."""
    own_number = message.address if registry.of(message.channel).proof == "carrier" else ""
    return heard(message.text, own_number, business_number, asked=asked, waits=waits)


def heard(text: str, own_number: str = "", business_number: str = "", *, asked: bool = False, waits: bool = False) -> ContactRequest | None:
    """`own_number`: where the customer writes from, by SMS; `business_number` tells the country of numbers without one. `asked`: where
    to reach her was just asked, so that an address says it alone; else it may say who she is, or whose order it is. `waits`: for a
    person, who may write to any address that she gives, unless she says that it is something else."""
    searched = text[:_SEARCHED]
    said = _without_others(_DIGITS.sub("1 ", searched))
    mail = _MAIL.search(searched)
    if mail and (listed("wish", "mail").search(said) or (waits and _is_hers(searched)) or (asked and mail[0] == text.strip(" .!。！\n"))):
        return ContactRequest("mail", mail[0].lower()[:70])
    if listed("wish", "call").search(said):
        number = _number(searched, business_number) or own_number
        return ContactRequest("call", number) if number else None
    alone = asked and (_BARE.fullmatch(searched) or _only_affirms(searched))
    number = _number(searched, business_number) if alone or listed("wish", "number").search(said) else ""
    return ContactRequest("call", number) if number else None


def _without_others(text: str) -> str:
    """The plain form, sentence by sentence, without what numbers and addresses of other things are called."""
    parts = (listed("wish", "except").sub(" , ", plain(part)) for part in _SENTENCES.split(text))
    return " ".join(part for part in parts if part)


def _only_affirms(text: str) -> bool:
    """ "Yes, it's 0171 ...", "号码 0171 ...": a number, and words that say that it is one."""
    left = plain(_DIGITS.sub(" ", text, count=1)) if _DIGITS.search(text) and not re.search("[?？吗嗎]", text) else "?"
    return not listed("wish", "affirms").sub(" ", left).strip()


def _is_hers(text: str) -> bool:
    """May the mail address in it be the one at which she would like to be reached?"""
    said = plain(_MAIL.sub(" email ", text))
    return not (listed("wish", "except").search(said) or listed("wish", "not_hers").search(said))


def _number(text: str, business_number: str) -> str:
    """The library that knows all countries' numbers is loaded only where digits ask for it."""
    written = _DIGITS.search(text)
    if not written:
        return ""
    import phonenumbers

    region = phonenumbers.region_code_for_number(phonenumbers.parse(business_number)) if business_number else None
    digits = re.sub(r"[^\d+]", "", written[0])
    abroad = any(re.fullmatch(form, digits) for home, form in _AT_HOME.items() if home != region)
    for match in phonenumbers.PhoneNumberMatcher(text, region):
        if not abroad or match.raw_string.startswith("+"):
            return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return digits if len(digits.lstrip("+")) <= _LONGEST else ""
