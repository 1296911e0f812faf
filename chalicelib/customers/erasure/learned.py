"""What the bot learned of a customer's words: chalicelib/knowledge/learning/forgetting.py knows where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from chalicelib.aws import dynamodb
from chalicelib.conversations import keys, partitions
from chalicelib.customers.erasure.footprint import Footprint
from chalicelib.customers.erasure.holding import Found, Holding, Mask
from chalicelib.knowledge.learning import forgetting
from chalicelib.knowledge.learning.masking import LONGEST, masked

_REPLY = 1_500  # so long is an agent's reply that a gap keeps


def find(who: Footprint) -> Iterator[Found]:
    by_kind: dict[str, list[bytes]] = {}
    for kind, row in forgetting.of(who.conversations):
        by_kind.setdefault(kind, []).append(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    for kind, rows in by_kind.items():
        yield Found(kind, f"learned/{kind}.jsonl", len(rows), lambda rows=rows: rows)  # type: ignore[misc]


def erase(who: Footprint, mask: Mask) -> Iterator[bool]:
    return forgetting.forget(who.conversations, said(who), mask.conversation)


HOLDING = Holding("learned", find, erase)


def said(who: Footprint) -> set[str]:
    """What was said in all threads, and as it is written where it may be learned from."""
    texts, names = set[str](), set[str]()
    for thread in who.threads:
        for values in map(dynamodb.decode, partitions.items(keys.thread_pk(thread))):
            texts |= {str(values[name]) for name in ("text", "question", "turn", "subject") if values.get(name)}
            names |= {values["name"]} if values.get("name") else set()
    return texts | {form for text in texts for form in _forms(text, names)}


def _forms(text: str, names: Iterable[str]) -> Iterator[str]:
    for covered in ((), names):
        for longest in (LONGEST, _REPLY):
            yield masked(text, covered, longest)
