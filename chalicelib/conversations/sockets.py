"""Which WebSockets are open: rows beside the thread (visitors) or in one partition (agents' consoles).

A row is a hint and never the truth. It goes when the gateway says that the connection is gone, at the latest by TTL;
readers check the expiry themselves, as DynamoDB may delete late.
"""

from __future__ import annotations

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.conversations import keys
from chalicelib.errors import Conflict
from chalicelib.observability import now as clock

# API Gateway closes every connection after two hours.
LIFE_SECONDS = 7500

# So long (seconds) a new connection may be unknown to the gateway: its row is written while it is still being opened.
OPENING_SECONDS = 15


def open_visitor(thread: str, connection: str, now: int) -> None:
    _put(keys.thread_pk(thread), connection, "", now)


def open_console(agent: str, connection: str, now: int) -> None:
    _put(keys.CONSOLES, connection, agent, now)


def of_visitor(thread: str, now: int) -> list[str]:
    """Connection ids."""
    return [connection for connection, _ in _read(keys.thread_pk(thread), now)]


def of_consoles(now: int) -> list[tuple[str, str]]:
    """Connection ids, each with its agent."""
    return _read(keys.CONSOLES, now)


def close_visitor(thread: str, connection: str) -> None:
    _delete(keys.thread_pk(thread), connection)


def close_console(connection: str) -> None:
    _delete(keys.CONSOLES, connection)


def _put(pk: str, connection: str, agent: str, now: int) -> None:
    row = {"pk": pk, "sk": keys.socket_sk(connection), "type": "socket", "agent": agent, "expires": now // 1000 + LIFE_SECONDS}
    with clients.translated("store a connection"):
        clients.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item=dynamodb.encode(row))


def _read(pk: str, now: int) -> list[tuple[str, str]]:
    request = {
        "TableName": settings.env("TABLE"),
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :x)",
        "ExpressionAttributeValues": dynamodb.encode({":pk": pk, ":x": keys.socket_sk("")}),
    }
    rows = map(dynamodb.decode, dynamodb.query("read the connections", request))
    return [(row["sk"].removeprefix("X#"), row["agent"]) for row in rows if row["expires"] > now // 1000]


def _delete(pk: str, connection: str) -> None:
    """Unless it is so young that it may only be opening: without its row it would be open, and deaf."""
    row = {
        "TableName": settings.env("TABLE"),
        "Key": keys.key(pk, keys.socket_sk(connection)),
        "ConditionExpression": "expires < :opening",
        "ExpressionAttributeValues": dynamodb.encode({":opening": clock() // 1000 + LIFE_SECONDS - OPENING_SECONDS}),
    }
    try:
        with clients.translated("forget a connection"):
            clients.client("dynamodb").delete_item(**row)
    except Conflict:
        return
