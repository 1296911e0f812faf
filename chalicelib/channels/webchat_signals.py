"""Signs of life: who is typing, how far the visitor has read. They cost nothing while nobody types, and a lost one does no harm."""

from __future__ import annotations

from typing import Any

from chalicelib import push
from chalicelib.conversations import reading, sockets, table
from chalicelib.errors import BadRequest

AHEAD = 60_000  # ms that a message's time may be ahead of this clock


def typing(visitor: str, _frame: dict[str, Any], _connection: str, now: int) -> None:
    """Told to the agent who holds the conversation; nobody else wants to know."""
    _tell_holder(visitor, {"type": "typing"}, now)


def read(visitor: str, frame: dict[str, Any], _connection: str, now: int) -> None:
    """`at`: the time of the newest message that was seen. Raises BadRequest."""
    at = frame.get("at")
    if not isinstance(at, int) or isinstance(at, bool) or not 0 < at <= now + AHEAD:
        raise BadRequest("at must be the time of a message")
    if reading.mark(visitor, at):
        _tell_holder(visitor, {"type": "read", "at": at}, now)


def _tell_holder(visitor: str, hint: dict[str, Any], now: int) -> None:
    head = table.head(visitor)
    if not head or head.owner != "agent":
        return
    for connection, agent in sockets.of_consoles(now):
        if agent == head.agent:
            push.post(connection, {**hint, "id": head.id})
