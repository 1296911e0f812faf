"""The consoles hear of the queues every two seconds at most, however often these change: at once, and then of all that came together.

One call holds the round, tells, waits for its end and tells again if something changed meanwhile; whoever comes while a round runs only
leaves a mark for it. A holder that dies leaves a round that ends by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.conversations import keys
from chalicelib.errors import Conflict
from chalicelib.observability import now

ROUND = 2_000  # ms
MOST = 12  # rounds of one call: its function has 30 seconds


def tell(act: Callable[[], None]) -> int:
    """Calls `act` now and, once a round, for as long as changes come; how often. 0 if another call does it."""
    if not _begin():
        return 0
    for done in range(1, MOST):
        began = time.monotonic()
        act()
        time.sleep(max(0.0, ROUND / 1000 - (time.monotonic() - began)))
        if _update("REMOVE ends", "attribute_not_exists(again)", {}):
            return done
        _update("SET ends = :ends REMOVE again", "attribute_exists(again)", _next())
    # This call's time is over: whoever comes from now on holds a round of their own, and what came until now is told here.
    _update("REMOVE ends, again", "attribute_exists(pk)", {})
    act()
    return MOST


def _begin() -> bool:
    """Is the round ours? If another call holds it, that one is told to go on."""
    if _update("SET ends = :ends, #type = :type REMOVE again", "attribute_not_exists(ends) OR ends <= :now", {**_next(), ":type": "round"}):
        return True
    return not _update("SET again = :yes", "ends > :now", {":yes": True}) and _begin()


def _next() -> dict[str, Any]:
    return {":ends": now() + 2 * ROUND}


def _update(change: str, condition: str, values: dict[str, Any]) -> bool:
    """False if the condition does not hold."""
    known = {**values, **({":now": now()} if ":now" in condition else {})}
    names = {"ExpressionAttributeNames": {"#type": "type"}} if "#type" in change else {}
    try:
        with clients.translated("share the round of hints"):
            clients.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=keys.key(keys.CONSOLES, keys.ROUND),
                UpdateExpression=change,
                ConditionExpression=condition,
                **names,
                **({"ExpressionAttributeValues": dynamodb.encode(known)} if known else {}),
            )
    except Conflict:
        return False
    return True
