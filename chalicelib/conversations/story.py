"""What belongs to a conversation besides its messages: its stretch of the thread, its changes of hands, how far was read, what was proven.

Errors: Unavailable (throttled or unreachable).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib import settings
from chalicelib.aws import dynamodb
from chalicelib.conversations import history, keys, retention
from chalicelib.conversations.history import Span
from chalicelib.conversations.model import Conversation, Event, Message, Proof
from chalicelib.observability import now

EVENTS = 200  # of one conversation, the newest


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation's stretch of its thread, and the time of the newest message that the visitor has read, 0 if unknown."""

    span: Span
    read_at: int = 0


def place(c: Conversation) -> Place:
    """Read consistently. The first conversation of a thread begins with its first message, whatever the clocks said."""
    pk = keys.thread_pk(c.thread)
    wanted = [keys.key(pk, sk) for sk in (keys.HEAD, keys.past_sk(c.number + 1), keys.READ)]
    items = dynamodb.whole("read a conversation's place", settings.env("TABLE"), wanted, consistent=True)
    found = {item["sk"]["S"]: item for item in items}
    later = [keys.conversation(item) for sk, item in found.items() if sk != keys.READ]
    end = next((one.opened_at for one in later if one.number == c.number + 1), 0)
    read_at = keys.time_of(found[keys.READ]) if keys.READ in found else 0
    return Place(Span(c.opened_at if c.number > 1 else 0, end), read_at)


def messages(c: Conversation, until: int = 0) -> tuple[Message, ...]:
    """The last that were said in a conversation (`until`: up to a moment, Unix ms), in the order of time."""
    span = place(c).span
    if until:
        span = replace(span, end=min(until + 1, span.end or until + 1))
    return history.latest(c.thread, span, history.STORY).messages


def events(c: Conversation) -> list[Event]:
    """In the order of time; read consistently."""
    request = {**_beginning(c.thread, keys.event_prefix(c.number)), "ScanIndexForward": False, "Limit": EVENTS, "ConsistentRead": True}
    items, at = dynamodb.query("read the changes of hands", request, EVENTS), now()
    found = [keys.event(item) for item in items if not retention.is_over(item, at)]
    return sorted(found, key=lambda e: e.at)


def proofs(thread: str) -> tuple[Proof, ...]:
    """Addresses of whoever writes there, the newest proof first; read consistently."""
    request = {**_beginning(thread, keys.PROOFS), "ConsistentRead": True}
    found = [keys.proof(item) for item in dynamodb.query("read what was proven", request)]
    return tuple(sorted(found, key=lambda p: p.at, reverse=True))


def _beginning(thread: str, prefix: str) -> dict[str, object]:
    return {
        "TableName": settings.env("TABLE"),
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
        "ExpressionAttributeValues": dynamodb.encode({":pk": keys.thread_pk(thread), ":prefix": prefix}),
    }
