"""That a code was asked for, when, and how often somebody tried it. The code itself is nowhere."""

from __future__ import annotations

from chalicelib import aws, dynamodb, settings
from chalicelib.conversations import keys
from chalicelib.dynamodb import Item
from chalicelib.errors import Conflict, TooMany


def begin(thread: str, channel: str, address: str, at: int, life: int) -> None:
    """A new code replaces the one before it. `life` in ms."""
    values = {"type": "code", "at": at, "tries": 0, "expires": (at + life) // 1000 + 60}
    with aws.translated("remember that a code was asked for"):
        aws.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item=_key(thread, channel, address) | dynamodb.encode(values))


def attempt(thread: str, channel: str, address: str, oldest: int, most: int) -> int:
    """Counts one more try: when the code was asked for, 0 if there is none younger than `oldest` (ms). Raises TooMany."""
    try:
        with aws.translated("count a try"):
            answer = aws.client("dynamodb").update_item(
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
    with aws.translated("read when a code was asked for"):
        found = aws.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=_key(thread, channel, address), ConsistentRead=True)
    at: int = dynamodb.decode(found.get("Item", {})).get("at", 0)
    return at


def end(thread: str, channel: str, address: str) -> None:
    """It was used."""
    with aws.translated("forget a code"):
        aws.client("dynamodb").delete_item(TableName=settings.env("TABLE"), Key=_key(thread, channel, address))


def _key(thread: str, channel: str, address: str) -> Item:
    return keys.key(keys.thread_pk(thread), keys.code_sk(channel, address))
