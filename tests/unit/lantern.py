"""The demo shop's knowledge as a brain, and short ways to ask it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.bot.answers.answer import Answer, Brain, Context, Escalation, answer
from chalicelib.bot.messages import brain
from chalicelib.knowledge.index import index
from infra.articles import read_folder

FOLDER = Path(__file__).parents[2] / "infra" / "demo" / "knowledge"


def at(day: str, clock: str = "11:00") -> int:
    return int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC).timestamp() * 1000)


OPEN = at("2026-11-23")  # a Monday
SUNDAY = at("2026-11-22")


@cache
def lantern() -> Brain:
    base = brain.shipped()
    knowledge = index.read(*index.build(read_folder(FOLDER, base.queues)))
    return replace(base, index=knowledge)


def unsure() -> Brain:
    """A bot that is never sure: it offers what comes nearest."""
    return replace(lantern(), rules=replace(lantern().rules, answer=1.0, lead=1.0, offer=0.0))


def ask(question: str, mind: Brain | None = None, **known: Any) -> Answer | Escalation:
    return answer(question, Context(**({"channel": "webchat", "now": OPEN} | known)), mind or lantern())


def answered(question: str, mind: Brain | None = None, **known: Any) -> Answer:
    decided = ask(question, mind, **known)
    assert isinstance(decided, Answer), decided
    return decided


def handed_over(question: str, mind: Brain | None = None, **known: Any) -> Escalation:
    decided = ask(question, mind, **known)
    assert isinstance(decided, Escalation), decided
    return decided
