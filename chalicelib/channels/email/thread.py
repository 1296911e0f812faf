"""Which thread a mail belongs to, found in the mail itself: no look-up, so two deliveries at once cannot disagree.

1. The reply address `support+<thread>.<mark>@domain`, or our reference `<thread.message.mark@domain>` among those that
   mail programs give back. The mark is signed over the thread *and the customer's address*: another sender's mail
   never joins, even if she was sent the whole conversation.
2. Else the sender's own chain: the thread is derived from her address and the first mail of her chain, so that her
   second mail finds her first one, and nobody else's.
3. A mail that proves nothing (DMARC failed, quarantined) starts a thread of its own.

A mark's first part is signed over the thread alone: so a mail that bears our mark, but was written by somebody else, is known
to be "possibly related" to that thread, and an invented name of a thread never is.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib import tokens
from chalicelib.channels.email.parse import Mail

OURS, THEIRS = 6, 10  # base32 characters of a mark: 30 bits that it is ours, 50 more that it was given to this customer
MARK = OURS + THEIRS
LOOKED_AT = 12  # marks that are checked in one mail
RELATED = 3

# A thread of mails, of SMS, of a chat (of a customer of the host site). An address's local part has room for 64 characters.
_CODED = r"[es][a-z2-7]{20}|w[a-z2-7]{26}|ws[a-z2-7]{26}"
_CHAT = re.compile(r"w[0-9a-f]{32}")
_CODED_CHAT = re.compile(r"w[a-z2-7]{26}")
_REFERENCE = re.compile(rf"({_CODED})\.([a-z2-7]{{2,160}})\.([a-z2-7]{{{MARK}}})@", re.IGNORECASE)


def reply_address(support: str, thread: str, customer: str) -> str:
    """`support` with a signed tag, 45 characters longer at most; the answer to it joins the thread if this customer writes it."""
    local, _, domain = support.partition("@")
    return f"{local}+{_coded(thread)}.{_mark('mail-address', thread, customer)}@{domain}"


def reference(support: str, thread: str, message: str, customer: str) -> str:
    """A message id (without brackets) that programs carry along in References, in one case of letters, as some change it."""
    coded = b32encode(message.encode()).decode().rstrip("=").lower()[:160]
    return f"{_coded(thread)}.{coded}.{_mark('mail-reference', f'{thread}.{coded}', customer)}@{support.partition('@')[2]}"


@dataclass(frozen=True, slots=True)
class Reference:
    """One of our references as it was found; `is_reference_to` proves it. `coded`: the id of our message, in base32."""

    thread: str
    coded: str
    mark: str

    @property
    def message(self) -> str:
        """ "" for what is no id."""
        try:
            return b32decode(self.coded.upper() + "=" * (-len(self.coded) % 8)).decode()
        except ValueError:
            return ""


def references_in(text: str) -> list[Reference]:
    """What looks like our references, anywhere in a text; the newest of a chain stands last, and comes first here."""
    found = [Reference(_decoded(m[1].lower()), m[2].lower(), m[3].lower()) for m in _REFERENCE.finditer(text)]
    return list(dict.fromkeys(reversed(found)))[:LOOKED_AT]


def is_reference_to(reference: Reference, customer: str) -> bool:
    """Was it really given out with a message to this customer?"""
    return _is_same(reference.mark, _mark("mail-reference", f"{reference.thread}.{reference.coded}", customer))


def thread_of(mail: Mail, sender: str, recipients: Iterable[str], support: str, *, content_id: str, trusted: bool) -> str:
    """`sender` in lower case; `recipients` all addresses the mail was sent to; `trusted`: the sender is not disproven."""
    if not trusted:
        return _derived(f"mail\n{content_id}")
    for thread, purpose, signed, mark in _marks(mail, recipients, support):
        if _is_same(mark, _mark(purpose, signed, sender)):
            return thread
    return _derived(f"{sender}\n{_first_of_chain(mail) or content_id}")


def related(mail: Mail, thread: str, sender: str, recipients: Iterable[str], support: str) -> list[str]:
    """Threads that the mail seems to go on with, though its sender may not join them. By a mark of ours; or else, if the mail answers one,
    the threads that the others who get it would have begun with it: whoever shows these looks whether they exist."""
    recipients = list(recipients)
    marked = [
        named
        for named, purpose, signed, mark in _marks(mail, recipients, support)
        if _is_same(mark[:OURS], _mark(purpose, signed, "")[:OURS])
    ]
    chain = _first_of_chain(mail) if mail.references or mail.in_reply_to else ""
    others = [other for other in dict.fromkeys(recipients) if other not in (sender, support) and "+" not in other]
    begun = [_derived(f"{other}\n{chain}") for other in others[:RELATED]] if chain and not marked else []
    return [found for found in dict.fromkeys([*marked, *begun]) if found != thread][:RELATED]


def _marks(mail: Mail, recipients: Iterable[str], support: str) -> Iterator[tuple[str, str, str, str]]:
    """(thread, purpose, what was signed, mark): addresses first; of references the newest, as a reply may quote older cases."""
    local, _, domain = support.lower().partition("@")
    shape = re.compile(rf"{re.escape(local)}\+({_CODED})\.([a-z2-7]{{{MARK}}})@{re.escape(domain)}")
    tagged = [found for found in (shape.fullmatch(address.lower()) for address in recipients) if found]
    for found in tagged[:LOOKED_AT]:
        thread = _decoded(found[1])
        yield thread, "mail-address", thread, found[2]
    for given in references_in(" ".join([*mail.references, *mail.in_reply_to])):
        yield given.thread, "mail-reference", f"{given.thread}.{given.coded}", given.mark


def _first_of_chain(mail: Mail) -> str:
    return next(iter((*mail.references, *mail.in_reply_to, mail.message_id)), "")


def _derived(source: str) -> str:
    return "e" + tokens.sign("mail-thread", source)[:20]


def _mark(purpose: str, what: str, customer: str) -> str:
    return tokens.sign(purpose, what)[:OURS] + tokens.sign(purpose, f"{what}\n{customer.strip().lower()}")[:THEIRS]


def _is_same(given: str, ours: str) -> bool:
    return hmac.compare_digest(given.encode(), ours.encode())


def _coded(thread: str) -> str:
    """The 32 hexadecimal digits of a chat's thread take 26 characters: they must fit into an address."""
    return "w" + b32encode(bytes.fromhex(thread[1:])).decode().rstrip("=").lower() if _CHAT.fullmatch(thread) else thread


def _decoded(coded: str) -> str:
    return "w" + b32decode(coded[1:].upper() + "======").hex() if _CODED_CHAT.fullmatch(coded) else coded
