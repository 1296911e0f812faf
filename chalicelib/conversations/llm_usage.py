"""How often a language model was asked on a day, what came of it and what it took: one item a day, written only when one is asked.

A day is the business's, `yyyy-mm-dd`. Its item is a budget first: a call is counted before it is made, under the condition that the day has
one left. It is one hot item, but of calls, which the budget bounds, and not of messages.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.conversations import keys
from chalicelib.conversations.llm_counts import STEPS, Use, step
from chalicelib.errors import Conflict

KEEP_SECONDS = 40 * 86_400


def reserve(day: str, at: int, most: int) -> bool:
    """One more call on a day, if fewer than `most` were made. `at`: now (Unix ms). Raises Unavailable."""
    if most < 1:
        return False
    values = {":one": 1, ":most": most, ":type": "use", ":expires": at // 1000 + KEEP_SECONDS}
    change = "ADD calls :one SET #type = :type, expires = :expires"
    try:
        _update(day, change, values, {"#type": "type"}, "attribute_not_exists(calls) OR calls < :most")
    except Conflict:
        return False
    return True


def note(day: str, what: str, tokens_in: int, tokens_out: int, ms: int) -> None:
    """What came of a call: `what` is the name of one of Use's counts. Raises Unavailable."""
    added = {what: 1, "tokens_in": tokens_in, "tokens_out": tokens_out, "ms": ms, f"within_{step(ms)}": 1}
    named = {f"#{place}": name for place, name in enumerate(added)}
    values = {f":{place}": count for place, count in enumerate(added.values())}
    _update(day, "ADD " + ", ".join(f"#{place} :{place}" for place in range(len(added))), values, named)


def of(day: str) -> Use:
    """All zero where no model was asked. Raises Unavailable."""
    with clients.translated("read how often a model was asked"):
        found = clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=keys.key(keys.MODEL, day))
    known = dynamodb.decode(found.get("Item", {}))
    counts = {one.name: int(known.get(one.name, 0)) for one in fields(Use) if one.name != "within"}
    return Use(**counts, within={str(one): count for one in STEPS if (count := int(known.get(f"within_{one}", 0)))})


def _update(day: str, change: str, values: dict[str, Any], names: dict[str, str], condition: str = "") -> None:
    with clients.translated("count a model's call"):
        clients.client("dynamodb").update_item(
            TableName=settings.env("TABLE"),
            Key=keys.key(keys.MODEL, day),
            UpdateExpression=change,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=dynamodb.encode(values),
            **({"ConditionExpression": condition} if condition else {}),
        )
