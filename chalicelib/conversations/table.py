"""Conversations and their messages in DynamoDB: every write is conditional, so a race has one winner.

Errors: Conflict (a condition failed: read again), NotFound, Unavailable (throttled or unreachable; may be tried again).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys, retention
from chalicelib.conversations.model import Conversation, Event, Message, State
from chalicelib.conversations.timeline import Thread
from chalicelib.errors import Conflict, NotFound
from chalicelib.observability import now

_PAGE = 100  # BatchGetItem takes no more keys
_LINE = 50


@dataclass(frozen=True, slots=True)
class QueueState:
    """Who waits in a queue; `since` (Unix ms): when the first of them began to wait, 0 if nobody does."""

    waiting: int
    since: int


def record(message: Message) -> bool:
    """Stores a message under its own id, once. False if it was there already."""
    try:
        _put(keys.message_item(message), "attribute_not_exists(pk)")
    except Conflict:
        return False
    return True


def head(thread: str, consistent: bool = False) -> Conversation | None:
    """The thread's current conversation."""
    item = _get(keys.key(keys.thread_pk(thread), keys.HEAD), consistent)
    return keys.conversation(item) if item else None


def conversation(conversation_id: str) -> Conversation:
    """The current state, read consistently. Raises NotFound."""
    thread, number = keys.split_id(conversation_id)
    current = head(thread, consistent=True)
    if current and current.number == number:
        return current
    item = _get(keys.key(keys.thread_pk(thread), keys.past_sk(number)), True)
    if not item:
        raise NotFound("no such conversation")
    return keys.conversation(item)


def message(thread: str, message_id: str) -> Message | None:
    item = _get(keys.key(keys.thread_pk(thread), keys.message_sk(message_id)), True)
    return keys.message(item) if item else None


def save(
    c: Conversation,
    event: Event | None = None,
    messages: Sequence[Message] = (),
    past: Conversation | None = None,
    also: Iterable[dict[str, Any]] = (),
) -> Conversation:
    """Writes the next version of a head if the stored one is still `c.version`; raises Conflict otherwise.

    With an event, messages, an earlier conversation to put aside (`past`) or further writes (`also`), all of it
    happens in one transaction or not at all. Without, it is one plain write: the bot's usual case.
    """
    written = replace(c, version=c.version + 1)
    put = {"TableName": settings.env("TABLE"), "Item": keys.conversation_item(written), **dynamodb.unchanged(c.version)}
    others = [*_beside(written, event, messages, past), *also]
    with clients.translated("save the conversation"):
        if others:
            clients.client("dynamodb").transact_write_items(TransactItems=[{"Put": put}, *others])
        else:
            clients.client("dynamodb").put_item(**put)
    return written


def set_state(m: Message, state: State, expected: Sequence[State], at: int, *, provider_id: str = "", detail: str = "") -> bool:
    """Moves an outgoing message on, if it still is in one of the expected states; False if it is not. An earlier `provider_id`
    stays unless there is a new one."""
    values: dict[str, Any] = {":state": state, ":state_at": at, ":detail": detail[:300]} | {f":e{n}": e for n, e in enumerate(expected)}
    change = "SET #state = :state, state_at = :state_at, detail = :detail"
    if provider_id:
        change, values = change + ", provider_id = :provider_id", values | {":provider_id": provider_id[:300]}
    condition = f"#state IN ({', '.join(f':e{n}' for n in range(len(expected)))})"
    return _update(keys.message_key(m.thread, m.id), change, condition, {"#state": "state"}, values)


def record_following(follow_up: Message, told: Sequence[Message], detail: str, at: int) -> None:
    """Stores what follows a customer elsewhere, and that the messages in it need no further care; all or nothing. Raises Conflict."""
    table = settings.env("TABLE")
    put = {"TableName": table, "Item": keys.message_item(follow_up), "ConditionExpression": "attribute_not_exists(pk)"}
    changes = [
        {
            "TableName": table,
            "Key": keys.key(keys.thread_pk(m.thread), keys.message_sk(m.id)),
            "UpdateExpression": "SET #state = :sent, state_at = :at, detail = :detail",
            "ConditionExpression": "#state = :before AND (attribute_not_exists(detail) OR detail <> :detail)",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": dynamodb.encode({":sent": "sent", ":at": at, ":detail": detail, ":before": m.state}),
        }
        for m in told
    ]
    with clients.translated("store what follows a customer"):
        clients.client("dynamodb").transact_write_items(TransactItems=[{"Put": put}, *({"Update": change} for change in changes)])


