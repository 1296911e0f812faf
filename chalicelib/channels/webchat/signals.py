"""Signs of life: who is typing, how far the visitor has read. They cost nothing while nobody types, and a lost one does no harm."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.aws import push
from chalicelib.channels.webchat.frames import ReadFrame, Sender, TypingFrame
from chalicelib.conversations import pushes, reading, sockets, table
from chalicelib.conversations.pushes import Push
from chalicelib.errors import BadRequest

AHEAD = 60_000  # ms that a message's time may be ahead of this clock


def typing(sender: Sender, _frame: TypingFrame) -> None:
    """Told to the agent who holds the conversation; nobody else wants to know."""
    _tell_holder(sender, pushes.VisitorTypes)


def read(sender: Sender, frame: ReadFrame) -> None:
    """Stored, only forward, and told to whoever holds the conversation. Raises BadRequest."""
    if frame.at > sender.now + AHEAD:
        raise BadRequest("at must be the time of a message")
    if reading.mark(sender.visitor, frame.at):
        _tell_holder(sender, lambda conversation: pushes.VisitorRead(conversation, frame.at))


def _tell_holder(sender: Sender, hint: Callable[[str], Push]) -> None:
    head = table.head(sender.visitor)
    if not head or head.owner != "agent":
        return
    for connection, agent in sockets.of_consoles(sender.now):
        if agent == head.agent:
            push.post(connection, hint(head.id))
