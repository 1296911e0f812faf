"""What one agent says, the bot says to the next customer; and what was learned is reported."""

from __future__ import annotations

import os
import secrets
import signal
from typing import Any

import pytest

from chalicelib.conversations import ids
from chalicelib.knowledge.learning import threshold
from tests.conftest import Stack
from tests.faults.test_kills import workers
from tests.people import Agent, Visitor, eventually

pytestmark = pytest.mark.stack

ASKED = "Xylophonic quibblewort, frobnitz the wumpel gadget?"  # words that no article has


def bot_starts_anew() -> None:
    """A bot that runs looks for what was taught once a minute; one that starts, at once."""
    for name, pid in workers():
        if name == "BotAnswer":
            os.kill(pid, signal.SIGKILL)


def handed_over(visitor: Visitor, agent: Agent) -> str:
    """The conversation's id, once the agent holds it."""
    visitor.say(ASKED)
    visitor.say(f"I said: {ASKED}")
    return str(agent.claim(visitor.address)["id"])


def answered(stack: Stack, message_id: str = "") -> tuple[Visitor, dict[str, Any]]:
    visitor = stack.visitor()
    visitor.say(ASKED, message_id)
    return visitor, visitor.answer()


def for_review() -> str:
    """An id of a message whose answer is chosen for the random review, however sure the bot is."""
    tried = (f"visitor-{secrets.token_hex(8)}" for _ in range(5_000))
    return next(name for name in tried if threshold.is_sampled(ids.answer(name), 1.0))


def test_the_article_named_when_resolving_answers_the_next_customer(stack: Stack) -> None:
    agent = stack.agent("supervisor")
    conversation = handed_over(stack.visitor(), agent)
    offered = agent.ask("GET", f"conversations/{conversation}/articles?q=gift")
    assert ASKED in offered["question"]
    assert "gift-card" in [one["id"] for one in offered["found"]]
    said = {"article": "gift-card", "example": ASKED}
    assert agent.ask("POST", f"conversations/{conversation}/resolve", said)["owner"] == "none"
    bot_starts_anew()
    visitor, answer = answered(stack, for_review())
    assert "gift card" in answer["text"].lower()
    assert not answer.get("handover")
    reviews = eventually(lambda: [one for one in agent.ask("GET", "reviews")["reviews"] if one["message"] == answer["id"]])
    assert [(one["question"], one["article"], one["kind"]) for one in reviews] == [(ASKED, "gift-card", "sample")]

    wrong = agent.ask(
        "POST", f"conversations/{visitor.address}.1/messages/{answer['id']}/verdict".replace("+", "%2B"), {"verdict": "wrong"}
    )
    assert wrong["learned"] == ASKED
    bot_starts_anew()
    assert "gift card" not in answered(stack)[1]["text"].lower()

    ordered = agent.ask("POST", "learning")
    report = eventually(lambda: next((r for r in agent.ask("GET", "learning")["reports"] if r["at"] >= ordered["at"]), None))
    whole = agent.ask("GET", f"learning/{report['id']}")
    assert whole["failed"] == []
    assert {"text": ASKED, "article": "", "by": agent.me["id"]} in whole["examples"]["list"]
    assert whole["release"]["state"] == "done"
    assert whole["threshold"]["why"] == "too little evidence"
