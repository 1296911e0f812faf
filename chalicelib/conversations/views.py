"""Who sees what of a message. Pure."""

from __future__ import annotations

from typing import Any, Literal

from chalicelib.conversations import ids
from chalicelib.conversations.model import Message
from chalicelib.conversations.schemas import VisitorAttachment, VisitorMessage

# What became of a file -> whether a customer is told of it.
_KEPT = ("stored", "inline", "locked")


def is_shown_in_chat(m: Message) -> bool:
    """What followed by mail or SMS stands in the chat already; what robots wrote about that is nobody's words."""
    return not ids.is_follow_up(m) and m.by != "robot"


def for_visitor(m: Message) -> VisitorMessage:
    """What the customer may see of a message: no agent's id, no address, no internals."""
    by: Literal["you", "bot", "agent"] = "you" if m.direction == "incoming" else "bot" if m.by == "bot" else "agent"
    shown = {name: m.meta[name] for name in ("choices", "listed", "fits") if m.meta.get(name)}
    return VisitorMessage(
        id=m.id,
        direction=m.direction,
        channel=m.channel,
        at=m.at,
        by=by,
        text=m.text,
        link=m.link,
        name=m.name if by != "you" else "",
        state=m.state,
        handover=ids.is_hand_over(m),
        waits=ids.is_hand_over(m) or bool(m.meta.get("waits")),
        attachments=[_for_visitor(entry) for entry in m.meta.get("attachments", []) if entry["fate"] in _KEPT],
        **shown,
    )


def _for_visitor(entry: dict[str, Any]) -> VisitorAttachment:
    return VisitorAttachment(**{name: entry[name] for name in ("name", "type", "size", "fate", "sha256", "inline") if name in entry})


def for_agent(m: Message) -> dict[str, Any]:
    """What schemas.Message shows: the message with its files."""
    return {name: getattr(m, name) for name in _FOR_AGENT} | {"attachments": m.meta.get("attachments", []), "meta": m.meta}


_FOR_AGENT = ("id", "direction", "channel", "at", "by", "name", "text", "subject", "link", "state", "detail", "language", "outcome")
