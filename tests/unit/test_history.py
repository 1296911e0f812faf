"""A thread is read a page at a time, in the order of time, and no message falls between two pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.aws import clients, dynamodb
from chalicelib.conversations import baton, history, ids, keys, story, table
from chalicelib.conversations.history import OVERLAP, Span
from chalicelib.conversations.model import Message, answering
from chalicelib.errors import BadRequest
from tests import threads
from tests.unit.conftest import T0, Store, asked_of_the_table, incoming

THREAD = "w1"


def answer(to: Message, after: int) -> Message:
    said = {"direction": "outgoing", "by": "bot", "state": "pending", "text": "An answer", "meta": answering(to)}
    return replace(to, id=ids.answer(to.id), at=to.at + after, **said)


def reply(n: int, at: int) -> Message:
    return replace(incoming(f"Reply {n}", id=ids.reply(f"client-{n:04d}"), at=at), direction="outgoing", by="ann", state="pending")


# (how long after the message before, who wrote, how long the bot took): moments may be the same, and answers late.
SAID = st.lists(
    st.tuples(st.sampled_from([0, 1, 900, 70_000]), st.sampled_from(["asked", "answered", "replied"]), st.sampled_from([1, 2_000, 30_001])),
    max_size=12,
)


def told(said: list[tuple[int, str, int]], thread: str) -> list[Message]:
    """In the order of time."""
    at, made = T0, []
    for n, (pause, who, took) in enumerate(said):
        at += pause
        message = incoming(f"Question {n}", id=f"m-{n:07d}", at=at)
        made += [reply(n, at)] if who == "replied" else [message, answer(message, took)] if who == "answered" else [message]
    return sorted((replace(m, thread=thread) for m in made), key=lambda m: (m.at, m.id))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=SAID, limit=st.integers(1, 9), cursor=st.integers(0, 15))
def test_pages_hold_every_message_and_a_cursor_misses_none(store: Store, said: list[Any], limit: int, cursor: int) -> None:
    """A late answer stands with its question and in its own place: readers drop by id."""
    thread = f"w{uuid4().hex}"
    messages = told(said, thread)
    for m in messages:
        table.record(m)
    pages = [history.latest(thread, limit=limit)]
    while pages[-1].older:
        pages.append(history.latest(thread, limit=limit, before=pages[-1].older))
    assert sorted({m.id: m for page in pages for m in page.messages}.values(), key=lambda m: (m.at, m.id)) == messages
    assert len(pages) <= max(1, len(messages))
    for page in pages:
        assert list(page.messages) == sorted(page.messages, key=lambda m: (m.at, m.id))
    seen = messages[min(cursor, len(messages) - 1)].at if messages else T0
    assert [m for part in history.newer(thread, seen) for m in part] == [m for m in messages if m.at > seen - OVERLAP]


def test_the_bots_answer_costs_no_place_in_the_index(store: Store) -> None:
    asked = incoming()
    late = replace(incoming(), id="m-0000002", at=T0 + 10)
    for m in (asked, answer(asked, 900), late, answer(late, keys.BESIDE + 1), reply(1, T0 + 20)):
        table.record(m)
    index = {"TableName": "conversations", "IndexName": "by_time"}
    placed = {item["sk"]["S"] for item in clients.client("dynamodb").scan(**index)["Items"]}
    assert placed == {f"M#{name}" for name in (asked.id, late.id, ids.answer(late.id), ids.reply("client-0001"))}


def test_what_was_stored_before_the_index_is_read_in_the_same_order(store: Store) -> None:
    """Older answers, events and marks of reading have a time in the index; they are told once, or not at all."""
    asked = incoming()
    old = answer(asked, 900)
    item = keys.message_item(old)
    for values in (
        {**{k: v for k, v in item.items() if k != keys.UNORDERED}, "at": item[keys.UNORDERED]},
        {**keys.key("T#w1", keys.READ), **dynamodb.encode({"type": "read", "at": T0 + 901})},
        {
            **keys.key("T#w1", "E#1.000002"),
            **dynamodb.encode({"type": "event", "kind": "claimed", "at": T0 + 950, "by": "ann", "detail": "{}"}),
        },
    ):
        clients.client("dynamodb").put_item(TableName="conversations", Item=values)
    table.record(asked)
    c = table.save(baton.opened(asked, "c1"))
    assert history.latest(THREAD).messages == (asked, old)
    assert (story.place(c).read_at, [e.kind for e in story.events(c)]) == (T0 + 901, ["claimed"])
    assert threads.whole(THREAD).messages == (asked, old)


def test_a_conversation_is_its_stretch_of_the_thread(store: Store) -> None:
    first = table.save(baton.expired(table.save(baton.opened(incoming(), "c1")), 0))
    early = incoming("A little earlier", id="m-0000000", at=T0 - 5)
    later = incoming("Another thing", id="m-0000009", at=T0 + 10**9)
    for m in (incoming(), answer(incoming(), 900), early, later):
        table.record(m)
    second = table.save(baton.reopened(first, later), past=first)
    assert [m.id for m in story.messages(first)] == ["m-0000000", "m-0000001", "a+m-0000001"]
    assert [m.id for m in story.messages(first, until=T0)] == ["m-0000000", "m-0000001", "a+m-0000001"]
    assert [m.id for m in story.messages(second)] == ["m-0000009"]
    assert story.place(first).span == Span(0, later.at)


@pytest.mark.parametrize("strange", ["x", "1", "1.", ".m", "-1.m", "9" * 16 + ".m", "1." + "m" * 1_001, "１.m"])
def test_what_is_no_cursor_is_refused(store: Store, strange: str) -> None:
    with pytest.raises(BadRequest, match="before must be"):
        history.latest(THREAD, before=strange)


def test_an_index_that_is_behind_is_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its entry comes with the third look; what was changed long ago is not waited for."""
    asked = incoming()
    c = table.save(baton.received(baton.opened(asked, "c1"), asked))
    looks = asked_of_the_table()
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 2:
            table.record(asked)

    monkeypatch.setattr(history.time, "sleep", pause)
    history.settle(c, asked.at + 500)
    assert paused == [0.0, 0.05]
    assert looks.count("Query") == 3
    history.settle(replace(c, recent=("seen:000000000000",)), asked.at + history.YOUNG + 1)
    assert len(paused) == 2
