"""Outgoing messages, from the stream to the provider. What leaves was stored first; its state says how far it got.

    pending -> sending -> sent -> delivered | failed | bounced   e-mail, SMS (back to pending if the provider does not answer)
    pending -> sent          web chat (a browser drops what it has by id; offline: stays pending, replayed later, and follows by mail
                             or SMS where an address is proven: forwarding.py)

No provider takes a key that makes sending idempotent. So "sending" is written before the call: whoever finds it there
after a crash cannot know whether the message left, and does not send it again. Our id goes out with each message and comes back
with the provider's events, which settle it (`receipts.py`); without any, a person is called.
"""

from __future__ import annotations

from chalicelib.aws import push
from chalicelib.aws.dynamodb import Item
from chalicelib.channels import CHANNELS, breaker, dispatch, forwarding, receipts
from chalicelib.conversations import keys, pushes, registry, sockets, table, views
from chalicelib.conversations.model import Message, State
from chalicelib.conversations.pushes import Push
from chalicelib.customers import identities
from chalicelib.errors import BatonError, Postponed, Unavailable, Uncertain
from chalicelib.observability import now

# So long (ms) a provider has to tell what became of a message whose sending was interrupted.
SETTLING = 10 * 60_000

BLOCKED: dict[str, str] = {
    "stopped": "this customer said STOP: no text messages may be sent until START comes",
    "bounced": "this address does not exist or takes no mail",
    "complaint": "this customer marked an earlier mail as spam: no more mail may be sent",
}


def handle(item: Item, _old: Item | None) -> str:
    """One outgoing message of the stream: to its browsers, or to the function that sends. Raises Unavailable if it should come again."""
    message = keys.message(item)
    if not registry.of(message.channel).live:
        return dispatch.hand_on(message)
    try:
        return _to_browsers(message)
    finally:
        receipts.tell_consoles(message)


def send(item: Item, _old: Item | None) -> str:
    """One outgoing message for a provider. Raises Unavailable if it should come again, Postponed if its provider is down."""
    message = keys.message(item)
    try:
        return _to_provider(message)
    finally:
        receipts.tell_consoles(message)


def _to_browsers(message: Message) -> str:
    if forwarding.has_followed(message):
        return "followed"
    frame = pushes.MessageCame(views.for_visitor(message))
    reached = [connection for connection in sockets.of_visitor(message.thread, now()) if _reaches(message.thread, connection, frame)]
    if reached:
        table.set_state(message, "sent", ("pending",), now())
    return forwarding.care(message, bool(reached), now())


def _reaches(thread: str, connection: str, frame: Push) -> bool:
    if push.post(connection, frame):
        return True
    sockets.close_visitor(thread, connection)
    return False


def _to_provider(message: Message) -> str:
    refused = _refused(message)
    if refused:
        return _failed(message, refused, before="pending")
    breaker.admit(message.channel, now())
    if not table.set_state(message, "sending", ("pending",), now()):
        return _after_a_crash(message)
    try:
        provider_id = CHANNELS[message.channel].send(_with_its_code(message))
    except Unavailable as error:
        table.set_state(message, "pending", ("sending",), now())  # nothing left
        breaker.failed(message.channel, now())
        raise Postponed(str(error)) from error
    except Uncertain as error:
        breaker.failed(message.channel, now())
        raise Postponed(str(error)) from error  # it may have left: the provider's events will tell
    except BatonError as error:
        breaker.worked(message.channel)
        return _failed(message, str(error))
    breaker.worked(message.channel)
    table.set_state(message, "sent", ("sending",), now(), provider_id=provider_id)
    return "sent"


def _refused(message: Message) -> str:
    """Why nothing may be sent to this address: looked up at the last moment, so that a STOP wins against whatever is on its way."""
    if message.meta.get("confirmation"):
        return ""
    return BLOCKED.get(identities.blocked(message.channel, message.address, message.meta.get("asked_at", 0)), "")


def _with_its_code(message: Message) -> Message:
    """What proves an address is in no stored message."""
    if "code_for" not in message.meta:
        return message
    from chalicelib.customers import verification

    return verification.filled(message)


def _after_a_crash(message: Message) -> str:
    """Nobody knows whether an interrupted message left. The provider's events tell; if none comes, a person is called."""
    stored = table.message(message.thread, message.id)
    if not stored or stored.state != "sending":
        return "already_done"
    if now() < stored.state_at + SETTLING:
        raise Postponed("its sending was interrupted; waiting for what the provider tells")
    return _failed(message, receipts.INTERRUPTED)


def _failed(message: Message, why: str, before: State = "sending") -> str:
    """An agent sees a failed message in the conversation; if no agent holds it, a person is called."""
    if table.set_state(message, "failed", (before,), now(), detail=why):
        receipts.call_person(message, why)
        return "failed"
    return "already_done"
