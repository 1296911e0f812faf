"""For how long what is said is kept, if a deployment limits it: each item bears its own end (`expires`, the table's TTL), written with it.

Whatever people still owe an answer has none; what DynamoDB has not deleted yet (it may take days) is passed over by readers.
docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import settings

CODE = settings.DAY  # of a message that bore a code: the code is good for ten minutes
NEAR = 2 * settings.DAY  # ms before its end an open conversation is given longer


def of_conversations() -> int:
    """In ms; 0: for ever."""
    return int(settings.optional("KEEP_CONVERSATIONS", "0")) * settings.DAY


def of_notes() -> int:
    """In ms; 0: for ever."""
    return int(settings.optional("KEEP_NOTES", "0")) * settings.DAY


def until(at: int, kept: int) -> dict[str, int]:
    """The attribute for what was written at a time (Unix ms) and is kept for so long; none without a limit."""
    return {"expires": (at + kept) // 1000} if kept else {}


def is_over(item: Mapping[str, Any], now: int) -> bool:
    """Is its time past, though it is still there?"""
    return "expires" in item and int(item["expires"]["N"]) <= now // 1000
