"""A fourth channel is one folder and one line: bot, hand-over, reply, report and console know nothing of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from chalicelib import schemas
from chalicelib.bot.messages import brain, turn
from chalicelib.channels import CHANNELS, delivery, receipts
from chalicelib.conversations import baton, keys, registry, table
from chalicelib.conversations.model import Message
from chalicelib.conversations.registry import Capabilities
from chalicelib.conversations.schemas import Conversation
from chalicelib.desk import replies, workspace
from chalicelib.governance.roster import Agent
from chalicelib.insight import facts, figures, periods, render
from chalicelib.insight.facts import Facts
from tests.unit.conftest import T0, Store, incoming
from tests.unit.lantern import lantern

PIGEON: Any = "pigeon"


@pytest.fixture
def loft(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Message]]:
    """The whole channel: one module with a `send`, and its line in the registry."""
    monkeypatch.setitem(registry.REGISTRY, PIGEON, Capabilities("pigeon post", "飞鸽", slow=True, brief=True))
    sent: list[Message] = []
    module = ModuleType("chalicelib.channels.pigeon.adapter")
    module.send = lambda message: sent.append(message) or f"ring-{len(sent)}"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "chalicelib.channels.pigeon", ModuleType("chalicelib.channels.pigeon"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    yield sent
    CHANNELS.pop(PIGEON, None)


def take(message: Message) -> str:
    table.record(message)
    return turn.handle(keys.message_item(message), None)


def deliver_all(store: Store) -> None:
    for record in store.stream():
        item = record["dynamodb"]["NewImage"]
        if item["type"]["S"] == "outgoing" and record["eventName"] == "INSERT":
            delivery.handle(item, None)


def test_questions_answers_hand_overs_and_receipts_come_with_one_module(
    store: Store, loft: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brain, "load", lantern)
    monkeypatch.setattr(turn, "now", lambda: T0 + 500)
    question = incoming("How long does shipping take?", thread="p1", channel=PIGEON, address="loft 7")
    assert take(question) == "answered"
    assert (
        take(incoming("I want to talk to a person, please.", thread="p1", channel=PIGEON, address="loft 7", id="m-2", at=T0 + 9))
        == "escalated"
    )
    deliver_all(store)
    assert [(m.channel, m.address) for m in loft] == [(PIGEON, "loft 7")] * 2
    assert receipts.apply("p1", loft[0].id, "delivered", T0 + 99) == "delivered"
    answer = table.message("p1", loft[0].id)
    assert answer
    assert (answer.state, answer.provider_id) == ("delivered", "ring-1")


def test_agents_reply_and_reports_and_the_console_show_it(
    store: Store, loft: list[Message], ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brain, "load", lantern)
    monkeypatch.setattr(turn, "now", lambda: T0 + 500)
    take(incoming("I want to talk to a person, please.", thread="p1", channel=PIGEON, address="loft 7"))
    conversation = "p1.1"
    workspace.change(conversation, lambda c: (baton.claimed(c, ann.id, T0 + 900), None))
    replies.reply(ann, conversation, "id-00000001", "Coo. We are on it.", T0 + 1_000)
    deliver_all(store)
    assert [m.text for m in loft][-1] == "Coo. We are on it."
    shown = schemas.shown(Conversation, table.conversation(conversation))
    assert (shown["channel"], shown["owner"]) == (PIGEON, "agent")
    day = periods.day_period(datetime.fromtimestamp(T0 / 1000, UTC).date().isoformat(), "UTC")
    work = figures.open_work([], [], day.end + 1)
    made = render.files(Facts("Loft", day, day.end + 1, T0, work, facts.arranged([table.conversation(conversation)])))
    assert json.loads(made["json"])["volume"]["by_channel"][PIGEON] == 1
    assert b"pigeon" in made["html"]
    assert b"pigeon" in made["csv"]
