"""How far a visitor has read: one item for a thread, which only moves forward."""

from __future__ import annotations

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.conversations import keys
from chalicelib.errors import Conflict


def mark(thread: str, at: int) -> bool:
    """Everything up to this message's time (ms) was read; False if that was known. Raises Unavailable."""
    item = dynamodb.encode({"pk": keys.thread_pk(thread), "sk": keys.READ, "type": "read", keys.UNORDERED: at})
    try:
        with clients.translated("store how far a visitor has read"):
            clients.client("dynamodb").put_item(
                TableName=settings.env("TABLE"),
                Item=item,
                ConditionExpression="attribute_not_exists(pk) OR #at < :at OR #before < :at",
                ExpressionAttributeNames={"#at": keys.UNORDERED, "#before": "at"},  # the latter before 2026-12
                ExpressionAttributeValues=dynamodb.encode({":at": at}),
            )
    except Conflict:
        return False
    return True
