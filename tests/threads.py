"""All that lies in a thread: what no page of the product reads at once, tests look at whole."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import settings
from chalicelib.aws import dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys
from chalicelib.conversations.model import Conversation, Event, Message, Proof


@dataclass(frozen=True, slots=True)
class Thread:
    """Conversations by number, messages by time, events with their conversation's number, proofs the newest first."""

    conversations: tuple[Conversation, ...]
    messages: tuple[Message, ...]
    events: tuple[tuple[int, Event], ...]
    proofs: tuple[Proof, ...]


def whole(thread: str) -> Thread:
    request = {
        "TableName": settings.env("TABLE"),
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": dynamodb.encode({":pk": keys.thread_pk(thread)}),
        "ConsistentRead": True,
    }
    kinds: dict[str, list[Item]] = {}
    for item in dynamodb.query("read a thread", request):
        kinds.setdefault(item["type"]["S"], []).append(item)
    conversations = [keys.conversation(i) for i in (*kinds.get("past", []), *kinds.get("head", []))]
    messages = [keys.message(i) for i in (*kinds.get("incoming", []), *kinds.get("outgoing", []))]
    return Thread(
        tuple(sorted(conversations, key=lambda c: c.number)),
        tuple(sorted(messages, key=lambda m: (m.at, m.id))),
        tuple((_number(i), keys.event(i)) for i in kinds.get("event", [])),
        tuple(sorted((keys.proof(i) for i in kinds.get("proof", [])), key=lambda p: p.at, reverse=True)),
    )


def _number(event: Item) -> int:
    return int(event["sk"]["S"].removeprefix("E#").partition(".")[0])