def set_meta(m: Message, done: bool = True) -> bool:
    """Replaces what a channel knows of a stored message, which then, if `done`, is no longer on anybody's list; False if it is gone."""
    meta = json.dumps(m.meta, ensure_ascii=False, separators=(",", ":"))
    return _update(
        keys.message_key(m.thread, m.id), f"SET meta = :meta{' REMOVE todo' if done else ''}", "attribute_exists(pk)", {}, {":meta": meta}
    )


def set_outcome(thread: str, message_ids: Iterable[str], outcome: str) -> None:
    """What customer's messages led to, where nothing was said to them. Idempotent; a message that is gone needs none."""
    for message_id in message_ids:
        _update(keys.message_key(thread, message_id), "SET outcome = :outcome", "attribute_exists(pk)", {}, {":outcome": outcome})


def read_thread(thread: str, consistent: bool = False) -> Thread:
    """One query (more if it is over 1 MB). Raises NotFound if nobody ever wrote there."""
    query = {"KeyConditionExpression": "pk = :pk", "ConsistentRead": consistent}
    items = list(_query(query, {":pk": keys.thread_pk(thread)}))
    kinds: dict[str, list[Item]] = {}
    for item in items:
        if item["sk"]["S"] == keys.HEAD or not retention.is_over(item, now()):
            kinds.setdefault(item["type"]["S"], []).append(item)
    conversations = [keys.conversation(i) for i in (*kinds.get("past", []), *kinds.get("head", []))]
    messages = [keys.message(i) for i in (*kinds.get("incoming", []), *kinds.get("outgoing", []))]
    if not conversations and not messages:
        raise NotFound("no such conversation")
    return Thread(
        tuple(sorted(conversations, key=lambda c: c.number)),
        tuple(sorted(messages, key=lambda m: (m.at, m.id))),
        tuple((_number(i), keys.event(i)) for i in kinds.get("event", [])),
        max((int(i["at"]["N"]) for i in kinds.get("read", [])), default=0),
        tuple(sorted((keys.proof(i) for i in kinds.get("proof", [])), key=lambda p: p.at, reverse=True)),
    )


def waiting(queue: str, urgency: str, limit: int = 100) -> list[Conversation]:
    """Who waits in a queue, the longest first."""
    return _work(keys.queue_work(queue, urgency), limit)


def line(queue: str, urgency: str, before: int = 0) -> QueueState:
    """How many wait in a queue (`before`: since an earlier moment, Unix ms), and since when the first of them; 50 stands for all that
    are more, as each costs a read."""
    found = _line(keys.queue_work(queue, urgency), before, _LINE)
    return QueueState(len(found), min(found, default=0))


def _line(work: str, before: int, limit: int) -> list[int]:
    earlier = " AND waiting_since < :before" if before else ""
    with clients.translated("query the table"):
        page = clients.client("dynamodb").query(
            TableName=settings.env("TABLE"),
            IndexName="by_work",
            KeyConditionExpression=f"#w = :w{earlier}",
            ExpressionAttributeNames={"#w": "work"},
            ExpressionAttributeValues=dynamodb.encode({":w": work} | ({":before": before} if before else {})),
            ProjectionExpression="waiting_since",
            Limit=limit,
        )
    return [int(item["waiting_since"]["N"]) for item in page["Items"]]


def open_turns(before: int, limit: int = 100) -> list[Conversation]:
    """Heads whose turn the bot has kept open since before a moment (Unix ms): messages that still wait for an outcome."""
    query = {"IndexName": "by_work", "KeyConditionExpression": "#w = :w AND waiting_since < :before", "Limit": limit}
    named = {**query, "ExpressionAttributeNames": {"#w": "work"}}
    works = [keys.open_work(number) for number in range(keys.SHARDS)]
    found = [item for work in works for item in _query(named, {":w": work, ":before": before}, limit)]
    return [keys.conversation(item) for item in found[:limit]]


def held_by(agent: str, limit: int = 100) -> list[Conversation]:
    """What an agent holds."""
    return _work(keys.agent_work(agent), limit)


def of_customer(customer: str, kind: str = "") -> list[Item]:
    """All that a customer has on all channels (identities, conversations, moves), the newest first; or only what has keys of one kind."""
    query = {"IndexName": "by_customer", "KeyConditionExpression": "customer = :c"}
    items = list(_whole(item for item in _query(query, {":c": customer}) if item["pk"]["S"].startswith(kind)))
    return sorted(items, key=lambda item: int(item["opened_at"]["N"]), reverse=True)


