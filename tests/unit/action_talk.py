"""Customers who talk with a bot that offers self-service: the real turn, a shop on a real socket, and a bot in three lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws import pauses
from chalicelib.bot.answers.answer import Brain, Context
from chalicelib.bot.answers.context import Look
from chalicelib.bot.interpretation.language import detect
from chalicelib.bot.messages import brain, deciding, turn
from chalicelib.conversations import keys, table
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message
from chalicelib.customers import verification
from tests import threads
from tests.parameters import know
from tests.unit.action_shop import SECRET, Shop, open_shop
from tests.unit.conftest import ROOT, T0, Store, incoming
from tests.unit.test_baton import HAND_OVER

MIA = "mia@customer.example"
STREET = "12 Green Lane, 10115 Berlin"
ARTICLES = {
    "where is my order": "track-order",
    "订单到哪": "track-order",
    "change the address": "change-address",
    "修改地址": "change-address",
    "return": "return-item",
    "退货": "return-item",
    "退貨": "return-item",
    "cancel my order": "cancel-order",
    "取消订单": "cancel-order",
    "取消訂單": "cancel-order",
    "訂單到哪": "track-order",
    "改收貨地址": "change-address",
    "invoice": "invoice",
    "how long": "delivery-time",
}


def small_bot(question: str, context: Context, brain: Brain, _look: Look) -> Answer | Escalation:
    """The bot's decision in three lines: sure of some articles, a person for whoever asks for one, unsure of the rest."""
    language = detect(question, context.language)
    urgent, person = "fire" in question, "person" in question or "人工" in question
    facts = {"available": brain.index is not None, "asked_for_person": person, "urgent_topic": "safety" * urgent, "band": "none"}
    if person or urgent or brain.index is None:
        return replace(HAND_OVER, facts=facts | {"language": language}, summary="The story.", text="A person will answer.")
    article = next((article for words, article in ARTICLES.items() if words in question.lower()), "")
    if article and article == context.last_article:
        return replace(HAND_OVER, facts=facts | {"unhelped": True}, text="A person will answer.")
    if article:
        return Answer(f"The article {article}.", article, f"https://shop.example/{article}", 0.9, language, told=("answer",))
    if question == "hm":
        return Answer("What do you mean?", "", "", 0.4, language, outcome="question")
    if context.under_way:
        return Answer("What do you mean?", "", "", 0.0, language, outcome="question")
    return replace(HAND_OVER, facts=facts | {"language": language}, summary="The story.", text="A person will answer.")


@pytest.fixture(name="shop")
def open_for_business(monkeypatch: pytest.MonkeyPatch, store: Store) -> Iterator[Shop]:
    monkeypatch.setattr(deciding, "answer", small_bot)
    rules = brain.shipped().rules
    monkeypatch.setattr(brain, "load", lambda: Brain(index=object(), rules=rules, queues=("billing",), hours=None))
    monkeypatch.setattr(turn, "now", lambda: T0 + 500)
    monkeypatch.setattr(pauses, "begin", lambda item: None)
    know(monkeypatch, secrets__root=ROOT, secrets__actions=SECRET)
    monkeypatch.setenv("BUSINESS", "Lantern Tea")
    with open_shop() as running:
        monkeypatch.setenv("ACTIONS_URL", running.address)
        yield running


class Talk:
    """One customer's thread."""

    def __init__(self, thread: str = "w1", **message: Any) -> None:
        self.thread, self.number, self.message = thread, 0, message

    def say(self, text: str, **changes: Any) -> str:
        """The answer, or what happened if nothing was said."""
        self.number += 1
        values = {"thread": self.thread, "id": f"m-{self.number:07d}", "at": T0 + self.number, "address": self.thread}
        self.last = incoming(text, **{**values, **self.message, **changes})
        table.record(self.last)
        happened = turn.handle(keys.message_item(self.last), None)
        said = [m for m in self.heard() if m.id.endswith(f"+{self.last.id}")]
        return said[-1].text if said else happened

    def heard(self) -> list[Message]:
        return [m for m in threads.whole(self.thread).messages if m.direction == "outgoing"]

    @property
    def head(self) -> Conversation:
        found = table.head(self.thread, consistent=True)
        assert found
        return found

    def summary(self) -> str:
        return str(next(e for _, e in threads.whole(self.thread).events if e.kind == "escalated").detail["summary"])


def codes(store: Store, thread: str = "") -> list[Message]:
    """The messages with a code, oldest first; `thread`: only those that were asked for there."""
    found = [keys.message(i) for i in store.items() if i["type"]["S"] == "outgoing"]
    return sorted((m for m in found if "code_for" in m.meta and thread in ("", m.meta["code_for"])), key=lambda m: m.at)


def digits(message: Message) -> str:
    found = re.search(r"\d{6}", verification.filled(message).text)
    assert found
    return found[0]
