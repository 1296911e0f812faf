"""Whose address is this? An identity belongs to one customer; the first message from an address makes both.

`proven` says why we believe that whoever we know by it really has this address:
`code` (a code sent there came back), `jwt` (the host site signed it), `mail` (DMARC passed, or an answer to our signed address came
from there), `carrier` (a text message came from this number). A chat visitor proves only itself, by its token.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib import settings, tokens
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys, registry
from chalicelib.conversations.model import Message, Proven, Tier
from chalicelib.errors import BadRequest, Conflict, NotFound

Block = Literal["stopped", "bounced", "complaint", ""]


@dataclass(frozen=True, slots=True)
class Identity:
    """`channel`: email, sms, webchat, or account (a customer's id at the host site). `tier` as a supervisor set it; times in ms."""

    channel: str
    address: str
    customer: str
    since: int
    tier: Tier = ""
    proven: Proven = ""
    proven_at: int = 0
    blocked: Block = ""
    blocked_at: int = 0

    @property
    def name(self) -> tuple[str, str]:
        return self.channel, self.address


def whose(message: Message) -> Identity:
    """The customer behind a message; two first messages at once end with the same one."""
    return ensure(message.channel, message.address, message.at, proof_of(message))


def new_customer() -> str:
    """A name for somebody whom nobody knew before."""
    return "c" + secrets.token_hex(12)


def proof_of(message: Message) -> Proven:
    """What a message itself proves of its sender's address. Pure."""
    proof = registry.of(message.channel).proof
    is_proven = message.address.startswith("+") if proof == "carrier" else message.meta.get("verified")
    return proof if is_proven else ""


def ensure(channel: str, address: str, at: int, how: Proven = "") -> Identity:
    """This identity, with a new customer if nobody knew it before. What was known of its proof stays."""
    proof = ", proven = if_not_exists(proven, :how), proven_at = if_not_exists(proven_at, :at)" if how else ""
    change = f"SET customer = if_not_exists(customer, :customer), opened_at = if_not_exists(opened_at, :at), #type = :type{proof}"
    values = {":customer": new_customer(), ":at": at, ":type": "identity"} | ({":how": how} if how else {})
    try:
        known = identity(_update(channel, address, change, values, "attribute_not_exists(customer_id)"))
        return _with_kept_block(known) if known.customer == values[":customer"] and registry.of(channel).reaches else known
    except Conflict:
        values[":customer"] = _first_version(channel, address)
        return identity(_update(channel, address, f"{change} REMOVE customer_id", values))


def read(channel: str, address: str, consistent: bool = True) -> Identity | None:
    """None for an address that nobody knows, with an empty `customer` for one of which only a block is known."""
    with clients.translated("read an identity"):
        found = clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=_key(channel, address), ConsistentRead=consistent)
    return identity(found["Item"]) if "Item" in found else None


def identity(item: Item) -> Identity:
    """An item as it is stored."""
    values = dynamodb.decode(item)
    channel, address = keys.split_identity(values["pk"])
    return Identity(
        channel=channel,
        address=address,
        customer=values.get("customer", ""),
        since=values.get("opened_at", 0),
        tier=known_tier(values.get("tier", "")),
        proven=values.get("proven", ""),
        proven_at=values.get("proven_at", 0),
        blocked=values.get("blocked", ""),
        blocked_at=values.get("blocked_at", 0),
    )


def note_stray(message: Message) -> None:
    """This message opened no conversation: a row beside the address's identity says in which thread it lies. Raises Unavailable."""
    row = {
        "pk": keys.identity_pk(message.channel, message.address),
        "sk": keys.thread_pk(message.thread),
        "type": "stray",
        "at": message.at,
    }
    with clients.translated("note where a message lies"):
        clients.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item=dynamodb.encode(row))


def known_tier(value: str) -> Tier:
    """Raises BadRequest for anything but "vip" and ""."""
    if value in ("", "vip"):
        return "vip" if value else ""
    raise BadRequest('tier must be "vip" or empty')


def prove(channel: str, address: str, how: Proven, at: int) -> Identity:
    """From now on counts as proven; what was proven first stays, but a carrier's word gives way to anything better."""
    known = ensure(channel, address, at, how)
    if known.proven != "carrier" or how == "carrier":
        return known
    return identity(_update(channel, address, "SET proven = :how, proven_at = :at", {":how": how, ":at": at}))


