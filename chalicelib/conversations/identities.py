"""Whose address is this? An identity belongs to one customer; the first message from an address makes both."""

from __future__ import annotations

import secrets

from chalicelib import aws, settings
from chalicelib.conversations import keys
from chalicelib.conversations.model import Message
from chalicelib.errors import Conflict


def customer_of(message: Message) -> str:
    """The customer's id; two first messages at once end with the same one."""
    found = _read(message.channel, message.address)
    if found:
        return found
    fresh = "c" + secrets.token_hex(12)
    identity = {
        "pk": keys.identity_pk(message.channel, message.address),
        "sk": "-",
        "type": "identity",
        "customer_id": fresh,  # not `customer`: that attribute would put identities into the index by_customer
        "since": message.at,
    }
    try:
        with aws.translated("store an identity"):
            aws.client("dynamodb").put_item(
                TableName=settings.env("TABLE"), Item=keys.encode(identity), ConditionExpression="attribute_not_exists(pk)"
            )
    except Conflict:
        return _read(message.channel, message.address)
    return fresh


def _read(channel: str, address: str) -> str:
    with aws.translated("read an identity"):
        found = aws.client("dynamodb").get_item(
            TableName=settings.env("TABLE"), Key=keys.key(keys.identity_pk(channel, address), "-"), ConsistentRead=True
        )
    return str(keys.decode(found.get("Item", {})).get("customer_id", ""))
