"""A page of an index costs what it shows, as on AWS: MiniStack 1.5.33 sorts and looks at all of a partition for each page of a Query.

The members of a partition are kept in order, and a Query with a Limit is shown those alone that may stand on its page.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from contextvars import ContextVar
from typing import Any

from ministack.services import dynamodb

Table = dict[str, Any]
Member = tuple[str, str]  # keys of the item in the table
Placed = tuple[tuple[Any, ...], Member]

_asked: ContextVar[dict[str, Any]] = ContextVar("asked")  # the Query that is being answered


class _Ordered(dict[Any, None]):
    """The members of one partition of an index, as MiniStack keeps them, and in their order as soon as somebody asks for it."""

    placed: list[Placed] | None = None


def keep_order() -> None:
    """Takes effect for every table of this process."""
    query, members, index_item = dynamodb._query, dynamodb._index_members, dynamodb._index_item

    def ordered_query(data: dict[str, Any]) -> Any:
        token = _asked.set(data)
        try:
            return query(data)
        finally:
            _asked.reset(token)

    def narrowed(table: Table) -> dict[str, Any]:
        found: dict[str, Any] = members(table)
        asked = _asked.get({})
        name, condition = asked.get("IndexName"), asked.get("KeyConditionExpression", "")
        in_order = " AND " not in condition or (" < " in condition and asked.get("ScanIndexForward", True))
        if name not in found or not asked.get("Limit") or not condition or not in_order:
            return found
        [partition], _ = dynamodb._index_key_lists(dynamodb._index_def(table, name))
        values, names = asked.get("ExpressionAttributeValues", {}), asked.get("ExpressionAttributeNames", {})
        value = dynamodb._extract_pk_from_condition(condition, values, names, partition)
        return {name: {value: _page(table, found[name], value, asked)}}

    def keep(table: Table, base_pk: str, base_sk: str, item: Any, add: bool) -> None:
        for name in table.get(dynamodb._INDEX_MEMBERS) or {}:
            _move(table, name, (base_pk, base_sk), item, add)
        index_item(table, base_pk, base_sk, item, add)

    dynamodb._query, dynamodb._index_members, dynamodb._index_item = ordered_query, narrowed, keep


def _move(table: Table, name: str, member: Member, item: Any, add: bool) -> None:
    hashes, ranges = dynamodb._index_key_lists(dynamodb._index_def(table, name))
    partition = dynamodb._index_partition(item, hashes, ranges)
    found = table[dynamodb._INDEX_MEMBERS][name].get(partition)
    if not isinstance(found, _Ordered) or found.placed is None:
        return
    place = (_order(table, ranges, item), member)
    at = bisect_left(found.placed, place)
    if at < len(found.placed) and found.placed[at] == place:
        if not add:
            del found.placed[at]
    elif add:
        insort(found.placed, place)


def _page(table: Table, partitions: dict[Any, Any], value: Any, asked: dict[str, Any]) -> list[Member]:
    ranges = dynamodb._index_key_lists(dynamodb._index_def(table, asked["IndexName"]))[1]
    found = partitions.get(value)
    if found is None:
        return []
    if not isinstance(found, _Ordered):
        found = partitions[value] = _Ordered(found)
    if found.placed is None:
        found.placed = sorted((_order(table, ranges, table["items"][pk][sk]), (pk, sk)) for pk, sk in found)
    start, limit, forward = asked.get("ExclusiveStartKey"), int(asked["Limit"]), asked.get("ScanIndexForward", True)
    if forward:
        first = bisect_right(found.placed, _order(table, ranges, start), key=lambda placed: placed[0]) if start else 0
        return [member for _, member in found.placed[first : first + limit]]
    last = bisect_left(found.placed, _order(table, ranges, start), key=lambda placed: placed[0]) if start else len(found.placed)
    return [member for _, member in found.placed[max(0, last - limit) : last]]


def _order(table: Table, ranges: list[str], item: Any) -> tuple[Any, ...]:
    return tuple(dynamodb._index_order_value(item, name, kind) for name, kind in dynamodb._index_order_keys(table, ranges))
