"""The index by_work: who waits in which line, what agents hold, which turns of the bot are open; each by age.

A line lies in several partitions (keys.line_work): a walk goes through all of them in the order of time and reads them page by page.
It can stop anywhere and go on later, as places in an index stay what they are when what stood there is gone.
docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html (ExclusiveStartKey)

An index is late by moments, and shows of a conversation only its projection: counters and most times are 0 here.
Errors: Unavailable.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from chalicelib import settings
from chalicelib.aws import dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys
from chalicelib.conversations.model import Conversation

_AT_ONCE = 8
_MOST = 1_000  # entries of a page, where nothing says how many are wanted

T = TypeVar("T")
R = TypeVar("R")

Place = tuple[int, str]  # since when (Unix ms), and the thread


@dataclass(frozen=True, slots=True)
class Entry:
    """`work`: the partition where it stands; `since` (Unix ms): its place in the order, for an open turn that of its last message."""

    work: str
    since: int
    conversation: Conversation

    @property
    def place(self) -> Place:
        return self.since, self.conversation.thread


def walk(
    works: Sequence[str], after: Mapping[str, Place] | None = None, *, newest: bool = False, before: int = 0, page: int = _MOST
) -> Iterator[Entry]:
    """All entries of some partitions, the oldest (or `newest`) first, of each from a place on (`after`); `before`: only what is older
    than a time (Unix ms); `page`: how many of a partition are read at once."""
    ways = [_way(work, (after or {}).get(work), newest, before, page) for work in works]
    return heapq.merge(*ways, key=lambda entry: entry.since, reverse=newest)


def waiting(queue: str, urgency: str, limit: int | None = 100) -> list[Conversation]:
    """Who waits in a queue, the longest first; at most `limit` of them, or all."""
    page = 1 + limit // keys.LINE_SHARDS if limit else _MOST
    return [entry.conversation for entry in islice(walk(keys.line_work(queue, urgency), page=page), limit)]


def longest(lines: Sequence[tuple[str, str]], each: int) -> list[Conversation]:
    """Who has waited longest in some lines (queue and urgency): the first `each` of every partition, by age; all asked at once."""
    works = [work for line in lines for work in keys.line_work(*line)]
    found = [c for page in at_once(lambda work: list(islice(_way(work, None, False, 0, each), each)), works) for c in page]
    return [entry.conversation for entry in sorted(found, key=lambda entry: entry.place)]


def held_by(agent: str) -> list[Conversation]:
    """What an agent holds."""
    return [entry.conversation for entry in walk([keys.agent_work(agent)])]


def at_once(ask: Callable[[T], R], about: Sequence[T]) -> list[R]:
    """The answers to the same question about several things, in their order; each waits for the table most of its time."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(ask, about))


def times(work: str, before: int = 0, limit: int = 0) -> tuple[list[int], bool]:
    """When those of one partition began to wait, the oldest first; `limit` of them at most, and whether there are more."""
    wanted = limit + 1 if limit else 0
    more = {"ProjectionExpression": "waiting_since", **({"Limit": wanted} if limit else {})}
    found = [int(item["waiting_since"]["N"]) for item in _query(work, before, more, wanted)]
    return found[: limit or None], bool(limit) and len(found) > limit


def _way(work: str, after: Place | None, newest: bool, before: int, page: int) -> Iterator[Entry]:
    more: dict[str, Any] = {"Limit": page, "ScanIndexForward": not newest}
    if after:
        in_index = dynamodb.encode({"work": work, "waiting_since": after[0]})
        more["ExclusiveStartKey"] = keys.key(keys.thread_pk(after[1]), keys.HEAD) | in_index
    for item in _query(work, before, more):
        yield Entry(work, int(item["waiting_since"]["N"]), keys.conversation(item))


def _query(work: str, before: int, more: Mapping[str, Any], limit: int = 0) -> Iterator[Item]:
    earlier = " AND waiting_since < :before" if before else ""
    request = {
        "TableName": settings.env("TABLE"),
        "IndexName": "by_work",
        "KeyConditionExpression": f"#w = :w{earlier}",
        "ExpressionAttributeNames": {"#w": "work"},
        "ExpressionAttributeValues": dynamodb.encode({":w": work} | ({":before": before} if before else {})),
        **more,
    }
    return dynamodb.query("query the table", request, limit)
