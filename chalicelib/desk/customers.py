"""What agents see of a customer across channels, and the supervisors' merging and splitting by hand.

The move is recorded by one transaction and carried out at once, so that the answer shows it; if we are killed in between,
the stream does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from chalicelib.conversations.model import Conversation, Proof
from chalicelib.customers import customer as customers
from chalicelib.customers import identities
from chalicelib.customers import merging as moves
from chalicelib.customers.customer import Customer, MergeRecord
from chalicelib.governance.roster import Agent

BY_HAND = "by hand"


def read(customer: str) -> dict[str, Any]:
    """Whoever this customer is by now, with identities, conversations and moves; the newest first. Raises NotFound."""
    return _view(customers.of(customer))


def merge(agent: Agent, customer: str, other: str, now: int) -> dict[str, Any]:
    """Both are one from now on. Raises NotFound, BadRequest (they are one already), Conflict (one was merged at the same moment)."""
    move = moves.merge(customers.of(customer), customers.of(other), agent.id, BY_HAND, now)
    moves.carry_out(move)
    return read(move.target)


def split(agent: Agent, customer: str, channel: str, address: str, now: int) -> dict[str, Any]:
    """An identity goes back to where it came from, with all that came with it. Raises NotFound, BadRequest, Conflict."""
    whole = customers.of(customer)
    moves.carry_out(moves.split(whole, channel, address, agent.id, now))
    return read(whole.id)


def contact(c: Conversation, proofs: Sequence[Proof], customer: Customer) -> dict[str, Any]:
    """`blocked`: why this address takes no messages, or ""; `proven`: do we know whose it is? In a chat, a proven address says so."""
    name = (c.channel, c.address)
    known = next((i for i in customer.identities if i.name == name), None) or identities.read(*name)
    return {"blocked": known.blocked if known else "", "proven": bool(proofs or (known and known.proven))}


def possibly_same(customer: Customer) -> list[dict[str, str]]:
    """Others who proved addresses of the same kind, so that nothing was merged: only a person can tell."""
    return [{"customer": other, "why": why} for other, why in customer.possibly]


def _view(customer: Customer) -> dict[str, Any]:
    return {
        "customer": customer.id,
        "identities": list(customer.identities),
        "conversations": list(customer.conversations),
        "merges": [_move(move) for move in customer.moves],
        "possibly_same": possibly_same(customer),
    }


def _move(move: MergeRecord) -> dict[str, Any]:
    values = asdict(move)
    return {"from": values.pop("source"), "into": values.pop("target"), **values}
