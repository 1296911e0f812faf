"""While she waits in the chat the page is told that a person answers next, until she gives up her place; agents see what became of
her messages."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import to_builtins

from chalicelib.bot.messages import brain, turn
from chalicelib.conversations import keys, table, views
from chalicelib.desk import workspace
from tests import threads
from tests.unit.conftest import T0, Store, incoming
from tests.unit.lantern import OPEN, SUNDAY, lantern


@pytest.fixture
def say(store: Store, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the page gets of the bot's answer to a text."""
    monkeypatch.setattr(brain, "load", lantern)
    said = 0

    def taken(text: str, sunday: bool = False, **meta: Any) -> dict[str, Any]:
        nonlocal said
        said += 1
        at = (SUNDAY if sunday else OPEN) + said * 60_000
        monkeypatch.setattr(turn, "now", lambda: at + 500)
        message = incoming(text, id=f"m-{said:07}", at=at, meta=meta)
        table.record(message)
        turn.handle(keys.message_item(message), None)
        return to_builtins(views.for_visitor(threads.whole("w1").messages[-1]))

    return taken


@pytest.mark.parametrize(
    ("leave", "events"), [("close my request, please", ["closed"]), ("cancel the person, you answer me", ["withdrawn"])]
)
def test_a_person_answers_next_until_she_gives_up_her_place(say: Any, leave: str, events: list[str]) -> None:
    over = say("I want to talk to a person")
    assert (over["handover"], over["waits"]) == (True, True)
    meanwhile = say("What are your opening hours?")
    assert ("handover" in meanwhile, meanwhile["waits"]) == (False, True)
    left = say(leave)
    if left.get("choices"):
        assert left["waits"]
        left = say(left["choices"][0])
    assert "waits" not in left
    told = workspace.read("w1.1", 0, "", T0 + 60_000)
    assert [e.kind for e in told["events"]] == ["escalated", *events]
    assert "waits" not in say("How long does delivery take?")


def test_agents_see_what_became_of_a_message_to_which_nothing_was_said(say: Any) -> None:
    say("I want to talk to a person")
    message = incoming("my order is LT-10341", id="m-0000009", at=T0)
    table.record(message)
    table.set_outcome(message.thread, [message.id], "taken")
    shown = {m["id"]: m["outcome"] for m in workspace.read("w1.1", 0, "", T0 + 60_000)["messages"]}
    assert (shown["m-0000009"], shown["m-0000001"]) == ("taken", "")


def test_opening_hours_are_told_in_her_time_zone(say: Any) -> None:
    """The rule table's own hours are UTC's; nine hours later it is as late in Tokyo."""
    assert "at 09:00 (our time)" in say("I want to talk to a person", sunday=True)["text"]
    assert "at 18:00 (your time)" in say("when are you back, is anybody there?", sunday=True, zone="Asia/Tokyo")["text"]
