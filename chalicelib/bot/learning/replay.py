"""The last real questions, and what the bot would say to them with another index: for publishing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from chalicelib import settings
from chalicelib.bot.interpretation.retrieval import search
from chalicelib.bot.messages import brain
from chalicelib.bot.rules import override
from chalicelib.bot.rules.facts import band
from chalicelib.conversations import table
from chalicelib.conversations.model import Conversation
from chalicelib.governance import queue_names
from chalicelib.knowledge.articles import store
from chalicelib.knowledge.articles.example import mark
from chalicelib.knowledge.index.comparing import Asked, Said
from chalicelib.knowledge.index.index import Index
from chalicelib.knowledge.index.publishing import Replay
from chalicelib.knowledge.learning import verdicts

BACK = 14  # days


def replay(now: int) -> Replay:
    """As publishing wants it, at a time (Unix ms)."""
    base, day = brain.shipped(), _day(now)
    rules = override.current(base.rules, queue_names.watched())
    enough = verdicts.threshold() or rules.answer

    def judge(index: Index, asked: Asked) -> Said:
        hits = search(index, asked.question, day, tier=asked.tier)
        if not hits:
            return Said()
        return Said(hits[0].article, hits[0].confidence, band(hits, enough, rules.offer) == "sure")

    return Replay(lambda count: list(islice(_questions(now, count), count)), judge)


def _questions(now: int, count: int) -> Iterator[Asked]:
    """Each question once: the newest conversations first. An agent's verdict says more than that nobody asked for more."""
    named = {mark(one.text, ""): one.article for one in store.examples() if one.source == "agent"}
    judged = {verdict.conversation: verdicts.right_article(verdict) for verdict in verdicts.latest(now)}
    seen = set()
    for back in range(BACK):
        for c in table.last_opened(_day(now - back * settings.DAY), 3 * count):
            question = (c.question or c.subject).strip()
            words = mark(question, "")
            if not question or words in seen:
                continue
            seen.add(words)
            right = judged.get(c.id) or named.get(words, "")
            yield Asked(question, c.language, c.tier, "" if c.id in judged or words in named else _accepted(c), right)


def _accepted(c: Conversation) -> str:
    """The article of an answer after which nobody asked for more."""
    return c.article if c.article and not c.escalated_at and not c.replies else ""


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
