"""Consoles hear of what changed: each of its own conversations at once, all of the queues once a round, and nobody waits for that."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import Struct

from chalicelib.aws import functions, push
from chalicelib.conversations import baton, keys, model, pushes, sockets
from chalicelib.desk import hints, rounds
from chalicelib.errors import BatonError, NotFound, Unavailable
from chalicelib.observability import now
from tests.unit.conftest import T0, HandedOn, Store
from tests.unit.test_workspace import wait


def tag(frame: Struct) -> str:
    return str(frame.__struct_config__.tag)


@pytest.fixture(autouse=True)
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A round ends when it was told, not by the clock, which a busy machine lets run."""
    monkeypatch.setattr(rounds, "time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: None))
    monkeypatch.setattr(rounds, "ROUND", 60_000)


def test_the_queues_are_told_at_once_and_then_once_a_round(store: Store) -> None:
    told: list[int] = []

    def tell() -> None:
        told.append(1)
        if len(told) == 2:
            assert [rounds.tell(tell) for _ in range(30)] == [0] * 30  # changes while the second round runs

    first = rounds.tell(lambda: (tell(), rounds.tell(tell)) if not told else tell())
    assert (first, len(told)) == (3, 3)
    assert rounds.tell(tell) == 1


def test_a_round_whose_holder_died_ends_by_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rounds.tell(dies)
    assert rounds.tell(lambda: None) == 0
    later = now() + 3 * rounds.ROUND
    monkeypatch.setattr(rounds, "now", lambda: later)
    assert rounds.tell(lambda: None) == 1


def collected(changes: list[tuple[model.Conversation, model.Conversation]], handed_on: HandedOn) -> dict[str, Any]:
    """What one batch of such changes hands on to the function that tells."""
    collector = hints.Collector()
    for now_, before in changes:
        collector.handle(keys.conversation_item(now_), keys.conversation_item(before))
    collector.send()
    return handed_on[-1][1]


def test_consoles_get_hints_of_what_concerns_them(store: Store, monkeypatch: pytest.MonkeyPatch, handed_on: HandedOn) -> None:
    pushed: list[tuple[str, str]] = []
    monkeypatch.setattr(push, "post", lambda c, f: pushed.append((c, tag(f))) or c != "gone")
    for agent, connection in (("ann", "ann-1"), ("bea", "bea-1"), ("bea", "gone")):
        sockets.open_console(agent, connection, now() - 60_000)
    waiting = wait("w1", ticket=False)
    hints.tell(collected([(baton.claimed(waiting, "ann", T0), waiting)], handed_on))
    assert sorted(pushed) == [("ann-1", "conversation"), ("ann-1", "queues"), ("bea-1", "queues"), ("gone", "queues")]
    assert [c for c, _ in sockets.of_consoles(now())] == ["ann-1", "bea-1"]


def test_of_a_batch_each_console_is_told_each_thing_once(store: Store, monkeypatch: pytest.MonkeyPatch, handed_on: HandedOn) -> None:
    pushed: list[tuple[str, Struct]] = []
    monkeypatch.setattr(push, "post", lambda c, f: not pushed.append((c, f)))
    sockets.open_console("ann", "ann-1", now() - 60_000)
    held = baton.claimed(wait("w0", ticket=False), "ann", T0)
    changes = [(replace(held, version=n), held) for n in range(3, 9)] + [(wait(f"w{n}", ticket=False),) * 2 for n in range(1, 20)]
    hints.tell(collected(changes, handed_on))
    assert [frame for _, frame in pushed] == [pushes.ConversationChanged("w0.1", 8), pushes.QueuesChanged()]
    assert len(handed_on) == 1


@pytest.mark.parametrize("trouble", [Unavailable("throttled"), BatonError("AccessDeniedException"), NotFound("no such function")])
def test_a_hint_that_cannot_be_handed_on_keeps_nobody(monkeypatch: pytest.MonkeyPatch, trouble: BatonError) -> None:
    """The batch is done: it must not come again for a hint."""
    asked: list[str] = []
    monkeypatch.setenv("HINTS_FUNCTION", "hints")

    def fails(what: str, name: str, order: dict[str, Any]) -> None:
        asked.append(name)
        raise trouble

    monkeypatch.setattr(functions, "start", fails)
    hints.Collector(queues=True).send()
    hints.Collector().send()  # nothing to tell
    assert asked == ["hints"]


def test_a_console_that_cannot_be_told_does_not_keep_the_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    pushed: list[str] = []

    def post(connection: str, _: Struct) -> bool:
        if connection == "bad":
            raise BatonError("push to a browser: ForbiddenException")
        pushed.append(connection)
        return True

    monkeypatch.setattr(push, "post", post)
    for connection in ("bad", "good-1", "good-2"):
        sockets.open_console("ann", connection, now() - 60_000)
    hints.tell({"changed": {}, "queues": True})
    assert sorted(pushed) == ["good-1", "good-2"]


def test_what_changed_in_the_last_round_of_a_call_is_told_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MOST", 3)
    told: list[int] = []

    def tell() -> None:
        told.append(len(told))
        if len(told) < 3:
            assert rounds.tell(tell) == 0  # something changes in every round

    assert rounds.tell(tell) == 3
    assert told == [0, 1, 2]
    assert rounds.tell(lambda: told.append(9)) == 1, "whoever comes then holds a round of their own"


@pytest.mark.parametrize("leave", [baton.withdrawn, baton.closed])
def test_consoles_are_told_that_somebody_gave_up_her_place(
    store: Store, monkeypatch: pytest.MonkeyPatch, handed_on: HandedOn, leave: Any
) -> None:
    pushed: list[tuple[str, str]] = []
    monkeypatch.setattr(push, "post", lambda c, f: not pushed.append((c, tag(f))))
    for agent in ("ann", "bea"):
        sockets.open_console(agent, f"{agent}-1", now() - 60_000)
    waiting = wait("w1", ticket=False)
    hints.tell(collected([(leave(waiting, T0), waiting)], handed_on))
    assert sorted(pushed) == [("ann-1", "queues"), ("bea-1", "queues")]
    assert store.tickets("billing.normal") == []
