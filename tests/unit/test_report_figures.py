"""The figures of a day, by cases small enough to count by hand, and sums that must hold for any day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.conversations import baton, registry
from chalicelib.conversations.model import Answer, Conversation, Escalation
from chalicelib.insight import figures, periods
from chalicelib.insight.figures import Count, Report, Times
from tests.unit.conftest import incoming

ZONE = "Europe/Berlin"
DAY = periods.day_period("2026-11-20", ZONE)
NEXT = periods.day_period("2026-11-21", ZONE)
MINUTE, HOUR = 60_000, 3_600_000
IDLE = 24 * HOUR
LATER = DAY.end + 3 * IDLE


def at(hour: float) -> int:
    return DAY.start + int(hour * HOUR)


def asked(hour: float, thread: str = "w1", **changes: Any) -> Conversation:
    message = incoming(thread=thread, at=at(hour), **changes)
    return baton.received(baton.opened(message, "c1"), message)


def answered(hour: float, thread: str = "w1", **changes: Any) -> Conversation:
    return baton.answered(asked(hour, thread, **changes), incoming(), Answer("text", "a1"), at(hour) + 1_000)


def escalated(hour: float, thread: str = "w1", queue: str = "billing", reason: str = "not sure", **changes: Any) -> Conversation:
    passed = Escalation("rule", reason, queue, "normal", "summary")
    return baton.escalated(asked(hour, thread, **changes), "m-0000001", passed, at(hour))


def report(*heads: Conversation, now: int = LATER) -> Report:
    return figures.figures(heads, DAY, now, IDLE)


def test_a_day_on_which_nothing_happened_has_no_figures_and_says_so() -> None:
    empty = report()
    assert empty.volume.opened == 0
    assert len(empty.volume.hours) == 24
    assert empty.first_reply[0] == empty.waiting[0] == Times("all", 0, None, None)
    assert empty.bottlenecks == []
    assert (empty.bot.opened, empty.bot.alone) == (0, 0)


def test_volume_by_channel_and_hour() -> None:
    made = report(asked(9.5), asked(9.9, channel="sms"), asked(23.99, channel="email"), asked(24, "next day"), asked(-0.01, "day before"))
    assert made.volume.opened == 3
    assert made.volume.by_channel == {"email": 1, "sms": 1, "webchat": 1}
    assert {h.hour: h.opened for h in made.volume.hours if sum(h.opened.values())} == {
        "09:00": {"email": 0, "sms": 1, "webchat": 1},
        "23:00": {"email": 1, "sms": 0, "webchat": 0},
    }


def test_incoming_messages_are_those_of_the_conversations_opened() -> None:
    twice = baton.received(asked(10, channel="sms"), incoming(id="m-0000002", at=at(11)))
    assert report(twice, asked(12)).volume.messages == {"email": 0, "sms": 2, "webchat": 1}


def test_the_bot_alone_answers_what_never_went_to_a_person() -> None:
    handed = baton.escalated(answered(10), "m2", Escalation("r", "upset", "general", "urgent", "s"), at(10.5))
    made = report(answered(8), answered(9, "w2"), replace(handed, thread="w3"), escalated(11, "w4"))
    assert (made.bot.opened, made.bot.answered, made.bot.alone) == (4, 3, 2)


def test_what_goes_to_a_person_on_the_next_day_was_the_bots_alone_on_this_one() -> None:
    handed = baton.escalated(answered(23), "m2", Escalation("r", "upset", "general", "urgent", "s"), at(25))
    assert report(handed).bot.alone == 1


def test_a_conversation_handed_back_to_the_bot_was_not_answered_by_it_alone() -> None:
    back = baton.handed_back(baton.claimed(escalated(9), "ann", at(9.1)), "ann", at(9.2))
    assert report(baton.answered(back, incoming(), Answer("text", "a1"), at(9.3))).bot.alone == 0


def test_escalations_by_reason_and_queue_the_most_frequent_first() -> None:
    made = report(escalated(9), escalated(10, "w2", "orders"), escalated(11, "w3", "orders", "upset"), escalated(25, "tomorrow"))
    assert made.escalations.total == 3
    assert made.escalations.by_reason == [Count("not sure", 2), Count("upset", 1)]
    assert made.escalations.by_queue == [Count("orders", 2), Count("billing", 1)]


def test_first_replies_by_channel_and_by_whom() -> None:
    by_ann = baton.replied(baton.claimed(escalated(9, "w2", channel="email"), "ann", at(9.5)), "ann", "r1", at(10))
    rows = {row.of: row for row in report(answered(8), by_ann).first_reply}
    assert rows["all"] == Times("all", 2, (1_000 + HOUR) // 2, HOUR)
    assert rows["webchat"] == Times("webchat", 1, 1_000, 1_000)
    assert rows["email"] == Times("email", 1, HOUR, HOUR)
    assert rows["sms"] == Times("sms", 0, None, None)
    assert rows["bot"].n == rows["agent"].n == 1


def test_a_reply_after_midnight_counts_on_the_day_on_which_it_was_given_with_its_full_time() -> None:
    late = baton.replied(baton.claimed(escalated(23), "ann", at(32)), "ann", "r1", at(33))
    assert report(late).first_reply[0].n == report(late).waiting[0].n == 0
    next_day = figures.figures([late], NEXT, LATER, IDLE)
    assert next_day.first_reply[0] == Times("all", 1, 10 * HOUR, 10 * HOUR)
    assert next_day.waiting == [Times("all", 1, 9 * HOUR, 9 * HOUR), Times("billing", 1, 9 * HOUR, 9 * HOUR)]


def test_resolved_by_an_agent_or_assumed_after_a_long_silence() -> None:
    done = baton.resolved(baton.claimed(escalated(9), "ann", at(9.5)), "ann", at(10))
    silent = answered(-20, "w2")  # 24 h later, at 04:00 of this day, it counts as over
    assert (report(done, silent).resolved.by_agent, report(done, silent).resolved.assumed) == (1, 1)
    assert report(done, silent, now=at(3)).resolved.assumed == 0


@pytest.mark.parametrize(
    ("durations", "median", "p90"),
    [
        ([], None, None),
        ([7], 7, 7),
        ([1, 2], 1, 2),
        ([5, 1, 3], 3, 5),
        (list(range(1, 11)), 5, 9),
        (list(range(1, 12)), 6, 10),
        ([-5, 10], 5, 10),  # clocks differ; nobody was answered before asking
    ],
)
def test_median_and_nine_of_ten(durations: list[int], median: int | None, p90: int | None) -> None:
    assert figures.times("x", durations) == Times("x", len(durations), median, p90)


def test_the_bottleneck_is_the_queue_and_hour_in_which_customers_waited_longest_together() -> None:
    first = baton.claimed(escalated(9.5, "w1"), "ann", at(11.25))  # 30 min in hour 9, 60 in 10, 15 in 11
    second = baton.claimed(escalated(10.5, "w2"), "ann", at(10.75))  # 15 min in hour 10
    other = baton.claimed(escalated(10, "w3", "orders"), "bea", at(10.1))  # 6 min
    found = report(first, second, other).bottlenecks
    assert [(b.queue, b.hour, b.waited // MINUTE, b.conversations) for b in found] == [
        ("billing", "10:00", 75, ["w1.1", "w2.1"]),
        ("billing", "09:00", 30, ["w1.1"]),
        ("billing", "11:00", 15, ["w1.1"]),
        ("orders", "10:00", 6, ["w3.1"]),
    ]


def test_who_still_waits_has_waited_until_now_or_the_end_of_the_day() -> None:
    assert sum(b.waited for b in report(escalated(22)).bottlenecks) == 2 * HOUR
    assert sum(b.waited for b in report(escalated(22), now=at(22.5)).bottlenecks) == HOUR // 2


def test_who_waited_since_the_day_before_is_stuck_today() -> None:
    assert sum(b.waited for b in report(baton.claimed(escalated(-2), "ann", at(1))).bottlenecks) == HOUR


def test_time_in_the_hands_of_a_colleague_is_no_waiting_in_the_queue() -> None:
    passed = baton.passed(baton.claimed(escalated(9), "ann", at(9.25)), "ann", "bea", at(12))
    assert sum(b.waited for b in report(passed).bottlenecks) == HOUR // 4


def test_open_work() -> None:
    held = baton.received(baton.claimed(escalated(9, "w3"), "ann", at(9.1)), incoming())
    quiet = baton.replied(baton.claimed(escalated(9, "w4"), "ann", at(9.1)), "ann", "r1", at(9.5))
    work = figures.open_work([("billing", "normal", [escalated(9), escalated(11, "w2")]), ("orders", "urgent", [])], [held, quiet], at(12))
    billing, orders = work.waiting
    assert (billing.n, billing.median, billing.oldest) == (2, 2 * HOUR, 3 * HOUR)
    assert (orders.n, orders.median, orders.oldest) == (0, None, None)
    assert (work.held, work.unanswered, work.oldest_unanswered) == (2, 1, 3 * HOUR)


@st.composite
def lives(draw: st.DrawFn) -> Conversation:
    """Any life of a conversation that the model allows, within three days."""
    now = draw(st.integers(at(-30), at(40)))

    def later() -> int:
        nonlocal now
        now += draw(st.integers(1, 10 * HOUR))
        return now

    message = incoming(thread=f"w{draw(st.integers(0, 10**9))}", at=now, channel=draw(st.sampled_from(registry.names())))
    c = baton.received(baton.opened(message, "c1"), message)
    if draw(st.booleans()):
        c = baton.answered(c, message, Answer("text", "a1"), later())
    if draw(st.booleans()):
        c = baton.escalated(
            c, "m", Escalation("r", draw(st.sampled_from(["a", "b"])), draw(st.sampled_from(["x", "y"])), "normal", "s"), later()
        )
        for step in draw(st.lists(st.sampled_from(["reply", "transfer", "pass", "back"]), max_size=3)):
            if c.owner == "queue":
                c = baton.claimed(c, "ann", later())
            if step == "reply":
                c = baton.replied(c, "ann", "r", later())
            elif step == "transfer":
                c = baton.transferred(c, "ann", "y", "normal", later())
            elif step == "back" and c.owner == "agent":
                c = baton.handed_back(c, "ann", later())
                break
    if c.owner == "agent" and draw(st.booleans()):
        c = baton.resolved(c, c.agent, later())
    return c


def six_days() -> list[periods.Period]:
    """All that `lives` can reach up to the assumed ends."""
    return [*periods.before(DAY, 2), DAY, NEXT, periods.day_period("2026-11-22", ZONE), periods.day_period("2026-11-23", ZONE)]


@settings(max_examples=80, deadline=None)
@given(st.lists(lives(), max_size=12))
def test_sums_of_hours_are_the_day_and_parts_are_the_whole(heads: list[Conversation]) -> None:
    for day in six_days():
        made = figures.figures(heads, day, LATER, IDLE)
        assert sum(sum(h.opened.values()) for h in made.volume.hours) == made.volume.opened == sum(made.volume.by_channel.values())
        assert sum(c.n for c in made.escalations.by_reason) == sum(c.n for c in made.escalations.by_queue) == made.escalations.total
        assert made.first_reply[0].n == sum(t.n for t in made.first_reply[1:4]) == sum(t.n for t in made.first_reply[4:])
        assert made.waiting[0].n == sum(t.n for t in made.waiting[1:])
        assert 0 <= made.bot.alone <= made.bot.answered <= made.bot.opened == made.volume.opened


@settings(max_examples=80, deadline=None)
@given(st.lists(lives(), max_size=12))
def test_every_event_counts_on_exactly_one_day(heads: list[Conversation]) -> None:
    made = [figures.figures(heads, day, LATER, IDLE) for day in six_days()]
    span = periods.Period("all", ZONE, six_days()[0].start, six_days()[-1].end)
    assert sum(r.volume.opened for r in made) == sum(c.opened_at in span for c in heads)
    assert sum(r.escalations.total for r in made) == sum(c.escalated_at in span for c in heads)
    assert sum(r.first_reply[0].n for r in made) == sum(c.first_reply_at in span for c in heads)
    assert sum(r.resolved.by_agent for r in made) == sum(c.resolved_at in span for c in heads)


@settings(max_examples=80, deadline=None)
@given(st.lists(lives(), max_size=8), st.randoms())
def test_the_order_of_conversations_and_those_that_did_not_move_change_nothing(heads: list[Conversation], chance: Any) -> None:
    heads = list({c.id: c for c in heads}.values())
    shuffled = chance.sample(heads, len(heads))
    moved = [c for c in shuffled if figures.moved(c, DAY, IDLE, LATER)]
    assert figures.figures(moved, DAY, LATER, IDLE) == figures.figures(heads, DAY, LATER, IDLE)


@settings(max_examples=80, deadline=None)
@given(lives(), st.integers(0, 60 * HOUR))
def test_what_happens_after_the_day_does_not_change_its_report(c: Conversation, delay: int) -> None:
    """Made on time or days later; of a conversation that came into queues twice the head forgets where the first stay ended."""
    if c.owner == "queue" and c.waiting_since == c.escalated_at:
        later = baton.claimed(c, "ann", max(c.waiting_since, DAY.end) + delay)
        later = baton.resolved(baton.replied(later, "ann", "r", later.claimed_at + 1), "ann", later.claimed_at + 2)
        assert report(later) == report(c)
