"""Gaps: questions that keep coming and that no article answers, in the knowledge table. What is stored is masked.

| pk      | sk                    | what |
|---------|-----------------------|------|
| `GAPS`  | id                    | a gap, with the number of its version; its id follows from its first question and stays |
| `ASKED` | time and conversation | this question has been counted |
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from chalicelib.errors import NotFound
from chalicelib.knowledge.articles import items
from chalicelib.knowledge.learning.gap import Gap, Question

KEPT = 30 * 86_400_000  # ms: what was asked only once is forgotten, and a question need not be known as counted any longer
_GAPS, _ASKED = "GAPS", "ASKED"


def everything() -> list[Gap]:
    """What is asked most stands first."""
    return sorted((_gap(values) for values in items.query(_GAPS)), key=lambda g: (-g.count, -g.last_at, g.id))


def get(gap_id: str) -> Gap:
    """Raises NotFound."""
    values = items.get(_GAPS, gap_id)
    if not values:
        raise NotFound("there is no such gap")
    return _gap(values)


def save(gap: Gap) -> Gap:
    """The next version. Raises Conflict if somebody was faster."""
    written = replace(gap, version=gap.version + 1)
    items.put(_GAPS, gap.id, {name: value for name, value in asdict(written).items() if value not in ("", 0, ())}, gap.version)
    return written


def counted(since: int) -> set[str]:
    """The ids of the questions since then (Unix ms) that were counted."""
    return {str(values["id"]) for values in items.query(_ASKED, since=f"{since:013d}")}


def remember(questions: Iterable[Question]) -> None:
    """These were counted."""
    items.write_many(((_ASKED, q.id), {"id": q.id}) for q in questions)


def tidy(now: int) -> None:
    """Forgets what was asked once, long ago, and that long ago something was counted."""
    before = now - KEPT
    gone = [(_GAPS, g.id) for g in everything() if g.count == 1 and g.state == "open" and not g.edited and g.last_at < before]
    for values in items.query(_ASKED):
        if int(str(values["id"]).partition("-")[0]) >= before:
            break
        gone.append((_ASKED, str(values["id"])))
    items.write_many((), gone)


def drop(gap: Gap) -> None:
    """Raises Conflict if somebody changed it meanwhile."""
    items.delete(_GAPS, gap.id, gap.version)


def forget_counted(conversations: Collection[str]) -> None:
    """That questions of these conversations were counted."""
    known = [str(values["id"]) for values in items.query(_ASKED)]
    items.write_many((), [(_ASKED, one) for one in known if one.partition("-")[2] in conversations])


def _gap(values: Mapping[str, Any]) -> Gap:
    lists = {name: tuple(values.get(name, ())) for name in ("samples", "replies", "recent")}
    return Gap(**{**values, **lists})
