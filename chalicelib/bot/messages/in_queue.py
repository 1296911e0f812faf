"""What is said to somebody who waits for a person is stored together with what it changes for her."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.answers.repeats import marked
from chalicelib.bot.messages import outgoing
from chalicelib.bot.messages.opening import OpenedConversation
from chalicelib.bot.messages.waiting.place import Change, Reply
from chalicelib.conversations import baton, ids, table
from chalicelib.conversations.model import Conversation, Event, Message

_EVENTS: dict[Change, str] = {"urgent": "hurried", "eased": "eased", "back": "withdrawn", "close": "closed", "contact": "contact_requested"}


def speak(received: OpenedConversation, message: Message, reply: Reply, words: str, at: int) -> str:
    """One transaction: whoever claims her in the same moment has the baton, and nothing is said. Raises Conflict, NotOwner."""
    c, said = received.conversation, reply.said
    spoken = baton.told(baton.spoken(c, message, said, at), marked(said), at)
    spoken = spoken if reply.flow is None else replace(spoken, flow=reply.flow)
    changed, event = _changed(spoken, reply, at)
    known = outgoing.behind(said, c, message, words) | ({"waits": True} if changed.owner == "queue" else {})
    table.save(changed, event, [outgoing.answer(message, ids.answer(message.id), said, at, known)], received.past)
    return "answered"


def keep_silent(received: OpenedConversation, message: Message, reply: Reply, at: int) -> str:
    """What changes for her and the outcome, where one more message would only disturb. Raises Conflict, NotOwner."""
    c = received.conversation
    table.set_outcome(c.thread, dict.fromkeys((*c.pieces, message.id)), reply.said.outcome)
    changed, event = _changed(baton.noted(c, message), reply, at)
    table.save(changed, event, past=received.past)
    return "seen"


def _changed(c: Conversation, reply: Reply, at: int) -> tuple[Conversation, Event | None]:
    """The conversation with what changes, and what the timeline tells of that; an urgent one cannot become more urgent, and no other
    less."""
    same = {"urgent": "urgent", "eased": "normal"}.get(reply.change) == c.urgency
    change = "" if same else reply.change
    change, c = (
        change or ("contact" if reply.contact_request else ""),
        replace(c, contact_request=reply.contact_request or c.contact_request),
    )
    if not change:
        return c, None
    event = Event(_EVENTS[change], at, "customer", {"contact_request": reply.contact_request} if reply.contact_request else {})
    if change == "urgent":
        return baton.hurried(c), event
    if change == "eased":
        return baton.eased(c), event
    if change == "back":
        return baton.withdrawn(c, at), event
    if change == "close":
        return baton.closed(c, at), event
    return c, event
