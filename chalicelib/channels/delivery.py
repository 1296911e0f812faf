"""Outgoing messages, from the stream to the provider. What leaves was stored first; its state says how far it got.

    pending -> sending -> sent | failed          e-mail, SMS (back to pending if the provider does not answer)
    pending -> sent                              web chat (a browser drops what it has by id; offline: stays pending, replayed later)

No provider takes a key that makes sending idempotent. So "sending" is written before the call: whoever finds it there
after a crash cannot know whether the message left, does not send it again, and calls a person.
"""

from __future__ import annotations

from typing import Any

from chalicelib import push, settings
from chalicelib.channels import CHANNELS
from chalicelib.conversations import keys, model, sockets, table, timeline
from chalicelib.conversations.keys import Item
from chalicelib.conversations.model import Escalation, Message
from chalicelib.errors import BatonError, Conflict, Postponed, Unavailable
from chalicelib.observability import now

INTERRUPTED = "interrupted while it was being sent: it may or may not have arrived"


def handle(item: Item, _old: Item | None) -> str:
    """One outgoing message of the stream. Raises Unavailable if it should come again, Postponed if its provider is down."""
    message = keys.message(item)
    outcome = _to_browsers(message) if message.channel == "webchat" else _to_provider(message)
    _tell_consoles(message)
    return outcome


def _to_browsers(message: Message) -> str:
    frame: dict[str, Any] = {"type": "message", "message": timeline.for_visitor(message)}
    reached = [connection for connection in sockets.of_visitor(message.thread, now()) if _reaches(message.thread, connection, frame)]
    if not reached:
        return "nobody_there"
    table.set_state(message, "sent", ("pending",))
    return "sent"


def _reaches(thread: str, connection: str, frame: dict[str, Any]) -> bool:
    if push.post(connection, frame):
        return True
    sockets.close_visitor(thread, connection)
    return False


def _to_provider(message: Message) -> str:
    if not table.set_state(message, "sending", ("pending",)):
        return _after_a_crash(message)
    try:
        provider_id = CHANNELS[message.channel].send(message)
    except Unavailable as error:
        table.set_state(message, "pending", ("sending",))  # nothing left; other channels must not wait for this provider
        raise Postponed(str(error)) from error
    except BatonError as error:
        return _failed(message, str(error))
    table.set_state(message, "sent", ("sending",), provider_id=provider_id)
    return "sent"


def _after_a_crash(message: Message) -> str:
    stored = table.message(message.thread, message.id)
    if not stored or stored.state != "sending":
        return "already_done"
    return _failed(message, INTERRUPTED)


def _failed(message: Message, why: str) -> str:
    """An agent sees a failed message in the conversation; if the bot held the baton, a person is called."""
    table.set_state(message, "failed", ("sending",), detail=why)
    head = table.head(message.thread, consistent=True)
    if head and head.owner == "bot":
        call = Escalation("undelivered", "undelivered", settings.default_queue(), "normal", summary=why)
        at = now()
        try:
            table.save(model.escalated(head, message.id, call, at), model.hand_over_event(call, at))
        except Conflict as error:
            raise Unavailable("the head moved while a failure was reported") from error
    return "failed"


def _tell_consoles(message: Message) -> None:
    """The agent who wrote it sees at once how far it got."""
    conversation = message.meta.get("conversation")
    if not conversation:
        return
    for connection, agent in sockets.of_consoles(now()):
        if agent == message.by:
            push.post(connection, {"type": "conversation", "id": conversation})
