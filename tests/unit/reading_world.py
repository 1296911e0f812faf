"""A conversation whose bot is not sure, and a server that speaks Converse in a model's place: what both test files of reading use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.aws import clients, pauses
from chalicelib.bot.messages import brain, reading, turn
from chalicelib.conversations import keys, table
from chalicelib.conversations.model import Conversation, Message
from tests import threads
from tests.unit.conftest import T0, Store, incoming
from tests.unit.converse_server import Converse, always, converse_server, used
from tests.unit.lantern import lantern

NAME = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
DAY = datetime.fromtimestamp(T0 / 1000, UTC).date().isoformat()
OFFERED = "How hot should water be for gyokuro?"  # without a model: a list
HANDED = "what do customs want from me in Switzerland"  # without a model: a person, as the bot is not sure
DUTIES = "To Switzerland, Norway and the United Kingdom we deliver with all duties paid."
GREEN = "Green tea: 75 °C, 2 minutes, 2 g a cup"


@pytest.fixture(scope="module")
def serving() -> Iterator[Converse]:
    with converse_server() as model:
        yield model


@pytest.fixture
def model(serving: Converse, store: Store, monkeypatch: pytest.MonkeyPatch) -> Converse:
    serving.answer = always(used({"kind": "question", "answers": []}))
    serving.heard.clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", serving.address)
    monkeypatch.setenv("COMPOSE_MODEL", NAME)
    monkeypatch.setattr(brain, "load", lantern)
    monkeypatch.setattr(turn, "now", lambda: T0 + 500)
    monkeypatch.setattr(pauses, "begin", lambda _: None)
    monkeypatch.setattr(reading, "_Last", type("_Last", (), {"asked": ("", "", ""), "done": None, "spent": ""}))
    clients.client.cache_clear()
    return serving


def asked(text: str, number: int = 0, thread: str = "w1", **changes: Any) -> tuple[Conversation, Message]:
    """The head, and what the bot said."""
    message = incoming(text, thread=f"{thread}", id=f"m{number}", **({"at": T0 + number} | changes))
    table.record(message)
    item = keys.message_item(message)
    if turn.handle(item, None) == "waits":  # a short one waits for more
        turn.handle(item | {"paused": {"BOOL": True}}, None)
    head = table.head(message.thread, consistent=True)
    assert head
    return head, [m for m in threads.whole(message.thread).messages if m.direction == "outgoing"][-1]


def without(text: str, monkeypatch: pytest.MonkeyPatch, thread: str = "w-without", **changes: Any) -> tuple[Conversation, Message]:
    with monkeypatch.context() as patched:
        patched.setenv("COMPOSE_MODEL", "")
        return asked(text, thread=thread, **changes)


def is_as_without(head: Conversation, message: Message, before: tuple[Conversation, Message]) -> bool:
    """But for the count of calls and the thread."""
    other, told = before
    same = replace(head, thread=other.thread, address=other.address, customer=other.customer, model_calls=0)
    return (message.text, message.meta.get("choices")) == (told.text, told.meta.get("choices")) and same == other
