"""A customer's rows in reports: told to whoever asks for a copy, and anonymous after an erasure. All figures stay as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace

from chalicelib.conversations.model import Conversation
from chalicelib.customers.erasure.footprint import Footprint
from chalicelib.customers.erasure.holding import Found, Holding, Mask
from chalicelib.insight import publish
from chalicelib.insight.facts import bare


def find(who: Footprint) -> Iterator[Found]:
    rows = [
        json.dumps({"day": day} | {name: value for name, value in asdict(c).items() if value}, ensure_ascii=False).encode() + b"\n"
        for day in _days(who)
        for c in publish.conversations(day)
        if c.id in who.conversations
    ]
    if rows:
        yield Found("report_rows", "reports.jsonl", len(rows), lambda: rows)


def erase(who: Footprint, mask: Mask) -> Iterator[bool]:
    def anonymous(c: Conversation) -> Conversation:
        return replace(bare(c), thread=mask.thread(c.id), number=1, subject="") if c.id in who.conversations else c

    for day in _days(who):
        yield publish.changed(day, anonymous)


HOLDING = Holding("reports", find, erase)


def _days(who: Footprint) -> list[str]:
    opened = [talk.opened_at for talk in who.talks]
    return sorted({day for at in opened for day in publish.days(at, at)}) if opened else []
