"""The baton changes hands only in these ways."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.conversations import baton, memory, model
from chalicelib.conversations.model import Answer, Conversation, Escalation
from chalicelib.errors import BadRequest, NotOwner
from tests.unit.conftest import T0, incoming

HAND_OVER = Escalation("asked-for-person", "asked for a person", "billing", "normal", "wants a person")


def waiting() -> Conversation:
    return baton.escalated(baton.opened(incoming(), "c1"), "m-0000001", HAND_OVER, T0 + 10)


def held() -> Conversation:
    return baton.claimed(waiting(), "ann", T0 + 110)


def test_a_conversation_opens_in_the_hands_of_the_bot() -> None:
    c = baton.opened(incoming("a" * 500), "c1")
    assert (c.owner, c.opened_at, c.subject, c.number) == ("bot", T0, "a" * 80, 1)
    assert c.id == "w1.1"


def test_an_answer_counts_as_the_first_reply_and_forgets_the_misses() -> None:
    c = replace(baton.opened(incoming(), "c1"), misses=1)
    answered = baton.answered(c, incoming(), Answer("It is on its way.", "track"), T0 + 900)
    assert (answered.first_reply_at, answered.first_reply_by, answered.misses, answered.bot_answers) == (T0 + 900, "bot", 0, 1)


@pytest.mark.parametrize("c", [waiting(), held()])
def test_the_bot_cannot_answer_what_it_does_not_hold(c: Conversation) -> None:
    with pytest.raises(NotOwner):
        baton.answered(c, incoming(), Answer("late", "a"), T0 + 500)
    with pytest.raises(NotOwner):
        baton.escalated(c, "m-0000001", HAND_OVER, T0 + 500)


def test_only_what_waits_can_be_claimed_and_the_wait_is_counted() -> None:
    assert held().waited == 100
    with pytest.raises(NotOwner, match="ann"):
        baton.claimed(held(), "bea", T0 + 120)
    with pytest.raises(NotOwner, match="bot"):
        baton.claimed(baton.opened(incoming(), "c1"), "bea", T0)


def test_only_the_agent_who_holds_it_may_act() -> None:
    for act in (
        lambda: baton.replied(held(), "bea", "r1", T0),
        lambda: baton.transferred(held(), "bea", "orders", "normal", T0),
        lambda: baton.resolved(held(), "bea", T0),
        lambda: baton.handed_back(held(), "bea", T0),
        lambda: baton.passed(held(), "bea", "ann", T0),
    ):
        with pytest.raises(NotOwner):
            act()


def test_a_transfer_keeps_the_age_so_that_nobody_waits_twice() -> None:
    moved = baton.transferred(held(), "ann", "orders", "urgent", T0 + 999)
    assert (moved.owner, moved.queue, moved.urgency, moved.agent, moved.waiting_since) == ("queue", "orders", "urgent", "", T0 + 10)


def test_a_conversation_whose_agent_is_gone_goes_to_the_front() -> None:
    back = baton.returned(held(), T0 + 9_999)
    assert (back.owner, back.queue, back.urgency, back.waiting_since) == ("queue", "billing", "urgent", T0 + 10)


def test_hand_back_forgets_that_it_was_handed_over() -> None:
    back = baton.handed_back(replace(held(), misses=2), "ann", T0 + 500)
    assert (back.owner, back.misses, back.queue, back.agent, back.waiting_since) == ("bot", 0, "", "", 0)
    assert baton.answered(back, incoming(), Answer("again", "a"), T0 + 600).bot_answers == 1


def test_the_waiting_clock_runs_from_the_first_unanswered_message() -> None:
    c = baton.replied(held(), "ann", "r1", T0 + 200)
    assert c.waiting_since == 0
    c = baton.received(c, incoming(id="m-0000002", at=T0 + 300))
    c = baton.received(c, incoming(id="m-0000003", at=T0 + 400))
    assert c.waiting_since == T0 + 300


def test_nobody_owes_a_robot_an_answer() -> None:
    c = baton.replied(held(), "ann", "r1", T0 + 200)
    after = baton.noticed(c, incoming(id="m-0000002", by="robot", at=T0 + 900))
    assert (after.waiting_since, after.incoming, after.last_at) == (0, c.incoming, c.last_at)
    assert memory.outcome(after.recent, "m-0000002") == "seen"


@pytest.mark.parametrize(("silence", "over"), [(999, False), (1_000, False), (1_001, True)])
def test_a_bot_conversation_is_over_after_the_idle_time(silence: int, over: bool) -> None:
    c = baton.received(baton.opened(incoming(), "c1"), incoming())
    assert baton.is_over(c, T0 + silence, idle=1_000) is over
    assert baton.is_over(waiting(), T0 + 10**12, idle=1_000) is False


def test_expired_says_when_and_that_it_is_assumed() -> None:
    c = baton.expired(baton.received(baton.opened(incoming(), "c1"), incoming()), 1_000)
    assert (c.owner, c.resolved_at, c.resolved_by) == ("none", T0 + 1_000, "assumed")


@given(st.lists(st.text(min_size=1, max_size=40), max_size=30, unique=True))
def test_the_head_remembers_the_newest_decisions_and_never_grows(ids: list[str]) -> None:
    c = baton.opened(incoming(), "c1")
    for message_id in ids:
        c = baton.received(c, incoming(id=message_id))
    assert len(c.recent) == min(len(ids), memory.REMEMBERED)
    assert all(memory.outcome(c.recent, message_id) == "seen" for message_id in ids[-memory.REMEMBERED :])


def test_an_unknown_urgency_is_refused_in_words() -> None:
    with pytest.raises(BadRequest, match="urgent, normal"):
        model.queue_urgency("very")


class Baton(RuleBasedStateMachine):
    """Whatever anybody tries, in any order: exactly one holder, and the clocks agree with it."""

    def __init__(self) -> None:
        super().__init__()
        self.at = T0
        self.c = baton.opened(incoming(), "c1")

    def attempt(self, act: object) -> None:
        self.at += 1_000
        try:
            self.c = act()  # type: ignore[operator]
        except NotOwner:
            return

    @rule()
    def write(self) -> None:
        self.attempt(lambda: baton.received(self.c, incoming(id=f"m{self.at}", at=self.at)))

    @rule()
    def answer(self) -> None:
        self.attempt(lambda: baton.answered(self.c, incoming(), Answer("a", "a"), self.at))

    @rule(queue=st.sampled_from(["billing", "orders"]))
    def hand_over(self, queue: str) -> None:
        self.attempt(lambda: baton.escalated(self.c, "m", replace(HAND_OVER, queue=queue), self.at))

    @rule(agent=st.sampled_from(["ann", "bea"]))
    def claim(self, agent: str) -> None:
        self.attempt(lambda: baton.claimed(self.c, agent, self.at))

    @rule(agent=st.sampled_from(["ann", "bea"]))
    def reply(self, agent: str) -> None:
        self.attempt(lambda: baton.replied(self.c, agent, f"r{self.at}", self.at))

    @rule(agent=st.sampled_from(["ann", "bea"]), to=st.sampled_from(["orders", "billing"]))
    def transfer(self, agent: str, to: str) -> None:
        self.attempt(lambda: baton.transferred(self.c, agent, to, "normal", self.at))

    @rule(agent=st.sampled_from(["ann", "bea"]))
    def hand_back(self, agent: str) -> None:
        self.attempt(lambda: baton.handed_back(self.c, agent, self.at))

    @rule()
    def agent_vanishes(self) -> None:
        self.attempt(lambda: baton.returned(self.c, self.at))

    @invariant()
    def one_holder(self) -> None:
        assert (self.c.owner == "agent") == bool(self.c.agent)
        assert self.c.owner != "queue" or (self.c.queue and self.c.waiting_since)
        assert self.c.owner != "bot" or not (self.c.queue or self.c.waiting_since)
        assert self.c.waited >= 0


TestBaton = Baton.TestCase
