"""Links to files in text messages: they lead there for a month, as a text may be read long after a signed address of S3 is over.

The link is the permission, as the file was sent to whoever has it: it names one file of one message, and is signed.
"""

from __future__ import annotations

from typing import Any

from chalicelib import settings, tokens
from chalicelib.channels.tags import tagged, untagged
from chalicelib.conversations import files, table
from chalicelib.conversations.model import Message
from chalicelib.errors import NotFound

PURPOSE = "file-link"
GOOD_FOR = 30 * settings.DAY
_HASH = 16  # digits of it


def link(message: Message, entry: dict[str, Any]) -> str:
    """The address of a file of an outgoing message."""
    named = f"{message.thread}.{tagged(message.id)}.{entry['sha256'][:_HASH]}"
    return f"{settings.addresses().public_url}/files/{tokens.issue(PURPOSE, named, message.at + GOOD_FOR)}"


def follow(token: str, now: int) -> str:
    """Where the file can be fetched for the next minutes. Raises NotAuthenticated, NotFound."""
    thread, message_id, start = tokens.subject(PURPOSE, token, now).split(".")
    message = table.message(thread, untagged(message_id))
    for entry in message.meta.get("attachments", []) if message else []:
        if entry.get("sha256", "").startswith(start):
            return files.download_address(thread, entry)
    raise NotFound("this file is no longer here")
