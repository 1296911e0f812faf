"""Two customers become one, and one becomes two again: identities move, and their conversations go with them.

First one transaction stores the move, under the condition that neither customer was merged elsewhere meanwhile. Carrying it
out follows from that record: each identity and each conversation by its own conditional write, so whoever is killed in the
middle is continued by the next try, and trying again changes nothing. Once more after a minute (SETTLING), for what was on its way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys, table
from chalicelib.conversations.model import Conversation, Event
from chalicelib.customers import customer as customers
from chalicelib.customers import identities
from chalicelib.customers.customer import Customer, MergeRecord
from chalicelib.customers.identities import Identity
from chalicelib.errors import BadRequest, Conflict, NotFound, Postponed, Unavailable
from chalicelib.observability import now

SETTLING = 60_000  # ms until everything that began before the move is in the index
AT_ONCE = 200  # conversations in one go; the rest comes with the next one
_ATTEMPTS = 4
# Who was parted from whom: the record of it lies with the other one, and is to be found when this one is forgotten.
_PARTED = "SET parted = list_append(if_not_exists(parted, :none), :from)"


def handle(item: Item, _old: Item | None) -> str:
    """A move of the stream. Raises Unavailable if it should come again, Postponed for the look afterwards."""
    move = customers.read_move(item)
    if move.undone:
        return "undone"
    left = carry_out(move)
    if left or now() < move.at + SETTLING:
        raise Postponed("a move is looked at once more: what was on its way follows")
    return "moved"


def merge(one: Customer, other: Customer, by: str, why: str, at: int, *, also: Iterable[Identity] = ()) -> MergeRecord:
    """Stores that two customers are one from now on. `also`: identities that the index may not show yet.

    Raises Conflict if one of them was merged meanwhile, BadRequest if they are one already.
    """
    if one.id == other.id:
        raise BadRequest("this is one customer already")
    stays, goes = customers.survivor(one, other)
    names = dict.fromkeys(_name(i) for i in (*goes.identities, *(i for i in also if i.customer == goes.id)))
    move = MergeRecord("merge", goes.id, stays.id, tuple(names), by, why, at)
    # Both sides are written: of two merges at once that share a customer, one is refused.
    _write(
        "merge two customers",
        {"Put": {"Item": customers.move_item(move), "ConditionExpression": "attribute_not_exists(pk)"}},
        _update_customer(goes.id, "SET merged_into = :value, #type = :type", stays.id, "attribute_not_exists(merged_into)"),
        _update_customer(stays.id, "SET merged_at = :value, #type = :type", at, "attribute_not_exists(merged_into)"),
    )
    return move


def split(customer: Customer, channel: str, address: str, by: str, at: int) -> MergeRecord:
    """Takes an identity out again: the newest merge that brought it is undone; one that came by no merge becomes a customer of its own.

    Raises NotFound (not this customer's), BadRequest (there is nothing else), Conflict (somebody else was faster).
    """
    if (channel, address) not in {i.name for i in customer.identities}:
        raise NotFound("this customer has no such identity")
    name = f"{channel}#{address}"
    brought = next((m for m in customer.moves if m.kind == "merge" and not m.undone and name in m.identities), None)
    if brought:
        return _undo(brought, by, at)
    if len(customer.identities) == 1:
        raise BadRequest("this is the customer's only identity: there is nothing to split off")
    move = MergeRecord("split", customer.id, identities.new_customer(), (name,), by, "by hand", at)
    parted = {
        "Key": keys.key(keys.customer_pk(move.target), "-"),
        "UpdateExpression": f"{_PARTED}, #type = :type",
        "ExpressionAttributeNames": {"#type": "type"},
        "ExpressionAttributeValues": dynamodb.encode({":from": [customer.id], ":none": [], ":type": "customer"}),
    }
    put = {"Item": customers.move_item(move), "ConditionExpression": "attribute_not_exists(pk)"}
    _write("split a customer", {"Put": put}, {"Update": parted})
    return move


def carry_out(move: MergeRecord) -> bool:
    """Moves what is still to be moved; True if conversations are left for another go. Raises Unavailable."""
    source = customers.exactly(move.source)
    target = customers.current(move.target) if move.kind == "merge" else move.target
    named = [identities.read(*keys.split_identity(name)) for name in move.identities]
    held = {i.name: i for i in (*source.identities, *(i for i in named if i)) if i.customer == move.source}
    going = {name for name in held if move.kind == "merge" or "#".join(name) in move.identities}
    for name in going:
        _move_identity(held[name], target, move)
    names = going | {keys.split_identity(name) for name in move.identities}
    theirs = [c for c in source.conversations if move.kind == "merge" or (c.channel, c.address) in names]
    for c in theirs[:AT_ONCE]:
        _restamp(c, move, target)
    return len(theirs) > AT_ONCE


def _undo(merged: MergeRecord, by: str, at: int) -> MergeRecord:
    move = MergeRecord("split", merged.target, merged.source, merged.identities, by, "by hand", at)
    undone = {
        "Key": merged.key,
        "UpdateExpression": "SET undone = :at",
        "ConditionExpression": "undone = :never",
        "ExpressionAttributeValues": dynamodb.encode({":at": at, ":never": 0}),
    }
    back = {
        "Key": keys.key(keys.customer_pk(merged.source), "-"),
        "UpdateExpression": f"{_PARTED} REMOVE merged_into",
        "ConditionExpression": "merged_into = :target",
        "ExpressionAttributeValues": dynamodb.encode({":target": merged.target, ":from": [merged.target], ":none": []}),
    }
    put = {"Item": customers.move_item(move), "ConditionExpression": "attribute_not_exists(pk)"}
    _write("undo a merge", {"Put": put}, {"Update": undone}, {"Update": back})
    return move


def _move_identity(identity: Identity, target: str, move: MergeRecord) -> None:
    """An identity that the record does not name yet is written there with the same transaction: undoing must find it."""
    change = {
        "Key": keys.key(keys.identity_pk(*identity.name), "-"),
        "UpdateExpression": "SET customer = :target",
        "ConditionExpression": "customer = :source",
        "ExpressionAttributeValues": dynamodb.encode({":target": target, ":source": move.source}),
    }
    named = {
        "Key": move.key,
        "UpdateExpression": "SET identities = list_append(identities, :name)",
        "ConditionExpression": "undone = :never",
        "ExpressionAttributeValues": dynamodb.encode({":name": [_name(identity)], ":never": 0}),
    }
    late = () if _name(identity) in move.identities else ({"Update": named},)
    try:
        _write("move an identity", {"Update": change}, *late)
    except Conflict:
        return  # it has moved


def _restamp(c: Conversation, move: MergeRecord, target: str) -> None:
    """Raises Unavailable if the head changes faster than it can be read."""
    event = Event("merged" if move.kind == "merge" else "split", now(), move.by, {"from": move.source, "into": target, "why": move.why})
    for _ in range(_ATTEMPTS):
        head = table.head(c.thread, consistent=True)
        if not head or head.number != c.number:
            table.restamp_past(c, move.source, target)
            return
        if head.customer != move.source:
            return
        try:
            table.save(replace(head, customer=target), event)
        except Conflict:
            continue
        return
    raise Unavailable("the head of a conversation changes faster than it can be moved")


def _name(identity: Identity) -> str:
    return "#".join(identity.name)


def _update_customer(customer: str, change: str, value: str | int, condition: str) -> dict[str, Any]:
    return {
        "Update": {
            "Key": keys.key(keys.customer_pk(customer), "-"),
            "UpdateExpression": change,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#type": "type"},
            "ExpressionAttributeValues": dynamodb.encode({":value": value, ":type": "customer"}),
        }
    }


def _write(what: str, *writes: dict[str, Any]) -> None:
    """All or nothing. Raises Conflict."""
    name = settings.env("TABLE")
    items = [{kind: {"TableName": name, **content} for kind, content in write.items()} for write in writes]
    with clients.translated(what):
        clients.client("dynamodb").transact_write_items(TransactItems=items)
