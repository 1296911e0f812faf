"""Which thread a mail belongs to, found in the mail itself: no look-up, so two deliveries at once cannot disagree.

1. The reply address `support+<thread>.<mark>@domain`, or our reference `<thread.message.mark@domain>` among those that
   mail programs give back. The mark is signed over the thread *and the customer's address*: another sender's mail
   never joins, even if she was sent the whole conversation.
2. Else the sender's own chain: the thread is derived from her address and the first mail of her chain, so that her
   second mail finds her first one, and nobody else's.
3. A mail that proves nothing (DMARC failed, quarantined) starts a thread of its own.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib import tokens
from chalicelib.channels.email_parse import Mail

MARK = 16  # base32 characters: 80 bits; an address's local part has room for 64 in all
LOOKED_AT = 12  # marks that are checked in one mail

_THREAD = r"e[a-z2-7]{20}"
_REFERENCE = re.compile(rf"({_THREAD})\.([a-z2-7]{{2,160}})\.([a-z2-7]{{{MARK}}})@", re.IGNORECASE)


def reply_address(support: str, thread: str, customer: str) -> str:
    """`support` with a signed tag; the answer to it joins the thread if this customer writes it."""
    local, _, domain = support.partition("@")
    return f"{local}+{thread}.{_mark('mail-address', thread, customer)}@{domain}"


def reference(support: str, thread: str, message: str, customer: str) -> str:
    """A message id (without brackets) that programs carry along in References, in one case of letters, as some change it."""
    coded = b32encode(message.encode()).decode().rstrip("=").lower()[:160]
    return f"{thread}.{coded}.{_mark('mail-reference', f'{thread}.{coded}', customer)}@{support.partition('@')[2]}"


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
    found = [Reference(m[1].lower(), m[2].lower(), m[3].lower()) for m in _REFERENCE.finditer(text)]
    return list(dict.fromkeys(reversed(found)))[:LOOKED_AT]


def is_reference_to(reference: Reference, customer: str) -> bool:
    """Was it really given out with a message to this customer?"""
    return _is_marked("mail-reference", f"{reference.thread}.{reference.coded}", customer, reference.mark)


def thread_of(mail: Mail, sender: str, recipients: Iterable[str], support: str, *, ses_id: str, trusted: bool) -> str:
    """`sender` in lower case; `recipients` all addresses the mail was sent to; `trusted`: the sender is not disproven."""
    if not trusted:
        return _derived(f"ses\n{ses_id}")
    return (
        _by_address(recipients, support, sender)
        or _by_reference([*mail.references, *mail.in_reply_to], sender)
        or _derived(f"{sender}\n{_first_of_chain(mail) or ses_id}")
    )


def _by_address(recipients: Iterable[str], support: str, sender: str) -> str:
    local, _, domain = support.lower().partition("@")
    shape = re.compile(rf"{re.escape(local)}\+({_THREAD})\.([a-z2-7]{{{MARK}}})@{re.escape(domain)}")
    tagged = [found for found in (shape.fullmatch(address.lower()) for address in recipients) if found]
    for found in tagged[:LOOKED_AT]:
        if _is_marked("mail-address", found[1], sender, found[2]):
            return found[1]
    return ""


def _by_reference(ids: list[str], sender: str) -> str:
    """The newest first: a reply may quote older conversations too."""
    return next((r.thread for r in references_in(" ".join(ids)) if is_reference_to(r, sender)), "")


def _first_of_chain(mail: Mail) -> str:
    return next(iter((*mail.references, *mail.in_reply_to, mail.message_id)), "")


def _derived(source: str) -> str:
    return "e" + tokens.sign("mail-thread", source)[:20]


def _mark(purpose: str, what: str, customer: str) -> str:
    return tokens.sign(purpose, f"{what}\n{customer.strip().lower()}")[:MARK]


def _is_marked(purpose: str, what: str, customer: str, mark: str) -> bool:
    return hmac.compare_digest(_mark(purpose, what, customer).encode(), mark.lower().encode())
