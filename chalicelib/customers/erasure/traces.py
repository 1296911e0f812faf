"""Who the customer is: identities, the customer's own records, and the records of others that name this one. Erased last, as all else is
found from here; of a STOP the bare minimum stays (identities.py)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from chalicelib.aws import dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys, partitions
from chalicelib.customers import identities
from chalicelib.customers.erasure.footprint import Footprint
from chalicelib.customers.erasure.holding import Found, Holding, Mask


def find(who: Footprint) -> Iterator[Found]:
    for kind, items in (("identities", _identities(who)), ("customer_records", [*_own(who), *_of_others(who)])):
        rows = [json.dumps(dynamodb.decode(item), ensure_ascii=False).encode() + b"\n" for item in items]
        if rows:
            yield Found(kind, f"{kind}.jsonl", len(rows), lambda rows=rows: rows)  # type: ignore[misc]


def erase(who: Footprint, _mask: Mask) -> Iterator[bool]:
    """The opt-outs first: between the two steps nobody may be written to who wants no messages."""
    for name in who.identities:
        known = identities.read(*name)
        if known and known.customer in who.names:
            identities.keep_block(known)
    partitions.remove(_of_others(who))
    yield False
    partitions.remove(_own(who))
    yield False
    partitions.remove(_identities(who))
    yield False


HOLDING = Holding("traces", find, erase)


def _identities(who: Footprint) -> list[Item]:
    """Not one that somebody else has by now."""
    found = [item for name in who.identities for item in partitions.items(keys.identity_pk(*name))]
    return [item for item in found if item.get("customer", {}).get("S", who.customer) in who.names]


def _own(who: Footprint) -> list[Item]:
    return [item for name in who.names for item in partitions.items(keys.customer_pk(name))]


def _of_others(who: Footprint) -> list[Item]:
    """Marks of "possibly the same", and moves from or to this customer: they hold its addresses, and are carried out."""
    return [item for name in who.others for item in partitions.items(keys.customer_pk(name)) if _names(item, who)]


def _names(item: Item, who: Footprint) -> bool:
    return any(item.get(part, {}).get("S") in who.names for part in ("source", "target", "other"))
