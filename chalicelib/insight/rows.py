"""The rows behind a report: one per conversation, as CSV (RFC 4180) that a spreadsheet opens without running anything. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from chalicelib.conversations.model import Conversation
from chalicelib.insight.periods import local

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

# What makes a spreadsheet take a cell for a formula, in ASCII and full width; also behind blanks, quotes and what is not seen.
_ACTIVE = "[-=+@\uff1d\uff0b\uff0d\uff20]"
_BEFORE = r"""[\s"'\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"""
# A cell begins where it begins. For Excel where numbers have a decimal comma, it also begins behind each semicolon, and as the
# quotes then mean nothing, behind each line's end; others ask for the separator and propose the tab, too.
_RISKY = re.compile(rf"\A(?=[\t\r\n])|(?:\A|[;\t\r\n])(?={_BEFORE}*{_ACTIVE})")


def table(conversations: Iterable[Conversation], zone: str) -> bytes:
    """UTF-8 with a byte order mark, without which Excel would spoil all Chinese. Empty cells: has not come to pass."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for c in conversations:
        writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in _cells(c, zone)])
    return text.getvalue().encode("utf-8-sig", errors="replace")


def inert(cell: str) -> str:
    """With an apostrophe before all that a spreadsheet might calculate, however it parts the cells."""
    return _RISKY.sub(r"\g<0>'", cell)


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
        c.resolved_by if c.resolved_by in ("", "assumed", "customer") else "agent",
        c.owner,
        c.incoming,
        c.bot_answers,
        c.replies,
        c.article,
    ]
