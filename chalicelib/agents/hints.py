"""A conversation's head changed and a person is concerned: into its queue with it, and a hint to the consoles.

A hint carries no content: the console reads again with its cursor, so a lost or doubled hint does no harm.
"""

from __future__ import annotations

from typing import Any

from chalicelib import push
from chalicelib.agents import line
from chalicelib.conversations import keys, sockets
from chalicelib.conversations.model import Conversation
from chalicelib.dynamodb import Item
from chalicelib.observability import now


def handle(item: Item, old: Item | None) -> str:
    """One head of the stream whose owner is now a queue or an agent, or was a queue: she gave up her place. Raises Unavailable."""
    c = keys.conversation(item)
    before = keys.conversation(old) if old else None
    if c.owner == "queue" and is_new_in_line(c, before):
        line.enqueue(c)
    for connection, agent in sockets.of_consoles(now()):
        for hint in hints(c, before, agent):
            if not push.post(connection, hint):
                sockets.close_console(connection)
                break
    return c.owner


def is_new_in_line(c: Conversation, before: Conversation | None) -> bool:
    """Another message of a customer who waits already is no reason for a second ticket."""
    return not before or (before.owner, before.queue, before.urgency) != ("queue", c.queue, c.urgency)


def hints(c: Conversation, before: Conversation | None, agent: str) -> list[dict[str, Any]]:
    """What this agent's console should read again. Pure."""
    told: list[dict[str, Any]] = []
    concerned = {c.agent, before.agent if before else ""}
    if agent in concerned:
        told.append({"type": "conversation", "id": c.id, "version": c.version})
    if c.owner == "queue" or (before and before.owner == "queue"):
        told.append({"type": "queues"})
    return told
