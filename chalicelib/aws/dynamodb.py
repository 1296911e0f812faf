"""DynamoDB's way of writing values, and what every table is asked in the same way. What lies in which table, its rooms say.

Values are texts, numbers, booleans, None, lists and mappings of these.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.aws import clients
from chalicelib.errors import Unavailable

_TRIES, _PAUSE = 8, 0.05  # of a batch; seconds at most after the first, twice as many after each further one

MOST_KEYS = 100  # of one BatchGetItem

Item = dict[str, dict[str, Any]]  # name -> {type: content}


def encode(values: Mapping[str, Any]) -> Item:
    return {name: _encode(value) for name, value in values.items()}


def decode(item: Item) -> dict[str, Any]:
    return {name: _decode(value) for name, value in item.items()}


def unchanged(version: int) -> dict[str, Any]:
    """The condition of a write over an item whose "version" this is; 0: there is no such item yet."""
    if version == 0:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionExpression": "version = :v", "ExpressionAttributeValues": encode({":v": version})}


def query(what: str, request: Mapping[str, Any], limit: int = 0) -> Iterator[Item]:
    """Follows the pages; stops after `limit` items if one is given. `what` says what is read, for the errors: Unavailable."""
    request, seen = dict(request), 0
    while True:
        with clients.translated(what):
            page = clients.client("dynamodb").query(**request)
        for item in page["Items"]:
            yield item
            seen += 1
        if not page.get("LastEvaluatedKey") or (limit and seen >= limit):
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def in_batches(what: str, ask: Callable[..., Any], request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The answers of a batch_get_item or batch_write_item until all of it is done: what DynamoDB left undone, as it does under load, is
    asked for again after a pause that grows, of random length. Raises Unavailable if it does not come to an end.

    docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html (batch operations)
    """
    for attempt in range(_TRIES):
        with clients.translated(what):
            answer: Mapping[str, Any] = ask(RequestItems=request)
        yield answer
        request = answer.get("UnprocessedKeys") or answer.get("UnprocessedItems") or {}
        if not request:
            return
        time.sleep(random.uniform(0, _PAUSE * 2**attempt))  # noqa: S311 - no secret
    raise Unavailable(f"{what}: the table takes no more at the moment; what is done stays")


def whole(what: str, table: str, wanted: Sequence[Item], consistent: bool = False) -> Iterator[Item]:
    """The items of these keys, in no order, as far as they are there. Raises Unavailable."""
    ask = clients.client("dynamodb").batch_get_item
    for start in range(0, len(wanted), MOST_KEYS):
        request = {table: {"Keys": list(wanted[start : start + MOST_KEYS]), "ConsistentRead": consistent}}
        for page in in_batches(what, ask, request):
            yield from page["Responses"].get(table, [])


def _encode(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"S": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": encode(value)}
    if isinstance(value, list | tuple):
        return {"L": [_encode(part) for part in value]}
    raise TypeError(f"no value of a table: {type(value).__name__}")


def _decode(value: dict[str, Any]) -> Any:
    kind, content = next(iter(value.items()))
    if kind in ("S", "BOOL"):
        return content
    if kind == "N":
        return int(content) if content.lstrip("-").isdigit() else float(content)
    if kind == "M":
        return decode(content)
    return [_decode(part) for part in content] if kind == "L" else None
