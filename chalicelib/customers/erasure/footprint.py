"""The walk: from one customer to every place where something of this person may lie. The keys' table says what each is.

    customer -> all names that were merged into it -> identities, conversations (index by_customer)
    conversations, chats' identities, addresses    -> threads: their partitions in both tables, files/<thread>/ and raw mails
    identity                                       -> I#chan#addr (mails that opened no conversation), the thread of its codes, counters
    conversations' ids                             -> what was learned of them, their rows in reports
    names, by K#                                   -> records of other customers that name this one

Threads and addresses are what everything else is found by, so whoever erases takes them last, and keeps the walk until the end.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.aws import dynamodb
from chalicelib.conversations import keys, partitions, table
from chalicelib.customers import customer as customers
from chalicelib.customers import identities, verification
from chalicelib.errors import NotFound


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation; `opened_at` in Unix ms. `owner`: who held the baton when the walk was made."""

    thread: str
    number: int
    opened_at: int
    owner: str

    @property
    def id(self) -> str:
        return f"{self.thread}.{self.number}"


@dataclass(frozen=True, slots=True)
class Footprint:
    """`names`: the customer's, its own first, then those that were merged into it. `others`: customers whose records may name it."""

    customer: str
    names: tuple[str, ...] = ()
    identities: tuple[tuple[str, str], ...] = ()
    threads: tuple[str, ...] = ()
    talks: tuple[Talk, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def conversations(self) -> frozenset[str]:
        return frozenset(talk.id for talk in self.talks)

    def dump(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def load(stored: bytes) -> Footprint:
    values: dict[str, Any] = json.loads(stored)
    lists = {name: tuple(values[name]) for name in ("names", "threads", "others")}
    held = tuple((channel, address) for channel, address in values["identities"])
    return Footprint(values["customer"], identities=held, talks=tuple(Talk(**talk) for talk in values["talks"]), **lists)


def walk(customer: str) -> Footprint:
    """Whoever this customer is by now. Raises NotFound if nothing is left of it."""
    names, others = _family(customers.current(customer))
    found = [item for name in names for item in table.of_customer(name)]
    held = [identities.identity(item) for item in found if item["pk"]["S"].startswith("I#")]
    talks = [keys.conversation(item) for item in found if item["pk"]["S"].startswith("T#")]
    if not held and not talks:
        raise NotFound("no such customer")
    named = sorted({one.name for one in held})
    threads = dict.fromkeys([*(c.thread for c in talks), *(thread for name in named for thread in _threads_of(*name))])
    known = tuple(Talk(c.thread, c.number, c.opened_at, c.owner) for c in talks)
    return Footprint(names[0], tuple(names), tuple(named), tuple(threads), known, tuple(sorted(others - set(names))))


def _family(customer: str) -> tuple[list[str], set[str]]:
    """All names that became this one, and whoever else is named beside them."""
    names, others = [customer], set[str]()
    for name in names:
        for item in partitions.items(keys.customer_pk(name)):
            values = dynamodb.decode(item)
            merged = values["type"] == "move" and values["kind"] == "merge" and values["target"] == name and not values["undone"]
            if merged and values["source"] not in names:
                names.append(values["source"])
            others |= {values[key] for key in ("source", "target", "other", "merged_into") if key in values}
            others |= set(values.get("parted", ()))
    return names, others


def _threads_of(channel: str, address: str) -> list[str]:
    """Where something of an address may lie that no conversation tells: a chat that just begins, codes, mails that opened none."""
    strays = [item["sk"]["S"].removeprefix("T#") for item in partitions.items(keys.identity_pk(channel, address))]
    own = {"webchat": [address], "email": [verification.code_thread("email", address)]}.get(channel, [])
    codes = [verification.code_thread("sms", address)] if channel == "sms" and verification.can_text() else []
    return [*own, *codes, *(thread for thread in strays if thread != "-")]
