"""The files of a conversation's messages, handed to agents by signed addresses."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.conversations import files, table
from chalicelib.conversations.model import Message
from chalicelib.errors import NotFound


def message(conversation_id: str, message_id: str) -> Message:
    """A message of the thread that the conversation belongs to. Raises NotFound."""
    c = table.conversation(conversation_id)
    found = table.message(c.thread, message_id)
    if not found:
        raise NotFound("this conversation has no such message")
    return found


def address(conversation_id: str, message_id: str, sha256: str) -> str:
    """Where the file can be fetched for five minutes. Raises NotFound for one that is not there, or locked."""
    m = message(conversation_id, message_id)
    return files.download_address(m.thread, files.find(m.meta.get("attachments", []), sha256))


def related(messages: Iterable[Message]) -> list[str]:
    """The conversations that these messages seem to go on with, though their senders take no part in them."""
    threads = dict.fromkeys(thread for m in messages for thread in m.meta.get("related", []))
    heads = [table.head(thread) for thread in list(threads)[:5]]
    return [head.id for head in heads if head]
