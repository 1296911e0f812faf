"""Proof that an address belongs to whoever writes in a thread. Recorded once where it was given; the rest follows from the stream.

The address is known from then on, and its customer and the thread's become one, unless both hold proven addresses of one kind: then they
may be two people at one browser, nothing is merged, and agents read "possibly the same".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys, story, table
from chalicelib.conversations.model import Event, Proven
from chalicelib.customers import customer as customers
from chalicelib.customers import identities, merging
from chalicelib.customers.customer import Customer
from chalicelib.customers.identities import Identity
from chalicelib.errors import Conflict, Postponed


def prove(thread: str, channel: str, address: str, how: Proven, at: int) -> bool:
    """Records a proof in a chat's thread; False if it is known. One write, no read. Raises Unavailable."""
    item = {"pk": keys.thread_pk(thread), "sk": keys.proof_sk(channel, address), "type": "proof", "how": how, keys.UNORDERED: at}
    try:
        with clients.translated("store a proof"):
            clients.client("dynamodb").put_item(
                TableName=settings.env("TABLE"), Item=dynamodb.encode(item), ConditionExpression="attribute_not_exists(pk)"
            )
    except Conflict:
        return False
    return True


def is_known(thread: str, channel: str, address: str) -> bool:
    """Was this proven in this thread?"""
    key = keys.key(keys.thread_pk(thread), keys.proof_sk(channel, address))
    with clients.translated("read a proof"):
        return "Item" in clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=key, ConsistentRead=True)


def handle(item: Item, _old: Item | None) -> str:
    """A proof of the stream. Raises Postponed if one of both was merged a moment ago: that move stands behind the proof in the stream."""
    thread, proven = item["pk"]["S"].removeprefix("T#"), keys.proof(item)
    visitor = identities.ensure("webchat", thread, proven.at)
    other = identities.prove(proven.channel, proven.address, proven.how, proven.at)
    _tell(thread, Event("proven", proven.at, "customer", {"channel": proven.channel, "address": proven.address, "how": proven.how}))
    if visitor.customer == other.customer:
        return "known"
    mine, theirs = _with(visitor), _with(other)
    channel = customers.clash(mine.identities, theirs.identities)
    if channel:
        _mark(mine.id, theirs.id, channel, proven.at)
        return "possibly_the_same"
    try:
        merging.merge(mine, theirs, "customer", proven.how, proven.at, also=(visitor, other))
    except Conflict as error:
        raise Postponed("a proof is looked at once more: one of both was merged a moment ago") from error
    return "merged"


def _with(identity: Identity) -> Customer:
    """The customer of an identity, which the index may not show yet."""
    found = customers.exactly(identity.customer)
    others: Iterable[Identity] = (i for i in found.identities if i.name != identity.name)
    return replace(found, identities=(identity, *others))


def _mark(one: str, other: str, channel: str, at: int) -> None:
    """Both customers get a note of the other."""
    for mine, theirs in ((one, other), (other, one)):
        mark = {"type": "possibly", "customer": mine, "opened_at": at, "other": theirs, "why": channel}
        item = {**keys.key(keys.customer_pk(mine), keys.possibly_sk(theirs)), **dynamodb.encode(mark)}
        with clients.translated("mark a customer"):
            clients.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item=item)


def _tell(thread: str, event: Event) -> None:
    """Shown in the story of the conversation. Told again after a crash, it is told once; a chat that has not begun has no story."""
    head = table.head(thread, consistent=True)
    if not head:
        return
    if any((e.kind, e.at) == (event.kind, event.at) for e in story.events(head)):
        return
    table.save(head, event)
