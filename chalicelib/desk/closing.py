"""Ending what people still owe an answer, because its customer is to be forgotten: nobody can be answered any more."""

from __future__ import annotations

from chalicelib.conversations import baton
from chalicelib.conversations.model import Conversation, Event
from chalicelib.desk import workspace
from chalicelib.governance import roster


def close(c: Conversation, by: str, at: int) -> None:
    """Out of its line, or out of its agent's hands, whose place is free again. Raises NotOwner if it has just changed hands, Conflict."""
    if c.owner == "agent":
        event = Event("resolved", at, by)
        workspace.change(c.id, lambda now: (baton.resolved(now, c.agent, at), event), also=[roster.slot_freed(c.agent)])
    else:
        workspace.change(c.id, lambda now: (baton.closed(now, at), Event("closed", at, by)))
