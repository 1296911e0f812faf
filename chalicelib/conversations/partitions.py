"""Whole partitions of the tables, as they are stored: for whoever must see or remove everything that stands there, whatever it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys, retention
from chalicelib.errors import Conflict

_BATCH = 25  # BatchWriteItem takes no more


def items(pk: str, store: str = "TABLE") -> Iterator[Item]:
    """All of a partition in order, read consistently. `store`: the variable that names the table. Raises Unavailable."""
    request: dict[str, Any] = {"TableName": settings.env(store), "KeyConditionExpression": "pk = :pk", "ConsistentRead": True}
    return dynamodb.query("read a partition", request | {"ExpressionAttributeValues": dynamodb.encode({":pk": pk})})


def remove(found: Iterable[Item], store: str = "TABLE") -> None:
    """Takes items away; those that are gone do no harm. Raises Unavailable."""
    batch: list[Any] = []
    for item in found:
        batch.append({"DeleteRequest": {"Key": {"pk": item["pk"], "sk": item["sk"]}}})
        if len(batch) == _BATCH:
            _write(batch, store)
            batch = []
    if batch:
        _write(batch, store)


def replace(old: Item, new: Item) -> None:
    """One item goes and another comes, together; after a crash between doing and knowing, again. Raises Conflict, Unavailable."""
    table = settings.env("TABLE")
    writes = [{"Put": {"TableName": table, "Item": new}}, {"Delete": {"TableName": table, "Key": keys.key(old["pk"]["S"], old["sk"]["S"])}}]
    with clients.translated("replace an item"):
        clients.client("dynamodb").transact_write_items(TransactItems=writes)


def keep(pk: str, ending_before: int, until: int) -> int:
    """What would end before a time is kept until another (both Unix ms); how many items. Raises Unavailable."""
    ending = [item for item in items(pk) if retention.is_over(item, ending_before)]
    for item in ending:
        try:
            with clients.translated("keep an item for longer"):
                clients.client("dynamodb").update_item(
                    TableName=settings.env("TABLE"),
                    Key={"pk": item["pk"], "sk": item["sk"]},
                    UpdateExpression="SET expires = :until",
                    ConditionExpression="attribute_exists(expires)",
                    ExpressionAttributeValues=dynamodb.encode({":until": until // 1000}),
                )
        except Conflict:
            continue  # gone meanwhile, or open-ended
    return len(ending)


def _write(batch: list[Any], store: str) -> None:
    for _ in dynamodb.in_batches("remove items", clients.client("dynamodb").batch_write_item, {settings.env(store): batch}):
        pass
