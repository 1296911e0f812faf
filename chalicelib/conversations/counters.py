"""Counters that all containers share, one for each minute; they vanish by TTL. Written only where much is going on."""

from __future__ import annotations

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.conversations import keys

KEEP_SECONDS = 600


def add(what: str, who: str, minute: int, count: int, keep: int = KEEP_SECONDS) -> int:
    """How much it is by now, in this minute (since 1970) or whatever begins with it, for `keep` seconds. Raises Unavailable."""
    with clients.translated("count"):
        answer = clients.client("dynamodb").update_item(
            TableName=settings.env("TABLE"),
            Key=keys.key(keys.counter_pk(what, who), str(minute)),
            UpdateExpression="ADD #count :count SET #type = :type, expires = :expires",
            ExpressionAttributeNames={"#count": "count", "#type": "type"},
            ExpressionAttributeValues=dynamodb.encode({":count": count, ":type": "counter", ":expires": minute * 60 + keep}),
            ReturnValues="UPDATED_NEW",
        )
    return int(answer["Attributes"]["count"]["N"])
