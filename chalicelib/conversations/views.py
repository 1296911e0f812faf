"""Who sees what of a thread. Pure: a conversation is the stretch of its thread from its opening to the next one's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.conversations import ids
from chalicelib.conversations.model import Conversation, Event, Message, Proof
from chalicelib.conversations.schemas import VisitorAttachment, VisitorMessage

# A message gets its time just before it is written. Another one, written at the same moment, may become visible
# later and yet bear an earlier time; so a replay starts this long (ms) before the cursor, and readers drop by id.
OVERLAP = 60_000

# What became of a file -> whether a customer is told of it.
_KEPT = ("stored", "inline", "locked")


@dataclass(frozen=True, slots=True)
class Thread:
    """All that was ever said there: conversations by number, messages by time, events with their conversation's number.

    `read_at`: the time of the newest message that the visitor has seen, 0 if unknown. `proofs`: addresses of whoever
    writes there, the newest proof first.
    """

    conversations: tuple[Conversation, ...]
    messages: tuple[Message, ...]
    events: tuple[tuple[int, Event], ...]
    read_at: int = 0
    proofs: tuple[Proof, ...] = ()


def of_conversation(thread: Thread, number: int) -> list[Message]:
    """The messages of one conversation, in the order of time."""
    starts = {c.number: c.opened_at for c in thread.conversations}
    start = starts[number] if number > min(starts) else 0
    end = starts.get(number + 1)
    return [m for m in thread.messages if m.at >= start and (end is None or m.at < end)]


def events_of(thread: Thread, number: int) -> list[Event]:
    return sorted((e for n, e in thread.events if n == number), key=lambda e: e.at)


def after(messages: Iterable[Message], cursor: int) -> list[Message]:
    """What a reader may not have seen who has seen everything up to `cursor` (ms); 0 for everything."""
    return [m for m in messages if m.at > cursor - OVERLAP]


def cursor(messages: Sequence[Message], before: int) -> int:
    return max((m.at for m in messages), default=before)


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
