"""The rows behind a report: one per conversation, as CSV (RFC 4180) that a spreadsheet opens without running anything. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from chalicelib.conversations.model import Conversation
from chalicelib.reports.periods import local

COLUMNS = (
    "conversation",
    "channel",
    "language",
    "subject",
    "opened_at",
    "first_reply_at",
    "first_reply_seconds",
    "first_reply_by",
    "escalated_at",
    "reason",
    "queue",
    "urgency",
    "claimed_at",
    "waited_seconds",
    "resolved_at",
    "resolved_by",
    "owner",
    "incoming",
    "bot_answers",
    "replies",
    "article",
)

# What makes a spreadsheet take a cell for a formula, in ASCII and full width.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def table(conversations: Iterable[Conversation], zone: str) -> bytes:
    """UTF-8 with a byte order mark, without which Excel would spoil all Chinese. Empty cells: has not come to pass."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    for c in conversations:
        writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in _cells(c, zone)])
    return text.getvalue().encode("utf-8-sig", errors="replace")


def inert(cell: str) -> str:
    """With a leading apostrophe if a spreadsheet might calculate it, also after blanks."""
    risky = cell.startswith(_ACTIVE) or cell.lstrip().startswith(_ACTIVE)
    return f"'{cell}" if risky else cell


def _cells(c: Conversation, zone: str) -> list[str | int]:
    def moment(at: int) -> str:
        return local(at, zone) if at else ""

    return [
        c.id,
        c.channel,
        c.language,
        c.subject,
        moment(c.opened_at),
        moment(c.first_reply_at),
        max(0, c.first_reply_at - c.opened_at) // 1000 if c.first_reply_at else "",
        "" if not c.first_reply_by else "bot" if c.first_reply_by == "bot" else "agent",
        moment(c.escalated_at),
        c.reason,
        c.queue,
        c.urgency if c.queue else "",
        moment(c.claimed_at),
        c.waited // 1000 if c.escalated_at else "",
        moment(c.resolved_at),
        "" if not c.resolved_by else "assumed" if c.resolved_by == "assumed" else "agent",
        c.owner,
        c.incoming,
        c.bot_answers,
        c.replies,
        c.article,
    ]
