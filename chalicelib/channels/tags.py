"""Our message ids as providers carry them out and back: base64url without padding, as a tag or an address may hold no "+"."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode


def tagged(message_id: str) -> str:
    """Of A-Z a-z 0-9 _ - only."""
    return urlsafe_b64encode(message_id.encode()).decode().rstrip("=")


def untagged(value: str) -> str:
    """The id behind a tag; "" for what is none of ours."""
    try:
        return urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
    except ValueError:  # UnicodeDecodeError and binascii.Error are
        return ""
