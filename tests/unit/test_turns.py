"""Several short messages in a row are one turn: one answer, which knows all of them, and none is forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws.dynamodb import Item
from chalicelib.bot.answers.answer import Brain, Context
from chalicelib.bot.messages import brain, deciding, pieces, turn
from chalicelib.conversations import baton, keys, memory, table
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message
from tests import threads
from tests.unit.conftest import T0, Store, incoming
from tests.unit.test_baton import HAND_OVER

UNSURE = {"available": True, "band": "none"}


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A bot that surely knows parcels, hands over for "person", and is unsure of the rest."""
    heard: list[str] = []

    def answer(question: str, context: Context, brain: Brain, look: object = None) -> Answer | Escalation:
        heard.append(question)
        if "person" in question:
            return Escalation(**{**vars_of(HAND_OVER), "facts": UNSURE | {"asked_for_person": True}})
        if "parcel" in question and "?" in question + "?" * question.count("where"):
            return Answer("Your parcel is on its way.", "track", "https://shop.example/track")
        return Escalation(**{**vars_of(HAND_OVER), "facts": UNSURE, "reason": "not sure"})

    monkeypatch.setattr(deciding, "answer", answer)
    monkeypatch.setattr(brain, "load", lambda: Brain(index=object(), rules=None, queues=("billing",), hours=None))  # type: ignore[arg-type]
    monkeypatch.setattr(turn, "now", lambda: T0 + 500)
    return heard


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[Item]:
    ordered: list[Item] = []
    monkeypatch.setattr(turn.streams, "later", ordered.append)
    return ordered


def vars_of(escalation: Escalation) -> dict[str, Any]:
    return {name: getattr(escalation, name) for name in ("rule", "reason", "queue", "urgency", "summary")} | {"text": "A person answers."}


def say(text: str, number: int, after: int = 0, **changes: Any) -> str:
    message = incoming(text, id=f"m-000000{number}", at=T0 + after, **changes)
    table.record(message)
    return turn.handle(keys.message_item(message), None)


def wake(item: Item) -> str:
    return turn.handle(item | {"paused": {"BOOL": True}}, None)


def head() -> Conversation:
    found = table.head("w1", consistent=True)
    assert found
    return found


def said() -> list[str]:
    return [m.text for m in threads.whole("w1").messages if m.direction == "outgoing"]


def test_three_pieces_get_one_answer_to_all_of_them(store: Store, pauses: list[Item], asked: list[str]) -> None:
    assert [say("hi", 1), say("my parcel", 2, 900), say("where is it", 3, 1_800)] == ["waits", "waits", "answered"]
    assert asked[-1] == "hi\nmy parcel where is it"
    assert [wake(item) for item in pauses] == ["waits", "waits"]
    assert said() == ["Your parcel is on its way."]
    assert (head().incoming, head().bot_answers, head().turn) == (3, 1, "")


def test_pieces_that_stay_unclear_are_handed_over_once_after_the_pause(store: Store, pauses: list[Item], asked: list[str]) -> None:
    say("hi", 1)
    say("the thing", 2, 900)
    assert (said(), head().owner) == ([], "bot")
    assert [wake(item) for item in pauses] == ["waits", "escalated"]
    assert asked[-1] == "hi\nthe thing"
    assert (head().owner, head().turn) == ("queue", "")
    assert [wake(item) for item in pauses] == ["waits", "escalated"]  # woken again: nothing more
    assert len(said()) == 1


def test_a_pause_that_ends_after_the_head_forgot_its_message_changes_nothing(store: Store, pauses: list[Item]) -> None:
    """Lambda calls again for hours. It was taken for a new message: told twice, or refused by the table for ever."""
    say("hm", 1)
    for n in range(2, 2 + memory.REMEMBERED):
        assert say("where is my parcel?", n, n * 1_000) == "answered"
    before, words = head(), said()
    assert wake(pauses[0]) == "waits"
    assert (head(), said()) == (before, words)


def test_a_handed_over_message_that_comes_again_when_it_is_forgotten_ends(store: Store) -> None:
    """What it would be told is stored: no condition of the table can hold any more, however often it is tried."""
    message = incoming("a person", id="m-0000001", at=T0)
    table.record(message)
    turn.handle(keys.message_item(message), None)
    table.save(replace(head(), owner="bot", recent=(), told=()))
    assert turn.handle(keys.message_item(message), None) == "answered"
    assert len(said()) == 1


def test_whoever_asks_for_a_person_waits_for_no_pause(store: Store, pauses: list[Item]) -> None:
    assert say("a person", 1) == "escalated"
    assert pauses == []


def test_what_is_added_to_an_answered_question_is_a_turn_of_its_own(store: Store, pauses: list[Item]) -> None:
    """It was taken for an addition, and got nothing; so did "help, I cannot breathe"."""
    assert say("where is my parcel?", 1) == "answered"
    assert say("ordered on Monday", 2, 3_000) == "waits"
    assert wake(pauses[0]) == "escalated"
    assert len(said()) == 2


def test_a_person_who_took_over_during_the_pause_is_not_disturbed(store: Store, pauses: list[Item]) -> None:
    say("hm", 1)
    queued = table.save(baton.escalated(head(), "x", HAND_OVER, T0))
    table.save(baton.claimed(queued, "ann", T0))
    assert wake(pauses[0]) == "waits"
    assert said() == []


def test_a_crash_after_ordering_the_pause_orders_another_and_answers_once(
    store: Store, pauses: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    table.record(incoming("hm"))
    with monkeypatch.context() as crash:
        crash.setattr(turn.table, "save", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            turn.handle(keys.message_item(incoming("hm")), None)
    assert turn.handle(keys.message_item(incoming("hm")), None) == "waits"
    assert [wake(item) for item in pauses] == ["escalated", "escalated"]
    assert len(said()) == 1


def test_a_repeated_record_does_not_cut_the_pause_short(store: Store, pauses: list[Item]) -> None:
    say("hm", 1)
    assert turn.handle(keys.message_item(incoming("hm")), None) == "waits"
    assert (said(), len(pauses)) == ([], 1)


@pytest.mark.parametrize(
    ("text", "channel", "piece"),
    [
        ("hi", "webchat", True),
        ("my parcel", "sms", True),
        ("hi", "email", False),
        ("where is it?", "webchat", False),
        ("在哪里？", "webchat", False),
        ("我的包裹", "webchat", True),
        ("我昨天在你们店里买了一盒茶叶，到现在还没有收到", "webchat", False),
        ("I bought a tin of tea last week and now its lid does not close", "webchat", False),
    ],
)
def test_only_short_open_ends_in_quick_channels_are_pieces(text: str, channel: Any, piece: bool) -> None:
    m: Message = incoming(text, channel=channel)
    assert pieces.is_piece(m) is piece
