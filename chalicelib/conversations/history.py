"""A thread's messages in the order of time, a page at a time: a thread may live for years, and nothing reads all of it to show its end.

The index by_time gives the keys of incoming messages, of agents' replies and of whatever else has a place of its own; what the bot said to
a message is found by that message's name (`keys.is_beside`). The messages themselves are read by their keys, consistently. The index
follows the table within milliseconds, under load within seconds: who just changed the head waits for it (`settle`).
docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html (data synchronization)

Errors: Unavailable (throttled or unreachable).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from chalicelib import settings
from chalicelib.aws import dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import ids, keys, memory, retention
from chalicelib.conversations.model import Conversation, Message
from chalicelib.errors import BadRequest
from chalicelib.observability import log, now

PAGE = 30  # messages: of an agent's talk all on the screen, of the bot's fifteen questions with their answers
STORY = 400  # messages: as far back as anything is looked for that is not shown
# A message gets its time just before it is written. Another one, written at the same moment, may become visible later and yet bear an
# earlier time; so readers of what is new begin this long (ms) before their cursor, and drop by id what they have.
OVERLAP = 60_000
YOUNG = 10_000  # ms: an older change is in every index
_WAITS = (0.0, 0.05, 0.15, 0.4)  # seconds, for an index that is behind


@dataclass(frozen=True, slots=True)
class Span:
    """A conversation's time in its thread, Unix ms: from its opening until before the next one's. `end` 0: it is the last."""

    start: int = 0
    end: int = 0


ALL = Span()


@dataclass(frozen=True, slots=True)
class Page:
    """Messages, the oldest first; `older`: the cursor of the page before them, "" if there is none."""

    messages: tuple[Message, ...]
    older: str = ""


def settle(c: Conversation, at: int) -> None:
    """Waits, 0.6 s at most, until the index has the message that this head was changed by last, if that is so young that it may not."""
    if not c.recent or at - c.last_at > YOUNG:
        return
    request = {**_request(c.thread, ALL, forward=False), "Limit": memory.REMEMBERED}
    for wait in _WAITS:
        if any(memory.is_latest(c.recent, message_id) for _, message_id in islice(_entries(request), memory.REMEMBERED)):
            return
        time.sleep(wait)
    log.warning("index_behind", index="by_time")


def latest(thread: str, span: Span = ALL, limit: int = PAGE, *, before: str = "") -> Page:
    """The last messages (about `limit`), or those before a cursor. Raises BadRequest for what is no cursor."""
    request = _request(thread, span, forward=False)
    if before:
        request["ExclusiveStartKey"] = _start(thread, before)
    entries, older = _last(request, limit)
    return Page(tuple(_read(thread, entries)), older)


def newer(thread: str, after: int, span: Span = ALL) -> Iterator[list[Message]]:
    """What a reader may not have seen who has seen everything up to `after` (Unix ms), page by page, the oldest first."""
    start = max(span.start, after - OVERLAP - keys.BESIDE)
    request = _request(thread, Span(start, span.end), forward=True)
    entries: list[tuple[int, str]] = []
    for entry in _entries(request):
        entries.append(entry)
        if len(entries) == PAGE:
            yield [m for m in _read(thread, entries) if m.at > after - OVERLAP]
            entries = []
    yield [m for m in _read(thread, entries) if m.at > after - OVERLAP]


def _last(request: dict[str, Any], limit: int) -> tuple[list[tuple[int, str]], str]:
    """Entries of about `limit` messages, the newest first, and the cursor of what is older. A customer's message counts twice, as the
    bot's answer comes with it."""
    found: list[tuple[int, str]] = []
    weight = 0
    for at, message_id in _entries({**request, "Limit": limit + 1}):
        weight += 1 + bool(ids.beside(message_id))
        if found and weight > limit:
            return found, f"{found[-1][0]}.{found[-1][1]}"
        found.append((at, message_id))
    return found, ""


def _entries(request: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Time and id of each message of the index."""
    for item in dynamodb.query("read what was said", request):
        sk = item["sk"]["S"]
        if sk.startswith(keys.message_sk("")):
            yield int(item["at"]["N"]), sk.removeprefix(keys.message_sk(""))


def _request(thread: str, span: Span, forward: bool) -> dict[str, Any]:
    values: dict[str, Any] = {":pk": keys.thread_pk(thread), ":start": span.start}
    until = " AND #at >= :start"
    if span.end:
        values[":end"] = span.end - 1
        until = " AND #at BETWEEN :start AND :end"
    return {
        "TableName": settings.env("TABLE"),
        "IndexName": "by_time",
        "KeyConditionExpression": f"pk = :pk{until}",
        "ExpressionAttributeNames": {"#at": "at"},
        "ExpressionAttributeValues": dynamodb.encode(values),
        "ScanIndexForward": forward,
    }


def _start(thread: str, cursor: str) -> Item:
    at, _, message_id = cursor.partition(".")
    if not at.isascii() or not at.isdigit() or len(at) > 15 or not message_id or len(message_id) > 1000:
        raise BadRequest("before must be the `older` of an earlier answer")
    return {**keys.message_key(thread, message_id), "at": {"N": str(int(at))}}


def _read(thread: str, entries: Sequence[tuple[int, str]]) -> list[Message]:
    """The messages of these entries and what stands beside them, in the order of time."""
    wanted = dict.fromkeys(name for _, message_id in entries for name in (message_id, *ids.beside(message_id)))
    named = [keys.message_key(thread, name) for name in wanted]
    items, at = dynamodb.whole("read what was said", settings.env("TABLE"), named, consistent=True), now()
    found = [keys.message(item) for item in items if not retention.is_over(item, at)]
    return sorted(found, key=lambda m: (m.at, m.id))
