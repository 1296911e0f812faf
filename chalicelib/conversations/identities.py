"""Whose address is this? An identity belongs to one customer; the first message from an address makes both."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

from chalicelib import aws, settings
from chalicelib.conversations import keys
from chalicelib.conversations.model import Message, Tier, known_tier
from chalicelib.errors import Conflict, NotFound

Block = Literal["stopped", "bounced", "complaint", ""]


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
    # Not `customer`: that attribute would put identities into the index by_customer.
    identity = {":customer": fresh.customer, ":since": message.at, ":type": "identity"}
    try:
        with aws.translated("store an identity"):
            aws.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=keys.key(keys.identity_pk(message.channel, message.address), "-"),
                UpdateExpression="SET customer_id = :customer, since = :since, #type = :type",
                ConditionExpression="attribute_not_exists(customer_id)",  # the item may be there: a blocked address
                ExpressionAttributeNames={"#type": "type"},
                ExpressionAttributeValues=keys.encode(identity),
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


def blocked(channel: str, address: str) -> Block:
    """Why nothing may be sent to this address; "" if something may. A consistent read: a STOP counts from the moment it was stored."""
    with aws.translated("read an identity"):
        found = aws.client("dynamodb").get_item(
            TableName=settings.env("TABLE"),
            Key=keys.key(keys.identity_pk(channel, address), "-"),
            ConsistentRead=True,
            ProjectionExpression="blocked",
        )
    reason: Block = keys.decode(found.get("Item", {})).get("blocked", "")
    return reason


def block(channel: str, address: str, why: Block, at: int) -> None:
    """From `at` (ms) on nothing is sent there. The newest word wins, whatever the order in which they come; said twice is said once."""
    change = "SET blocked = :why, blocked_at = :at, #type = if_not_exists(#type, :type)"
    try:
        with aws.translated("block an identity"):
            aws.client("dynamodb").update_item(
                TableName=settings.env("TABLE"),
                Key=keys.key(keys.identity_pk(channel, address), "-"),
                UpdateExpression=change,
                ConditionExpression="attribute_not_exists(blocked_at) OR blocked_at < :at",
                ExpressionAttributeNames={"#type": "type"},
                ExpressionAttributeValues=keys.encode({":why": why, ":at": at, ":type": "identity"}),
            )
    except Conflict:
        return


def unblock(channel: str, address: str, at: int) -> None:
    """The customer wants to hear from us again (START)."""
    block(channel, address, "", at)


def _read(channel: str, address: str) -> Known | None:
    with aws.translated("read an identity"):
        found = aws.client("dynamodb").get_item(
            TableName=settings.env("TABLE"), Key=keys.key(keys.identity_pk(channel, address), "-"), ConsistentRead=True
        )
    values = keys.decode(found.get("Item", {}))
    if "customer_id" not in values:
        return None
    return Known(values["customer_id"], known_tier(values.get("tier", "")))
