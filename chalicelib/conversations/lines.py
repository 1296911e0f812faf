"""How many wait in a line: counted exactly while it is short, told as "about" from a shared figure while it is long.

A counter that every message moves would be one item that all of them write to. Here nobody writes: whoever asks reads the keys of the
line's partitions, fifty of each at most. If there are more, all are counted by one of those who ask and the figure is kept for the others,
for two seconds, or for a second per thousand who wait: so a line costs 50 read units a second at most, however many ask and however long
it is. The customer's place comes from the same figure. SQS's own count of tickets is none of this: it is late by up to a minute, and
holds the tickets of those who left.
Errors: Unavailable.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys, work
from chalicelib.conversations.counted import Figure, Line, figure
from chalicelib.errors import Conflict

EXACT = 50  # of each partition
KEPT = 60_000  # ms after which a figure that was due says nothing any more

_Counts = list[tuple[list[int], bool]]


def of(lines: Sequence[tuple[str, str]], at: int) -> list[Line]:
    """How many wait in each of some lines (queue and urgency) at a time (Unix ms)."""
    if not lines:
        return []
    figures = _figures()
    return work.at_once(lambda one: _line(*one, at, 0, figures.get("#".join(one))), lines)


def line(queue: str, urgency: str, at: int, before: int = 0) -> Line:
    """How many wait in a queue at a time; `before`: of those who began before a moment (Unix ms)."""
    return _line(queue, urgency, at, before, _stored(queue, urgency))


def count(queue: str, urgency: str, at: int) -> list[int]:
    """When each of those who wait began, in order: all of them are counted, and what was counted is kept for others if the line is long."""
    since = sorted(moment for found, _ in work.at_once(work.times, keys.line_work(queue, urgency)) for moment in found)
    if len(since) > EXACT:
        _keep(queue, urgency, figure(since, at))
    return since


def _line(queue: str, urgency: str, at: int, before: int, known: Figure | None) -> Line:
    if known and at < known.due and known.before(before).waiting > EXACT * keys.LINE_SHARDS:
        return known.before(before)
    pages: _Counts = [work.times(part, before, EXACT) for part in keys.line_work(queue, urgency)]
    since = sorted(moment for found, _ in pages for moment in found)
    if not any(more for _, more in pages):
        return Line(len(since), since[0] if since else 0)
    if known and at < known.due + KEPT and not _is_ours(queue, urgency, at):
        told = known.before(before)  # somebody else counts at this moment
    else:
        told = figure(count(queue, urgency, at), at).before(before)
    return Line(max(told.waiting, len(since)), since[0], exact=False)


def _is_ours(queue: str, urgency: str, at: int) -> bool:
    """Shall this call count the line anew?"""
    try:
        with clients.translated("share the count of a line"):
            clients.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=keys.line_key(queue, urgency),
                UpdateExpression="SET due = :next",
                ConditionExpression="due <= :at",
                ExpressionAttributeValues=dynamodb.encode({":next": at + 10_000, ":at": at}),
            )
    except Conflict:
        return False
    return True


def _keep(queue: str, urgency: str, counted: Figure) -> None:
    item = dynamodb.encode(
        {
            "type": "line",
            "waiting": counted.waiting,
            "step": counted.step,
            "marks": counted.marks,
            "until": counted.until,
            "due": counted.due,
        }
    )
    with clients.translated("keep the count of a line"):
        clients.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item={**keys.line_key(queue, urgency), **item})


def _stored(queue: str, urgency: str) -> Figure | None:
    with clients.translated("read the count of a line"):
        found = clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=keys.line_key(queue, urgency))
    return _figure(found["Item"]) if "Item" in found else None


def _figures() -> dict[str, Figure]:
    """By queue and urgency, as their keys are."""
    request = {
        "TableName": settings.env("TABLE"),
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": dynamodb.encode({":pk": keys.LINES}),
    }
    return {str(item["sk"]["S"]): _figure(item) for item in dynamodb.query("read the counts of the lines", request)}


def _figure(item: Item) -> Figure:
    values = dynamodb.decode(item)
    return Figure(values["waiting"], values["step"], tuple(values["marks"]), values["until"], values["due"])
