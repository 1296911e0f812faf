"""What the release of 2026-11-29 stored is read, answered, claimed and counted by this one: conversations under way go on.

tests/fixtures/upgrade/2026-11-29.json is its tables as its own functions wrote them: a turn that waits for its next piece, somebody
who waits for a person and wants to be called, a chat that Ann holds, and a thread with an earlier conversation.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.aws import clients
from chalicelib.bot.messages import turn
from chalicelib.conversations import history, keys, table
from chalicelib.conversations.model import Conversation, Message
from chalicelib.desk import replies, sweep, workspace
from chalicelib.governance import roster
from tests import threads
from tests.unit.conftest import T0, Store, incoming
from tests.unit.test_turn import small_bot

KEPT = json.loads((Path(__file__).parents[1] / "fixtures/upgrade/2026-11-29.json").read_text("utf-8"))
NOW = T0 + 2 * 60_000
__all__ = ["small_bot"]  # the bot of three lines


@pytest.fixture(autouse=True)
def upgraded(store: Store, small_bot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, items in KEPT.items():
        for item in items:
            clients.client("dynamodb").put_item(TableName=name, Item=item)
    monkeypatch.setattr(turn, "now", lambda: NOW)
    monkeypatch.setattr(turn.pauses, "begin", lambda item: None)


def head(thread: str) -> Conversation:
    found = table.head(thread, consistent=True)
    assert found
    return found


def say(thread: str, text: str) -> str:
    message: Message = incoming(text, thread=thread, id="m-new-0001", at=NOW, address=thread)
    table.record(message)
    return turn.handle(keys.message_item(message), None)


def test_nothing_of_it_is_lost_to_a_reader() -> None:
    for thread in ("wturn", "wqueue", "wagent", "wpast"):
        shown = history.latest(thread).messages
        assert shown == threads.whole(thread).messages
        assert [m.id for m in shown] == [m.id for page in history.newer(thread, T0) for m in page]
    told = workspace.read("wagent.1", 0, "", NOW)
    assert [m["text"] for m in told["messages"]] == ["I want a person", "A person will answer.", "Hello, I am Ann."]
    assert [e.kind for e in told["events"]] == ["escalated", "claimed"]
    assert [n.text for n in told["notes"]] == ["Be gentle"]
    assert told["read_at"] == T0 + 3 * 60_000
    assert told["contact"]["proven"]
    earlier = workspace.read("wpast.1", 0, "", NOW)
    assert [m["text"] for m in earlier["messages"]] == ["I want a person", "A person will answer."]
    assert [m["text"] for m in workspace.read("wpast.2", 0, "", NOW)["messages"]] == ["What about gifts?", "Answer to: What about gifts?"]


def test_an_open_turn_goes_on_and_one_whose_pause_is_lost_is_ended() -> None:
    assert head("wturn").pieces
    assert say("wturn", "how long does it take?") == "answered"
    assert not head("wturn").pieces


def test_whoever_waits_is_counted_listed_and_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "now", lambda: NOW - 60_000)
    ann = roster.find("agent-ann")
    assert head("wqueue").contact_request == "call +4915123456789"
    counts = {(q["queue"], q["urgency"]): q["waiting"] for q in workspace.queues(ann, NOW)}
    assert counts[head("wqueue").queue, head("wqueue").urgency] == 1
    assert sweep.sweep()["waiting"] == 1
    taken = workspace.claim(ann, NOW)
    assert taken
    assert taken.id == "wqueue.1"
    assert replies.reply(ann, "wqueue.1", "client-0002", "I call you.", NOW)[1]


def test_who_holds_a_conversation_holds_it_and_hears_the_customer() -> None:
    assert say("wagent", "Thanks, Ann") == "seen"
    assert head("wagent").agent == "agent-ann"
    assert history.latest("wagent").messages[-1].text in ("Thanks, Ann", "Hello, I am Ann.")


def test_a_record_that_was_answered_before_is_answered_no_second_time() -> None:
    """The stream brings again, after the upgrade, what it brought before it."""
    before = threads.whole("wturn").messages
    first = next(m for m in before if m.id == "m-0000001")
    assert turn.handle(keys.message_item(first), None) == "answered"
    assert threads.whole("wturn").messages == before
