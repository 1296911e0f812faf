"""Every message of a customer has an outcome: generated conversations try to break it (docs/conversation.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.bot.messages import brain
from chalicelib.conversations import baton, keys, table, work
from chalicelib.conversations.model import OUTCOMES, Message
from chalicelib.desk import open_turns
from chalicelib.errors import Unavailable
from tests import threads
from tests.unit.dialogue_player import Play, dialogues
from tests.unit.dialogue_world import World, make_world
from tests.unit.test_baton import HAND_OVER

__all__ = ["make_world"]
SECONDS = 10_000  # ms within which she sees an outcome; a pause is three seconds

said = st.one_of(
    st.text(max_size=60),
    st.sampled_from([turn["say"] for language in ("en", "zh") for one in dialogues(language) for turn in one["turns"]]),
    st.sampled_from(["", " ", "?", "...", "👍", "no", "yes", "1", "A-10342", "person", "\u200b", "\x00\x01", "嗯", "ok", "x" * 3_000]),
)
messages = st.lists(st.tuples(said, st.sampled_from([0, 0.5, 2, 5, 19, 60, 3_600, 200_000])), min_size=1, max_size=6)
events = st.lists(st.sampled_from(["", "", "", "claim", "reply", "resolve", "hand-back", "robot"]), min_size=6, max_size=6)


@contextmanager
def playing(world: World, name: str, channel: str) -> Iterator[Play]:
    play = Play(name, world.clock, channel)
    world.play = play
    yield play
    play.wait(play.clock.now + SECONDS)


def happens(play: Play, event: str) -> None:
    """An agent does something, where she may."""
    c = table.head(play.thread, consistent=True)
    if not c:
        return
    at = play.clock.now
    if event == "claim" and c.owner == "queue":
        table.save(baton.claimed(c, "ann", at))
    elif c.owner == "agent" and event in ("reply", "resolve", "hand-back"):
        step = {"reply": lambda: baton.replied(c, "ann", f"r{at}", at), "resolve": lambda: baton.resolved(c, "ann", at)}
        table.save(step.get(event, lambda: baton.handed_back(c, "ann", at))())


def outcome_of(play: Play, message: Message) -> tuple[str, int]:
    """What became of a message, and when she could see it (Unix ms; 0: it is recorded, and a person has it)."""
    thread = threads.whole(play.thread)
    ours = [m for m in thread.messages if m.direction == "outgoing"]
    told = [m for m in ours if m.id.endswith(f"+{message.id}") or message.id in m.meta.get("to", ())]
    if told:
        return str(told[0].meta.get("outcome", "")), told[0].at
    return next((m.outcome for m in thread.messages if m.id == message.id), ""), 0


@pytest.mark.parametrize("channel", ["webchat", "sms", "email"])
@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a case of six messages is small enough; shrinking it would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(spoken=messages, between=events, number=st.integers(0, 10**9))
def test_whatever_is_said_in_whatever_state_has_an_outcome_within_seconds(
    world: World, channel: str, spoken: list[tuple[str, float]], between: list[str], number: int
) -> None:
    sent = []
    with playing(world, f"{channel}{number}x{world.next()}", channel) as play:
        for (text, pause), event in zip(spoken, between, strict=False):
            happens(play, event)
            sent.append(play.say(text, pause))
    for message in sent:
        outcome, seen_at = outcome_of(play, message)
        assert outcome.partition(":")[0] in OUTCOMES, (message.text, [m.text for m in sent])
        assert seen_at <= message.at + SECONDS * len(sent)


def test_a_piece_is_a_persons_who_claims_and_hands_back_while_it_waits(world: World) -> None:
    with playing(world, f"brief{world.next()}", "sms") as play:
        play.say("I want to talk to a person", 30)
        piece = play.say("it is", 3_600)
        for event in ("claim", "hand-back"):
            happens(play, event)
        play.say("free shipping from what amount?", 0.5)
    assert outcome_of(play, piece)[0] == "person"


def test_pieces_of_one_thought_share_their_outcome(world: World) -> None:
    with playing(world, "pieces", "webchat") as play:
        pieces = [play.say(text, 0.5) for text in ("hm", "my teapot", "it did not")]
    [told] = [m for m in threads.whole(play.thread).messages if m.direction == "outgoing"]
    assert {piece.id for piece in pieces} == {told.id.partition("+")[2], *told.meta["to"]}
    assert play.head().pieces == ()


@pytest.mark.parametrize(("channel", "said"), [("webchat", [True, True]), ("sms", [True, False]), ("email", [False, False])])
def test_whoever_waits_has_an_outcome_of_each_note_and_where_messages_cost_a_word_a_day(
    world: World, channel: str, said: list[bool]
) -> None:
    """By mail the hand-over is the day's word: each further one would be answered by a robot."""
    with playing(world, f"notes-{channel}", channel) as play:
        play.say("I want to talk to a person")
        notes = [play.say("it is the blue one with the gold rim", 30), play.say("and its lid is a bit too large as well", 3_600)]
    assert [outcome_of(play, note)[0] for note in notes] == ["taken", "taken"]
    assert [outcome_of(play, note)[1] > 0 for note in notes] == said


@pytest.mark.parametrize(("channel", "silent"), [("webchat", False), ("sms", True), ("email", True)])
def test_where_a_message_costs_a_courtesy_is_answered_once_a_day(world: World, channel: str, silent: bool) -> None:
    with playing(world, f"chatter-{channel}", channel) as play:
        play.say("I want to talk to a person")
        first, second = play.say("thank you", 30), play.say("thanks a lot", 3_600)
        play.wait(play.clock.now + SECONDS)
        later = play.say("thank you so much", 90_000)
    assert outcome_of(play, first)[0] == "courtesy"
    assert (outcome_of(play, second)[0], outcome_of(play, second)[1] == 0) == ("courtesy", silent)
    assert outcome_of(play, later)[1] > 0, "a day later it is said again"


