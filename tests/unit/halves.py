"""Lists of wordings in two halves: on one the patterns were tuned, of the other only the score is looked at.

Which half a text is in follows from its hash, so that nobody chooses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

FIXTURES = Path(__file__).parents[1] / "fixtures"
Row = Mapping[str, Any]


def is_held_out(text: str) -> bool:
    return crc32(text.encode()) % 2 == 1


def listed(name: str) -> list[dict[str, Any]]:
    """The rows of a file of JSON Lines in the fixtures."""
    return [json.loads(line) for line in (FIXTURES / name).read_text("utf-8").splitlines()]


def half(rows: Iterable[Row], *, held_out: bool) -> list[Row]:
    return [row for row in rows if is_held_out(row["text"]) is held_out]


def score(rows: Iterable[Row], is_right: Callable[[Row], bool], *, held_out: bool) -> tuple[float, list[str]]:
    """Of one half: the share that is heard rightly, and the texts that are not."""
    asked = half(rows, held_out=held_out)
    wrong = [row["text"] for row in asked if not is_right(row)]
    return 1 - len(wrong) / len(asked), wrong


def heard(rows: Iterable[Row], key: str, hears: Callable[[str], object], *, held_out: bool) -> tuple[float, float]:
    """Of one half: the share of what is meant (`key` says as what) that is heard as such, and of the look-alikes that are left alone."""
    found = [(row[key], hears(row["text"])) for row in half(rows, held_out=held_out)]
    meant, others = ([one for one in found if bool(one[0]) is is_meant] for is_meant in (True, False))
    shares = [sum(right == said for right, said in part) / len(part) for part in (meant, others)]
    return shares[0], shares[1]
