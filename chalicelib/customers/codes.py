"""That a code was asked for, when, and how often somebody tried it. The code itself is nowhere."""

from __future__ import annotations

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys
from chalicelib.errors import Conflict, TooMany


def begin(thread: str, channel: str, address: str, at: int, life: int) -> None:
    """A new code replaces the one before it. `life` in ms."""
    values = {"type": "code", "at": at, "tries": 0, "expires": (at + life) // 1000 + 60}
    with clients.translated("remember that a code was asked for"):
        clients.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item=_key(thread, channel, address) | dynamodb.encode(values))


def attempt(thread: str, channel: str, address: str, oldest: int, most: int) -> int:
    """Counts one more try: when the code was asked for, 0 if there is none younger than `oldest` (ms). Raises TooMany."""
    try:
        with clients.translated("count a try"):
            answer = clients.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=_key(thread, channel, address),
                UpdateExpression="ADD tries :one",
                ConditionExpression="#at > :oldest",
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues=dynamodb.encode({":one": 1, ":oldest": oldest}),
                ReturnValues="ALL_NEW",
            )
    except Conflict:
        return 0
    counted = dynamodb.decode(answer["Attributes"])
    if counted["tries"] > most:
        raise TooMany("too many tries: ask for a new code")
    at: int = counted["at"]
    return at


def asked_at(thread: str, channel: str, address: str) -> int:
    """When the last code was asked for; 0 if there is none."""
    with clients.translated("read when a code was asked for"):
        found = clients.client("dynamodb").get_item(
            TableName=settings.env("TABLE"), Key=_key(thread, channel, address), ConsistentRead=True
        )
    at: int = dynamodb.decode(found.get("Item", {})).get("at", 0)
    return at


def end(thread: str, channel: str, address: str) -> None:
    """It was used."""
    with clients.translated("forget a code"):
        clients.client("dynamodb").delete_item(TableName=settings.env("TABLE"), Key=_key(thread, channel, address))


def _key(thread: str, channel: str, address: str) -> Item:
    return keys.key(keys.thread_pk(thread), keys.code_sk(channel, address))