@pytest.mark.parametrize(
    ("spoken", "outcomes"),
    [
        (["person", "where is my parcel, A-10342?", "send me the code, please"], ["person", "action:order-status", "action:order-status"]),
        (
            ["where is parcel A-10342", "I want a human", "then send the code"],
            ["action:order-status", "person", "action:order-status"],
        ),
        (["轉人工", "訂單 A-10342 到哪裡了", "發驗證碼給我"], ["person", "action:order-status", "action:order-status"]),
        (["human please", "I would like to cancel order A-10342", "how long do I wait?"], ["person", "action:cancel", "status"]),
    ],
)
def test_actions_go_on_while_a_person_is_awaited(world: World, spoken: list[str], outcomes: list[str]) -> None:
    with playing(world, f"acts{world.next()}", "webchat") as play:
        said = [play.say(text, 30) for text in spoken]
    assert [outcome_of(play, message)[0] for message in said] == outcomes
    assert play.head().owner == "queue"


@pytest.mark.parametrize(
    ("spoken", "told"),
    [
        (["person", "please mail me at mia@customer.example", "how long will it take?"], "by e-mail"),
        (["人工", "请给我打电话 +49 151 23456789", "还要等多久"], "通过电话"),
        (["person", "this useless bot, will somebody answer me?"], "I am sorry about the trouble."),
        (["人工", "你哋次次都係已記錄"], "非常抱歉"),
        (["person", "did my message arrive?"], "with your request"),
        (["person", "are you a robot?"], "I am a program"),
    ],
)
def test_whoever_waits_is_answered_as_she_asks(world: World, spoken: list[str], told: str) -> None:
    with playing(world, f"waits{world.next()}", "webchat") as play:
        for text in spoken:
            play.say(text, 30)
    last = [m for m in threads.whole(play.thread).messages if m.direction == "outgoing"][-1]
    assert told in last.text
    assert '"person"' not in last.text


class TestOpenTurns:
    def test_a_turn_whose_pause_was_lost_is_given_to_the_bot_again(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        play = lost_pause(world, "resumed")
        resumed: list[tuple[str, str]] = []
        monkeypatch.setenv("BOT_FUNCTION", "bot")
        monkeypatch.setattr(open_turns.streams, "resume", lambda pk, sk, _function: resumed.append((pk, sk)) or True)
        assert open_turns.end(play.clock.now + 30_000) == {"resumed": 0, "rescued": 0, "unended": 0}
        assert open_turns.end(play.clock.now + 90_000)["resumed"] == 1
        assert resumed == [(keys.thread_pk(play.thread), keys.message_sk("m-resumed-0001"))]

    def test_one_that_the_bot_cannot_end_goes_to_a_person_and_she_is_told(self, world: World) -> None:
        play = lost_pause(world, "rescued")
        assert open_turns.end(play.clock.now + open_turns.LEFT_OPEN + 1)["rescued"] == 1
        c = play.head()
        assert (c.owner, c.urgency, c.pieces, c.turn) == ("queue", "urgent", (), "")
        [told] = [m for m in threads.whole(play.thread).messages if m.direction == "outgoing"]
        assert (told.text, told.meta["outcome"]) == ("I am sorry, I could not answer this. A colleague will.", "person")
        [(_, event)] = threads.whole(play.thread).events
        assert "the thing" in event.detail["summary"]
        assert open_turns.end(play.clock.now + open_turns.LEFT_OPEN + 2) == {"resumed": 0, "rescued": 0, "unended": 0}

    def test_an_answered_turn_has_no_place_in_the_index(self, world: World) -> None:
        with playing(world, "answered", "webchat") as play:
            play.say("the thing")
        assert list(work.walk(keys.all_open_work(), before=play.clock.now + 10**9)) == []

    def test_a_function_that_fails_leaves_it_for_the_next_time(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        play = lost_pause(world, "failing")

        def fails(*_: Any) -> bool:
            raise Unavailable("the function does not answer")

        monkeypatch.setenv("BOT_FUNCTION", "bot")
        monkeypatch.setattr(open_turns.streams, "resume", fails)
        assert open_turns.end(play.clock.now + 90_000)["unended"] == 1
        assert play.head().pieces == ("m-failing-0001",)


def lost_pause(world: World, name: str) -> Play:
    play = Play(name, world.clock, "webchat")
    world.play = play
    play.say("the thing")
    play.paused.clear()
    assert play.head().pieces
    return play


@pytest.mark.parametrize("owner", ["nobody", "bot", "queue"])
def test_whatever_fails_in_the_bot_the_customer_gets_a_person(world: World, monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    play = Play(f"fails-{owner}", world.clock, "webchat")
    world.play = play
    if owner != "nobody":
        play.say("How long does delivery take?")
        play.wait(play.clock.now + SECONDS)
    if owner == "queue":
        table.save(baton.escalated(play.head(), "x", HAND_OVER, play.clock.now))

    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(brain, "load", broken)
    with pytest.raises(ZeroDivisionError):
        play.say("Where is my order?")
    stored = table.message(play.thread, f"m-{play.name}-{play.count:04}")
    assert stored
    assert play.head().owner == "queue"
    assert outcome_of(play, stored)[0] == "person"