def opened_since(customer: str, since: int) -> list[int]:
    """When a customer's conversations were opened, on all channels, as far as that was after `since`; keys alone are read."""
    query = {"IndexName": "by_customer", "KeyConditionExpression": "customer = :c AND opened_at > :since", "Limit": _PAGE}
    found = _query(query, {":c": customer, ":since": since}, _PAGE)
    return [int(item["opened_at"]["N"]) for item in found if keys.is_conversation(item)]


def restamp_past(c: Conversation, source: str, target: str) -> None:
    """An earlier conversation goes from one customer to another, if it still is the first one's. Raises Unavailable."""
    try:
        with clients.translated("move a conversation"):
            clients.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=keys.key(keys.thread_pk(c.thread), keys.past_sk(c.number)),
                UpdateExpression="SET customer = :target",
                ConditionExpression="customer = :source",
                ExpressionAttributeValues=dynamodb.encode({":source": source, ":target": target}),
            )
    except Conflict:
        return


def opened_on(day: str) -> Iterator[Conversation]:
    """Every conversation that was opened on a UTC day `yyyy-mm-dd`, in no order."""
    query = {"IndexName": "by_day", "KeyConditionExpression": "#d = :d", "ExpressionAttributeNames": {"#d": "day"}}
    for shard in keys.day_shards(day):
        yield from (keys.conversation(item) for item in _whole(_query(query, {":d": shard})))


def last_opened(day: str, limit: int) -> list[Conversation]:
    """At most `limit` of the conversations that were opened on a UTC day, the newest first."""
    newest: list[Item] = []
    for shard in keys.day_shards(day):
        query = {"IndexName": "by_day", "KeyConditionExpression": "#d = :d", "ExpressionAttributeNames": {"#d": "day"}}
        newest += _query({**query, "ScanIndexForward": False, "Limit": limit}, {":d": shard}, limit)
    newest.sort(key=lambda item: int(item["opened_at"]["N"]), reverse=True)
    return sorted((keys.conversation(i) for i in _whole(newest[:limit])), key=lambda c: (c.opened_at, c.id), reverse=True)


def _update(key: Item, change: str, condition: str, names: dict[str, str], values: dict[str, Any]) -> bool:
    """False if the condition does not hold."""
    named = {"ExpressionAttributeNames": names} if names else {}
    try:
        with clients.translated("change a message"):
            clients.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=key,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=dynamodb.encode(values),
                **named,
            )
    except Conflict:
        return False
    return True


def _beside(c: Conversation, event: Event | None, messages: Sequence[Message], past: Conversation | None) -> Iterator[dict[str, Any]]:
    table = settings.env("TABLE")
    if event:
        yield {"Put": {"TableName": table, "Item": keys.event_item(c, event)}}
    if past:
        yield {"Put": {"TableName": table, "Item": keys.conversation_item(past, keys.past_sk(past.number))}}
    for m in messages:
        yield {"Put": {"TableName": table, "Item": keys.message_item(m), "ConditionExpression": "attribute_not_exists(pk)"}}


def _put(item: Item, condition: str) -> None:
    with clients.translated("store an item"):
        clients.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item=item, ConditionExpression=condition)


def _get(key: Item, consistent: bool) -> Item | None:
    with clients.translated("read an item"):
        found = clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=key, ConsistentRead=consistent)
    item: Item | None = found.get("Item")
    return item


def _work(work: str, limit: int) -> list[Conversation]:
    query = {"IndexName": "by_work", "KeyConditionExpression": "#w = :w", "ExpressionAttributeNames": {"#w": "work"}, "Limit": limit}
    return [keys.conversation(item) for item in _query(query, {":w": work}, limit)]


def _query(request: dict[str, Any], values: dict[str, Any], limit: int = 0) -> Iterator[Item]:
    request = {"TableName": settings.env("TABLE"), "ExpressionAttributeValues": dynamodb.encode(values), **request}
    return dynamodb.query("query the table", request, limit)


def _whole(index_items: Iterable[Item]) -> Iterator[Item]:
    """The whole items behind the entries of a keys-only index, in no order."""
    wanted = [{"pk": i["pk"], "sk": i["sk"]} for i in index_items]
    for start in range(0, len(wanted), _PAGE):
        yield from _batch(wanted[start : start + _PAGE])


def _batch(wanted: list[Item]) -> Iterator[Item]:
    table, ask = settings.env("TABLE"), clients.client("dynamodb").batch_get_item
    for page in dynamodb.in_batches("read what an index named", ask, {table: {"Keys": wanted}}):
        yield from page["Responses"].get(table, [])


def _number(event_item: Item) -> int:
    return int(event_item["sk"]["S"].removeprefix("E#").partition(".")[0])
