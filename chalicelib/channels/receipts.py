"""What a provider tells of a message that we sent: the evidence of what became of it.

Events come at least once and in any order; a state only moves forward, so all orders end alike.
"""

from __future__ import annotations

from typing import Literal

from chalicelib import settings
from chalicelib.aws import push
from chalicelib.conversations import baton, model, pushes, sockets, table
from chalicelib.conversations.model import Escalation, Message, State
from chalicelib.customers import identities
from chalicelib.errors import Conflict, NotOwner, Unavailable
from chalicelib.governance import queue_names
from chalicelib.observability import log, now

Event = Literal["sent", "delivered", "delayed", "bounced", "failed", "complaint", "stopped"]

INTERRUPTED = "interrupted while it was being sent: it may or may not have arrived"

# Later ones win. A delivery report after "failed" tells that it arrived after all; nothing comes after a bounce.
_RANK: dict[State, int] = {"received": 9, "pending": 0, "sending": 1, "sent": 2, "failed": 3, "delivered": 4, "bounced": 5}
_BLOCKS: dict[Event, identities.Block] = {"bounced": "bounced", "complaint": "complaint", "stopped": "stopped"}


def apply(
    thread: str,
    message_id: str,
    event: Event,
    at: int,
    *,
    detail: str = "",
    provider_id: str = "",
    permanent: bool = False,
    address: str = "",
) -> str:
    """One word for the log. `address`: whom the event is about, if the provider says so; another than the message's changes nothing.

    `permanent`: this address will never take a message (a hard bounce). Raises Unavailable.
    """
    message = table.message(thread, message_id)
    if not message or message.direction != "outgoing" or (address and address.lower() != message.address.lower()):
        return "unknown"
    if event in _BLOCKS and (permanent or event != "bounced"):
        identities.block(message.channel, message.address, _BLOCKS[event], at)
    state = following(message.state, event)
    if state != message.state or (event == "delayed" and state in ("sending", "sent")):
        if not table.set_state(message, state, (message.state,), at, provider_id=provider_id, detail=detail):
            raise Unavailable("another event about this message came at the same moment")
        if state in ("failed", "bounced"):
            call_person(message, detail or state)
        tell_consoles(message)
    return state


def are_wanted(message: Message) -> bool:
    """Is this message followed until it arrives? Reports cost as much as the bot's answer itself, so by default its answers are not:
    whoever just wrote to us can be reached. What people write is, and what answers nothing. Mails that bounce are told of in any case."""
    everything = settings.optional("DELIVERY_REPORTS") == "all"
    return everything or message.by != "bot" or bool(message.meta.get("unasked") or message.meta.get("confirmation"))


def following(state: State, event: Event) -> State:
    """The state after an event. Pure."""
    told: State
    if event in ("sent", "delivered", "bounced"):
        told = "sent" if event == "sent" else "delivered" if event == "delivered" else "bounced"
    elif event in ("failed", "stopped"):
        told = "failed"
    else:
        return state
    return told if _RANK[told] > _RANK[state] else state


def call_person(message: Message, why: str) -> None:
    """A message that did not arrive, and nobody in charge to see it: into a queue. An agent who holds the baton sees it in the story."""
    head = table.head(message.thread, consistent=True)
    if not head or head.owner in ("queue", "agent") or message.at < head.opened_at or message.meta.get("confirmation"):
        return
    at = now()
    call = Escalation("undelivered", "undelivered", queue_names.known()[0], "normal", summary=why)
    try:
        table.save(baton.called(head, message.id, call, at), model.hand_over_event(call, at))
    except NotOwner:
        return
    except Conflict as error:
        raise Unavailable("the head moved while a failure was reported") from error


def tell_consoles(message: Message) -> None:
    """The agent who wrote it sees at once how far it got. A hint: whatever fails here is mended by the next look."""
    conversation = message.meta.get("conversation")
    if not conversation:
        return
    try:
        for connection, agent in sockets.of_consoles(now()):
            if agent == message.by:
                push.post(connection, pushes.ConversationChanged(conversation))
    except Unavailable as error:
        log.warning("hint_lost", error=str(error))
