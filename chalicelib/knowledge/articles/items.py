"""The knowledge table as such: items by partition and order. What lies in which partition, the modules that use this say.

Values are those of chalicelib/aws/dynamodb.py. Errors: Conflict (a condition failed), Unavailable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.errors import Conflict

Values = dict[str, Any]
Key = tuple[str, str]

_BATCH = 25  # BatchWriteItem takes no more


def put(pk: str, sk: str, values: Mapping[str, Any], version: int | None = None) -> None:
    """Writes an item whole; `version`: only over the one whose "version" this is, 0 if there must be none. Raises Conflict."""
    with clients.translated("store knowledge"):
        clients.client("dynamodb").put_item(TableName=_table(), Item=_item((pk, sk), values), **_condition(version))


def put_once(pk: str, sk: str, values: Mapping[str, Any]) -> bool:
    """False if there is such an item already."""
    try:
        put(pk, sk, values, version=0)
    except Conflict:
        return False
    return True


def put_together(new: Iterable[tuple[Key, Mapping[str, Any]]]) -> bool:
    """New items, all or none; False if one of them is there already."""
    puts = [{"Put": {"TableName": _table(), "Item": _item(key, values), **_condition(0)}} for key, values in new]
    try:
        with clients.translated("store knowledge"):
            clients.client("dynamodb").transact_write_items(TransactItems=puts)
    except Conflict:
        return False
    return True


def get(pk: str, sk: str) -> Values | None:
    """Read consistently."""
    with clients.translated("read knowledge"):
        found = clients.client("dynamodb").get_item(TableName=_table(), Key=_key((pk, sk)), ConsistentRead=True)
    return _values(found["Item"]) if "Item" in found else None


def query(pk: str, *, since: str = "", start: str = "", newest_first: bool = False, limit: int = 0) -> Iterator[Values]:
    """The items of a partition in order, read consistently: from `since` on, or those whose order begins with `start`; at most `limit`."""
    order = " AND begins_with(sk, :sk)" if start else " AND sk >= :sk" if since else ""
    values = {":pk": pk} | ({":sk": start or since} if order else {})
    request: Values = {"TableName": _table(), "KeyConditionExpression": f"pk = :pk{order}"}
    request |= {"ExpressionAttributeValues": dynamodb.encode(values), "ConsistentRead": True, "ScanIndexForward": not newest_first}
    request |= {"Limit": limit} if limit else {}
    yield from map(_values, dynamodb.query("read knowledge", request, limit))


def delete(pk: str, sk: str, version: int | None = None) -> None:
    """Raises Conflict if `version` is not the stored one."""
    with clients.translated("remove knowledge"):
        clients.client("dynamodb").delete_item(TableName=_table(), Key=_key((pk, sk)), **_condition(version))


def write_many(puts: Iterable[tuple[Key, Mapping[str, Any]]], deletes: Iterable[Key] = ()) -> None:
    """Many items without conditions, the quick way; asked again it does no harm. Raises Unavailable if some stay unwritten."""
    requests: list[Any] = [{"PutRequest": {"Item": _item(key, values)}} for key, values in puts]
    requests += [{"DeleteRequest": {"Key": _key(key)}} for key in deletes]
    for start in range(0, len(requests), _BATCH):
        _write(requests[start : start + _BATCH])


def _write(requests: Sequence[Any]) -> None:
    for _ in dynamodb.in_batches("store knowledge", clients.client("dynamodb").batch_write_item, {_table(): list(requests)}):
        pass


def _condition(version: int | None) -> Values:
    return {} if version is None else dynamodb.unchanged(version)


def _key(key: Key) -> Item:
    return dynamodb.encode({"pk": key[0], "sk": key[1]})


def _item(key: Key, values: Mapping[str, Any]) -> Item:
    return dynamodb.encode(values) | _key(key)


def _values(item: Item) -> Values:
    return {name: value for name, value in dynamodb.decode(item).items() if name not in ("pk", "sk")}


def _table() -> str:
    return settings.env("KNOWLEDGE_TABLE")
