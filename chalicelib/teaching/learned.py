"""What the bot learned, for supervisors: the reports of `learn`, and an order to do it now."""

from __future__ import annotations

from typing import Any

from chalicelib.governance.roster import Agent
from chalicelib.knowledge.index import releases
from chalicelib.knowledge.learning import lessons

_IN_A_LIST = ("at", "by", "ended_at", "examples", "gaps", "threshold", "release", "failed")


def order(agent: Agent, now: int) -> dict[str, Any]:
    """It takes seconds to minutes; the report appears in the list."""
    return {"release": releases.order("learn", agent.id, now).id, "at": now}


def listed() -> dict[str, Any]:
    """The newest first, each as `report` shows it but without its lists."""
    return {"reports": [_short(lesson) for lesson in lessons.latest()]}


def report(report_id: str) -> dict[str, Any]:
    """Raises NotFound."""
    return _with_id(lessons.get(report_id))


def _short(lesson: dict[str, Any]) -> dict[str, Any]:
    return _with_id({name: lesson[name] for name in _IN_A_LIST if name in lesson})


def _with_id(lesson: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(lesson["at"]), **lesson}
