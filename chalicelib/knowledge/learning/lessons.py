"""What `learn` found and changed, in the knowledge table: a report of each time, and the examples that it took away again.

| pk           | sk         | what |
|--------------|------------|------|
| `LESSONS`    | time       | a report |
| `QUARANTINE` | example id | a learned example that made answers worse, with the question that it spoiled |
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.errors import NotFound
from chalicelib.knowledge.articles import items
from chalicelib.knowledge.articles.example import Example
from chalicelib.knowledge.learning import taught

SHOWN = 30
_LESSONS, _QUARANTINE = "LESSONS", "QUARANTINE"


def save(lesson: dict[str, Any]) -> None:
    """`lesson`: {"at": Unix ms, …} as `bot.learning` makes it."""
    items.put(_LESSONS, f"{lesson['at']:013d}", lesson)


def latest(limit: int = SHOWN) -> list[dict[str, Any]]:
    """The newest first."""
    return list(items.query(_LESSONS, newest_first=True, limit=limit))


def get(lesson_id: str) -> dict[str, Any]:
    """By its time. Raises NotFound."""
    found = items.get(_LESSONS, lesson_id.zfill(13)) if lesson_id.isascii() and lesson_id.isdigit() else None
    if not found:
        raise NotFound("there is no such report")
    return found


def quarantine(example: Example, question: str, at: int) -> None:
    """It is no example any longer; whoever wants it teaches it again."""
    items.put(_QUARANTINE, example.id, {**asdict(example), "spoiled": question, "quarantined_at": at})
    taught.forget(example.id)


def quarantined() -> list[dict[str, Any]]:
    """The examples that were taken away, each with the question that it spoiled."""
    return list(items.query(_QUARANTINE))


def drop_quarantined(example_id: str) -> None:
    """Nothing of it stays."""
    items.delete(_QUARANTINE, example_id)
