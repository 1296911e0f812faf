"""What a conversation's head remembers of its last messages: one mark for each, of what was decided about it; the newest first.

So a stream record that comes again changes nothing. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2s

REMEMBERED = 8


def remembered(recent: Sequence[str], decision: str, message_id: str) -> tuple[str, ...]:
    """The newest decision about a message replaces the older one about the same message."""
    mark = _mark(message_id)
    kept = [r for r in recent if not r.endswith(mark)]
    return (decision + mark, *kept)[:REMEMBERED]


def outcome(recent: Sequence[str], message_id: str) -> str:
    """What was already decided about a message: "", "seen", "waits", "answered", "escalated" or "replied"."""
    mark = _mark(message_id)
    return next((r.partition(":")[0] for r in recent if r.endswith(mark)), "")


def is_latest(recent: Sequence[str], message_id: str) -> bool:
    """Did nothing happen since this message was taken in?"""
    return bool(recent) and recent[0].endswith(_mark(message_id))


def _mark(message_id: str) -> str:
    """Short, so that the head stays within one write unit (1 KB)."""
    return ":" + blake2s(message_id.encode(), digest_size=6).hexdigest()
