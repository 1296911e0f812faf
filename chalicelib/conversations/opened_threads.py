"""How many threads a sender opened today: what stops robots that give no sign of being one and never stay in one thread.

One item for each sender and UTC day, under a keyed name that tells nobody the address, which vanishes by its TTL;
written once for a new thread and never for what follows in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2s

from chalicelib import settings, tokens
from chalicelib.aws import clients, dynamodb
from chalicelib.conversations import keys
from chalicelib.conversations.model import Message

KEEP_SECONDS = 2 * 86_400


@dataclass(frozen=True, slots=True)
class Today:
    """`opened`: threads by now, this one among them; `repeated`: with the same words as the one before."""

    opened: int
    repeated: bool


def counted(message: Message) -> Today:
    """Counts the thread that this message opens; the same message again is counted once. Raises Unavailable."""
    words = blake2s(" ".join(message.text.split()).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    day = datetime.fromtimestamp(message.at / 1000, UTC).date().isoformat()
    values = {":one": 1, ":words": words, ":last": message.id, ":type": "counter", ":expires": message.at // 1000 + KEEP_SECONDS}
    with clients.translated("count the threads of a sender"):
        answer = clients.client("dynamodb").update_item(
            TableName=settings.env("TABLE"),
            Key=keys.key(keys.counter_pk("opened", tokens.sign("sender", f"{message.channel}#{message.address}")), day),
            UpdateExpression="ADD #count :one SET words = :words, #last = :last, #type = :type, expires = :expires",
            ExpressionAttributeNames={"#count": "count", "#last": "last", "#type": "type"},
            ExpressionAttributeValues=dynamodb.encode(values),
            ReturnValues="ALL_OLD",
        )
    before = dynamodb.decode(answer.get("Attributes", {}))
    if before.get("last") == message.id:  # the stream repeats itself after a crash
        return Today(before["count"], False)
    return Today(before.get("count", 0) + 1, before.get("words") == words)
