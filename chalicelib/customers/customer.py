"""One customer with many identities, and all that this customer has on all channels, by one query of the index by_customer.

Customers become one only on proof (`proofs.py`) or by a supervisor's hand, and are parted again exactly (`merging.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys, registry, table
from chalicelib.conversations.model import Conversation
from chalicelib.customers import identities
from chalicelib.customers.identities import Identity
from chalicelib.errors import NotFound

# Of these a person usually has one: two different ones, both proven, may be two people who share a browser.
SINGULAR = ("account", "email", "sms")
_REDIRECTIONS = 8


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """Identities that went from one customer to another, and whoever holds the record: the target of a merge, the source of a split.

    `identities` as `channel#address`; `by`: an agent's id or "customer"; `why`: the proof, or "by hand"; `undone`: when, or 0.
    """

    kind: Literal["merge", "split"]
    source: str
    target: str
    identities: tuple[str, ...]
    by: str
    why: str
    at: int
    undone: int = 0

    @property
    def holder(self) -> str:
        return self.target if self.kind == "merge" else self.source

    @property
    def key(self) -> Item:
        return keys.key(keys.customer_pk(self.holder), keys.move_sk(self.at, self.source if self.kind == "merge" else self.target))


@dataclass(frozen=True, slots=True)
class Customer:
    """`conversations` and `moves` the newest first; `possibly`: other customers who may be the same person, with the reason."""

    id: str
    identities: tuple[Identity, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    moves: tuple[MergeRecord, ...] = ()
    possibly: tuple[tuple[str, str], ...] = ()


def of(customer: str) -> Customer:
    """Whoever this customer is by now: after a merge, the one that both became. Raises NotFound."""
    found = exactly(customer)
    if not found.identities:
        found = exactly(current(customer))
    if not found.identities and not found.conversations:
        raise NotFound("no such customer")
    return found


def exactly(customer: str) -> Customer:
    """What stands under this very name, which is nothing after it was merged into another."""
    of_kind: dict[str, list[Item]] = {"I": [], "T": [], "K": []}
    for item in table.of_customer(customer):
        of_kind[item["pk"]["S"][0]].append(item)
    records = [dynamodb.decode(item) for item in of_kind["K"]]
    moves = tuple(_move(values) for values in records if values["type"] == "move")
    gone = {move.source for move in moves if move.kind == "merge" and not move.undone}
    marks = [values for values in records if values["type"] == "possibly" and values["other"] not in gone]
    return Customer(
        customer,
        tuple(identities.identity(item) for item in of_kind["I"]),
        tuple(keys.conversation(item) for item in of_kind["T"]),
        moves,
        tuple((values["other"], values["why"]) for values in marks),
    )


def identities_of(customer: str) -> list[Identity]:
    return [identities.identity(item) for item in table.of_customer(customer, "I#")]


def current(customer: str) -> str:
    """The name that this customer goes by now."""
    for _ in range(_REDIRECTIONS):
        record = _get(keys.key(keys.customer_pk(customer), "-"))
        if not record or "merged_into" not in record:
            break
        customer = record["merged_into"]["S"]
    return customer


def clash(mine: Iterable[Identity], theirs: Iterable[Identity]) -> str:
    """The channel on which both hold a proven identity, so that they must not become one by themselves; "" if there is none. Pure."""
    here, there = ({i.channel for i in held if i.proven} for held in (mine, theirs))
    return next((channel for channel in SINGULAR if channel in here & there), "")


def survivor(one: Customer, other: Customer) -> tuple[Customer, Customer]:
    """Who stays and who goes: whoever is known for longer stays. Pure."""

    def since(customer: Customer) -> tuple[int, str]:
        return min((i.since for i in customer.identities), default=0), customer.id

    stays, goes = sorted((one, other), key=since)
    return stays, goes


def reachable(candidates: Sequence[Identity]) -> Identity | None:
    """Where a customer who left is told: a proven address that takes messages, mail before SMS, earlier candidates first. Pure."""
    open_ones = [i for i in candidates if i.proven and not i.blocked and registry.of(i.channel).reaches]
    return min(open_ones, key=lambda one: registry.of(one.channel).reaches, default=None)


def are_possibly_the_same(one: str, other: str) -> bool:
    """Were these two marked so, as both hold proven addresses?"""
    return bool(_get(keys.key(keys.customer_pk(one), keys.possibly_sk(other))))


def move_item(move: MergeRecord) -> Item:
    """With the attributes that put it into the index by_customer."""
    values: dict[str, Any] = {name: getattr(move, name) for name in ("kind", "source", "target", "by", "why", "at", "undone")}
    record = {"type": "move", "customer": move.holder, "opened_at": move.at, "identities": list(move.identities)}
    return {**move.key, **dynamodb.encode(values | record)}


def read_move(item: Item) -> MergeRecord:
    return _move(dynamodb.decode(item))


def _move(values: dict[str, Any]) -> MergeRecord:
    names = ("kind", "source", "target", "by", "why", "at", "undone")
    return MergeRecord(identities=tuple(values["identities"]), **{name: values[name] for name in names})


def _get(key: Item) -> Item | None:
    with clients.translated("read a customer"):
        found = clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=key, ConsistentRead=True)
    item: Item | None = found.get("Item")
    return item
