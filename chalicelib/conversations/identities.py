"""Whose address is this? An identity belongs to one customer; the first message from an address makes both."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from chalicelib import aws, settings
from chalicelib.conversations import keys
from chalicelib.conversations.model import Message, Tier, known_tier
from chalicelib.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Known:
    """`tier` as a supervisor set it."""

    customer: str
    tier: Tier = ""


def whose(message: Message) -> Known:
    """The customer behind a message; two first messages at once end with the same one."""
    found = _read(message.channel, message.address)
    if found:
        return found
    fresh = Known("c" + secrets.token_hex(12))
    identity = {
        "pk": keys.identity_pk(message.channel, message.address),
        "sk": "-",
        "type": "identity",
        "customer_id": fresh.customer,  # not `customer`: that attribute would put identities into the index by_customer
        "since": message.at,
    }
    try:
        with aws.translated("store an identity"):
            aws.client("dynamodb").put_item(
                TableName=settings.env("TABLE"), Item=keys.encode(identity), ConditionExpression="attribute_not_exists(pk)"
            )
    except Conflict:
        return _read(message.channel, message.address) or fresh
    return fresh


def set_tier(channel: str, address: str, tier: Tier) -> None:
    """From now on, for whoever writes from this address. Raises NotFound."""
    try:
        with aws.translated("change an identity"):
            aws.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=keys.key(keys.identity_pk(channel, address), "-"),
                UpdateExpression="SET tier = :tier",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=keys.encode({":tier": tier}),
            )
    except Conflict:
        raise NotFound("nobody ever wrote from this address") from None


def _read(channel: str, address: str) -> Known | None:
    with aws.translated("read an identity"):
        found = aws.client("dynamodb").get_item(
            TableName=settings.env("TABLE"), Key=keys.key(keys.identity_pk(channel, address), "-"), ConsistentRead=True
        )
    if "Item" not in found:
        return None
    values = keys.decode(found["Item"])
    return Known(values["customer_id"], known_tier(values.get("tier", "")))