def set_tier(channel: str, address: str, tier: Tier) -> None:
    """From now on, for whoever writes from this address. Raises NotFound."""
    try:
        _update(channel, address, "SET tier = :tier", {":tier": tier}, "attribute_exists(pk)")
    except Conflict:
        raise NotFound("nobody ever wrote from this address") from None


def blocked(channel: str, address: str, asked_at: int = 0) -> Block:
    """Why nothing may be sent to this address; "" if something may. A consistent read: a STOP counts from the moment it was stored.

    `asked_at`: when (ms) the message was written that is to be answered. Who complained about our mails and then writes to us
    gets an answer, and nothing else.
    """
    with clients.translated("read an identity"):
        found = clients.client("dynamodb").get_item(
            TableName=settings.env("TABLE"),
            Key=_key(channel, address),
            ConsistentRead=True,
            ProjectionExpression="blocked, blocked_at",
        )
    if "Item" not in found:
        kept = read(channel, _unnamed(channel, address))
        return block_for(kept.blocked, kept.blocked_at, asked_at) if kept else ""
    values = dynamodb.decode(found["Item"])
    return block_for(values.get("blocked", ""), values.get("blocked_at", 0), asked_at)


def block_for(reason: Block, blocked_at: int, asked_at: int) -> Block:
    """What a block means for the answer to a message of `asked_at`. Pure."""
    return "" if reason == "complaint" and asked_at > blocked_at else reason


def block(channel: str, address: str, why: Block, at: int) -> None:
    """From `at` (ms) on nothing is sent there. The newest word wins, whatever the order in which they come; said twice is said once."""
    change = "SET blocked = :why, blocked_at = :at, #type = if_not_exists(#type, :type)"
    values = {":why": why, ":at": at, ":type": "identity"}
    try:
        _update(channel, address, change, values, "attribute_not_exists(blocked_at) OR blocked_at < :at")
    except Conflict:
        return


def unblock(channel: str, address: str, at: int) -> None:
    """The customer wants to hear from us again (START)."""
    block(channel, address, "", at)


def keep_block(known: Identity) -> None:
    """A customer is forgotten who wants no messages: that alone stays, under a name from which nobody learns the address, and holds again
    should it write to us. That an address took no mail is nobody's wish, and goes."""
    unnamed = _unnamed(known.channel, known.address)
    if known.blocked in ("stopped", "complaint"):
        block(known.channel, unnamed, known.blocked, known.blocked_at)
    elif registry.of(known.channel).reaches:  # what was kept of her the last time is over
        with clients.translated("forget a block"):
            clients.client("dynamodb").delete_item(TableName=settings.env("TABLE"), Key=_key(known.channel, unnamed))


def _with_kept_block(known: Identity) -> Identity:
    """Somebody new, who may have been here before. A later START counts more. What was kept is minutes old at least: half a read unit."""
    kept = read(known.channel, _unnamed(known.channel, known.address), consistent=False)
    if not kept or not kept.blocked:
        return known
    block(known.channel, known.address, kept.blocked, kept.blocked_at)
    return read(*known.name) or known


def _unnamed(channel: str, address: str) -> str:
    """No address begins so."""
    return "~" + tokens.sign("kept-block", f"{channel}\n{address}")


def _first_version(channel: str, address: str) -> str:
    """The customer of an identity that was stored before identities stood in the index by_customer."""
    with clients.translated("read an identity"):
        found = clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=_key(channel, address), ConsistentRead=True)
    return str(dynamodb.decode(found.get("Item", {})).get("customer_id", ""))


def _key(channel: str, address: str) -> Item:
    return keys.key(keys.identity_pk(channel, address), "-")


def _update(channel: str, address: str, change: str, values: dict[str, Any], condition: str = "") -> Item:
    """The item afterwards. Raises Conflict if the condition does not hold."""
    request: dict[str, Any] = {"ExpressionAttributeNames": {"#type": "type"}} if "#type" in change else {}
    with clients.translated("change an identity"):
        answer = clients.client("dynamodb").update_item(
            TableName=settings.env("TABLE"),
            Key=_key(channel, address),
            UpdateExpression=change,
            ExpressionAttributeValues=dynamodb.encode(values),
            ReturnValues="ALL_NEW",
            **request | ({"ConditionExpression": condition} if condition else {}),
        )
    changed: Item = answer["Attributes"]
    return changed
