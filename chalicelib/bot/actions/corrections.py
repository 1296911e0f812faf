"""Which of several numbers in a message is meant: not one that is taken back, and of a correction the last. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

Span = tuple[int, int]


def meant(line: str, spans: Sequence[Span]) -> list[Span]:
    """Of the places where different numbers stand: one if the others are taken back or corrected, else all that may be meant."""
    left = [span for place, span in enumerate(spans) if not _is_denied(line, span, is_last=place == len(spans) - 1)] or list(spans)
    (before, last) = (left[-2], left[-1]) if len(left) > 1 else (left[0], left[0])
    if len(left) < 2 or _pattern("joins").fullmatch(line[before[1] : last[0]]):
        return left
    return [last] if _pattern("corrects").search(line[left[0][1] :]) else left


def _is_denied(line: str, span: Span, *, is_last: bool) -> bool:
    """ "not A-10343", "A-10343 was a typo"; behind the last number a bare "wrong" may speak of the one before."""
    start, end = span
    return bool(_pattern("not_before").search(line[:start]) or _pattern("was_wrong" if is_last else "wrong_after").match(line[end:]))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    known = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return re.compile("|".join(known[name]), re.IGNORECASE)
