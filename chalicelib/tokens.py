"""Signatures that let a stateless function trust what comes back: visitor tokens, socket tickets, reply addresses.

One root secret, which no function knows; each purpose has its own key, derived from it when the installation is deployed: a token for
one purpose is worth nothing for another, and a function can sign for its own purposes alone. Signatures are lower-case base32, because
mail systems may change the case of an address.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from hashlib import sha256

from chalicelib import settings
from chalicelib.errors import NotAuthenticated

LENGTH = 26  # base32 characters: 130 bits
PURPOSES = (
    *("visitor", "account", "console", "sign-in", "network"),
    *("mail-thread", "mail-address", "mail-reference", "sms-thread", "file-link"),
    *("contact-code", "contact-message", "contact-thread"),
    *("kept-block", "erasure-subject", "sender", "code-counter"),
)


def derived(root: str, purpose: str) -> bytes:
    """A purpose's key."""
    return hmac.digest(root.encode(), purpose.encode(), sha256)


def sign(purpose: str, data: str) -> str:
    """26 characters of `a-z2-7`."""
    key = settings.signing_key(purpose)
    return b32encode(hmac.digest(key, data.encode(), sha256)).decode().lower()[:LENGTH]


def verify(purpose: str, data: str, signature: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(sign(purpose, data).encode(), signature.lower().encode())


def issue(purpose: str, subject: str, expires_at: int) -> str:
    """A bearer token `subject~expires~signature`; `expires_at` in Unix milliseconds. The subject must not hold "~"."""
    claim = f"{subject}~{expires_at}"
    return f"{claim}~{sign(purpose, claim)}"


def subject(purpose: str, token: str, now: int) -> str:
    """Who the token was issued to. Raises NotAuthenticated if it is forged, cut, or expired at `now` (ms)."""
    claim, _, signature = token.rpartition("~")
    name, _, expires_at = claim.rpartition("~")
    if not name or not verify(purpose, claim, signature):
        raise NotAuthenticated("this token is not valid: ask for a new one")
    if int(expires_at) <= now:
        raise NotAuthenticated("this token has expired: ask for a new one")
    return name
