"""The queues out of what somebody wrote, as in queues.json. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.errors import BadRequest

MOST = 40  # an agent who has them all asks that many lines twice for each claim
_RESERVED = ("topic",)  # in rules: the queue of the best article
_ID = re.compile(r"[a-z][a-z0-9_-]{0,30}")


@dataclass(frozen=True, slots=True)
class Queue:
    """The id stays for good: rules, articles, agents and conversations name it. What people read may change."""

    id: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Queues:
    """`default`: where a conversation goes that nothing sends anywhere."""

    default: str
    queues: tuple[Queue, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The default one first."""
        return tuple(dict.fromkeys((self.default, *(one.id for one in self.queues))))


def parse(data: Mapping[str, Any]) -> Queues:
    """Raises BadRequest with every mistake."""
    queues = tuple(Queue(one["id"], one["en"].strip(), one["zh"].strip()) for one in data["queues"])
    form = "a small letter, then up to 30 of a-z, 0-9, - and _"
    wrong = [f'"{one.id}" cannot be an id: {form}' for one in queues if not _ID.fullmatch(one.id)]
    wrong += [f'"{one.id}" means something else in rules: take another id' for one in queues if one.id in _RESERVED]
    wrong += [f"{one.id}: give it a name in English (en) and in Chinese (zh)" for one in queues if not (one.en and one.zh)]
    wrong += [f'"{name}" stands there twice' for name in _twice(queues)]
    if data["default"] not in {one.id for one in queues}:
        wrong.append(f'default: "{data["default"]}" is none of the queues')
    if len(queues) > MOST:
        wrong.append(f"there are more than {MOST}")
    if wrong:
        raise BadRequest("queues: " + "; ".join(wrong))
    return Queues(data["default"], queues)


@cache
def shipped() -> Queues:
    """Those that come with the code, and whose lines are the template's."""
    return parse(json.loads(Path(__file__).with_suffix(".json").read_text("utf-8")))


def _twice(queues: tuple[Queue, ...]) -> list[str]:
    columns = zip(*((one.id, one.en.casefold(), one.zh) for one in queues), strict=True)
    return [name for column in columns for name, count in Counter(column).items() if count > 1 and name]
