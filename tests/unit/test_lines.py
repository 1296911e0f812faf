"""A long line: its shards, its count, its pages and its sweep tell the truth, at a cost that does not grow with it."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib import yaml_files
from chalicelib.aws import clients
from chalicelib.bot.answers import wording
from chalicelib.bot.answers.context import Context
from chalicelib.bot.messages import deciding
from chalicelib.bot.rules import rule_table
from chalicelib.business.opening_hours import HoursStatus
from chalicelib.conversations import baton, counted, keys, lines, model, table, work
from chalicelib.conversations.counted import Line
from chalicelib.desk import lists, pace, sweep, waiting_line, workspace
from chalicelib.errors import BadRequest
from chalicelib.governance import queue_names, roster
from chalicelib.governance.roster import Agent
from chalicelib.observability import now
from tests.unit.conftest import T0, Store, asked_of_the_table, incoming
from tests.unit.test_baton import HAND_OVER
from tests.unit.test_workspace import wait

BILLING = ("billing", "normal")
RULES = Path(rule_table.__file__).with_name("rules.yaml")


def many(count: int, since: int = T0, step: int = 10, urgency: str = "normal", name: str = "t") -> list[str]:
    """So many who wait, one each `step` ms; their threads, the longest first. Their heads alone: what is tested reads no more."""
    head = baton.escalated(baton.opened(incoming(), "c1"), "m", replace(HAND_OVER, urgency=model.queue_urgency(urgency)), since)
    threads = [f"{name}{n:05d}" for n in range(count)]
    heads = [replace(head, thread=thread, version=1, waiting_since=since + n * step) for n, thread in enumerate(threads)]
    for start in range(0, count, 25):
        puts = [{"PutRequest": {"Item": keys.conversation_item(c)}} for c in heads[start : start + 25]]
        clients.client("dynamodb").batch_write_item(RequestItems={"conversations": puts})
    return threads


def listed(agent: Agent, sort: lists.Sort = "oldest", limit: int = 50) -> list[list[str]]:
    """All pages of the queue."""
    pages, cursor = [], ""
    while True:
        page = lists.in_queue(agent, "billing", sort, limit, cursor)
        pages.append([c.thread for c in page["conversations"]])
        cursor = page["cursor"]
        if not cursor:
            return pages


def test_a_line_lies_in_four_partitions_and_what_was_written_before_is_still_seen(store: Store, ann: Agent) -> None:
    """Before, all of a line had one partition: it is the first of the four."""
    threads = many(40)
    items = {item["pk"]["S"]: item for item in store.items() if item["type"]["S"] == "head"}
    assert {item["work"]["S"] for item in items.values()} == {"queue#billing#normal", *(f"queue#billing#normal#{n}" for n in (1, 2, 3))}
    old = [thread for thread in threads if items[keys.thread_pk(thread)]["work"]["S"] != "queue#billing#normal"][:5]
    for thread in old:  # as the version before wrote it
        item = items[keys.thread_pk(thread)] | {"work": {"S": "queue#billing#normal"}}
        clients.client("dynamodb").put_item(TableName="conversations", Item=item)
    assert lines.line(*BILLING, at=T0) == Line(40, T0)
    assert [c.thread for c in work.waiting(*BILLING)] == threads
    assert [name for page in listed(ann, limit=7) for name in page] == threads
    claimed = [workspace.claim(roster.find(ann.id), now()) for _ in range(5)]
    assert {c.thread for c in claimed if c} <= set(threads[:16])
    assert len(work.waiting(*BILLING)) == 35


def test_a_short_line_is_counted_exactly_and_a_long_one_about(store: Store, ann: Agent) -> None:
    many(150)
    assert lines.line(*BILLING, at=T0) == Line(150, T0)
    many(200, since=T0 + 100_000, name="u")
    assert lines.line(*BILLING, at=T0) == Line(350, T0, exact=False)
    [shown] = [q for q in workspace.queues(ann, T0) if (q["queue"], q["urgency"]) == BILLING]
    assert (shown["waiting"], shown["exact"], shown["oldest_at"]) == (350, False, T0)


def test_a_long_line_is_counted_once_for_all_who_ask(store: Store) -> None:
    many(300)
    assert lines.line(*BILLING, at=T0).waiting == 300
    asked = asked_of_the_table()
    assert [lines.line(*BILLING, at=T0 + 1_000 + n).waiting for n in range(20)] == [300] * 20
    assert asked == ["GetItem"] * 20
    many(100, since=T0 + 100_000, name="u")
    assert lines.line(*BILLING, at=T0 + counted.FRESH).waiting == 400, "it is due"


def test_whoever_asks_while_another_counts_takes_what_is_known(store: Store) -> None:
    many(300)
    lines.line(*BILLING, at=T0)
    many(100, since=T0 + 100_000, name="u")
    later = T0 + 5_000
    assert lines._is_ours(*BILLING, at=later)
    assert lines.line(*BILLING, at=later) == Line(300, T0, exact=False)
    assert lines.line(*BILLING, at=later + lines.KEPT + 11_000).waiting == 400, "whoever counted never came back"


def test_a_line_that_became_short_is_exact_again(store: Store) -> None:
    threads = many(300)
    lines.line(*BILLING, at=T0)
    for thread in threads[:200]:
        clients.client("dynamodb").delete_item(TableName="conversations", Key=keys.key(keys.thread_pk(thread), keys.HEAD))
    assert lines.line(*BILLING, at=T0 + counted.FRESH) == Line(100, T0 + 2_000)


def test_a_call_for_the_counts_costs_as_much_with_three_thousand_as_with_three_hundred(store: Store, ann: Agent) -> None:
    many(300)
    workspace.queues(ann, T0)
    asked = asked_of_the_table()
    workspace.queues(ann, T0 + 1)
    few, asked[:] = len(asked), []
    many(700, since=T0 + 100_000, name="u")
    lines.count(*BILLING, at=T0 + 5_000)
    asked[:] = []
    workspace.queues(ann, T0 + 5_001)
    assert len(asked) == few == 1 + 7 * keys.LINE_SHARDS


@pytest.mark.parametrize("place", [0, 5, 50, 149])
def test_a_place_near_the_front_is_exact(store: Store, place: int) -> None:
    many(150)
    assert lines.line(*BILLING, at=T0, before=T0 + 10 * place or 1) == Line(place, T0 if place else 0)


def test_a_place_far_behind_comes_from_the_same_figure() -> None:
    since = [T0 + 10 * n for n in range(3_000)]
    figure = counted.figure(since, T0)
    assert figure.before() == Line(3_000, T0, exact=False)
    assert figure.before(T0 + 10**9).waiting == 3_000, "whoever came since"
    for place in (1, 300, 1_500, 2_999):
        assert abs(figure.before(since[place]).waiting - place) <= 3_000 / counted.MARKS
    assert len(figure.marks) <= counted.MARKS
    assert figure.due == T0 + 3_000


def test_nobody_is_before_the_first(store: Store) -> None:
    assert counted.figure([], T0).before() == Line(0, 0, exact=False)
    assert counted.figure([T0], T0).before(T0).waiting == 0


def test_what_the_customer_is_told_says_whether_it_was_counted(store: Store) -> None:
    assert deciding.load([Line(3, T0), Line(4, T0 - 1)], T0).exact
    told = deciding.load([Line(3, T0), Line(2_950, T0 - 60_000, exact=False)], T0)
    assert (told.waiting, told.exact, told.waited) == (2_953, False, 60_000)


@pytest.mark.parametrize(
    ("waiting", "counted_all", "language", "said"),
    [
        (7, True, "en", "7 customers are before you"),
        (187, True, "en", "187 customers are before you"),
        (2_953, False, "en", "About 3,000 customers are before you"),
        (2_953, False, "zh", "您前面还有 约3,000 位客户"),
        (12_345, False, "zh-Hant", "您前面還有 約12,000 位客戶"),
        (204, False, "en", "About 200 customers are before you"),
    ],
)
def test_her_place_is_told_in_words_that_are_so(waiting: int, counted_all: bool, language: str, said: str) -> None:
    context = Context("webchat", T0, waiting=waiting, counted=counted_all, waited=60_000)
    rules = rule_table.load(yaml_files.read(RULES), queue_names.known())
    assert wording.sentence(rules, "status_line", language, context, HoursStatus(True)).startswith(said)


@pytest.mark.parametrize(("limit", "sort"), [(1, "oldest"), (7, "newest"), (20, "oldest"), (50, "newest")])
def test_every_page_goes_on_where_the_one_before_ended(store: Store, ann: Agent, limit: int, sort: lists.Sort) -> None:
    count = 60 if limit > 1 else 9
    normal, urgent = many(count), many(count // 3, urgency="urgent", name="u")
    if sort == "newest":
        normal, urgent = normal[::-1], urgent[::-1]
    pages = listed(ann, sort, limit)
    assert [name for page in pages for name in page] == urgent + normal
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages[-1], "a cursor was given though that was all"


def test_those_of_one_moment_stand_on_some_page_each(store: Store, ann: Agent) -> None:
    threads = many(40, step=0)
    assert sorted(name for page in listed(ann, limit=7) for name in page) == threads


def test_who_leaves_between_two_pages_moves_nobody(store: Store, ann: Agent) -> None:
    threads = many(30)
    first = lists.in_queue(ann, "billing", "oldest", 10, "")
    for thread in (threads[3], threads[9], threads[15]):
        clients.client("dynamodb").delete_item(TableName="conversations", Key=keys.key(keys.thread_pk(thread), keys.HEAD))
    second = lists.in_queue(ann, "billing", "oldest", 50, first["cursor"])
    assert [c.thread for c in second["conversations"]] == [t for t in threads[10:] if t != threads[15]]


def test_what_an_agent_holds_has_pages_too(store: Store, ann: Agent) -> None:
    for n in range(5):
        table.save(baton.claimed(wait(f"w{n}", since=T0 + n), ann.id, T0))
    first = lists.mine(ann, "newest", 3, "")
    assert [c.thread for c in first["conversations"]] == ["w4", "w3", "w2"]
    assert [c.thread for c in lists.mine(ann, "newest", 3, first["cursor"])["conversations"]] == ["w1", "w0"]


@pytest.mark.parametrize(
    "cursor", ["x", "€", "e30", "W10", "WyJvbGRlc3QiLDksW251bGxdXQ", "WyJvbGRlc3QiLDAsW251bGwsbnVsbCxbMSwiIl0sbnVsbF1d"]
)
def test_a_cursor_that_is_none_is_refused(store: Store, ann: Agent, cursor: str) -> None:
    with pytest.raises(BadRequest, match="cursor"):
        lists.in_queue(ann, "billing", "oldest", 50, cursor)


def test_a_cursor_belongs_to_its_list_and_its_order(store: Store, ann: Agent) -> None:
    many(5)
    cursor = lists.in_queue(ann, "billing", "oldest", 2, "")["cursor"]
    for ask in (lambda: lists.in_queue(ann, "billing", "newest", 2, cursor), lambda: lists.mine(ann, "oldest", 2, cursor)):
        with pytest.raises(BadRequest, match="cursor"):
            ask()


def test_of_a_long_line_the_first_is_claimed_within_a_minute(store: Store, ann: Agent) -> None:
    """SQS hands out any ten tickets; here it knows the younger half alone."""
    roster.change(ann.id, {"max_open": 100})
    many(60, step=10_000)
    for c in work.waiting(*BILLING)[30:]:
        waiting_line.enqueue(c)
    left = [T0 + 10_000 * n for n in range(60)]
    for _ in range(12):
        c = workspace.claim(roster.find(ann.id), now())
        assert c
        assert c.waiting_since <= left[0] + waiting_line.TOLERANCE, "somebody else came clearly earlier"
        left.remove(c.waiting_since)
    assert len(work.waiting(*BILLING)) == 48
    found = clients.client("sqs").get_queue_attributes(
        QueueUrl=store.queues["billing.normal"], AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    assert found["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "0", "tickets of those who came later are free at once"


def test_agents_who_come_by_the_index_do_not_all_try_the_same(store: Store) -> None:
    many(60, step=100)
    waiting = work.longest([BILLING], 8)
    first = {waiting_line.in_order([], waiting, random.Random(n).shuffle)[0][0].conversation for n in range(40)}
    assert len(first) == 8
    tries = waiting_line.in_order([], waiting, random.Random(1).shuffle)[0]
    assert {t.conversation for t in tries[:8]} == {c.id for c in waiting[:8]}, "but they stay with those who waited longest"


def swept(monkeypatch: pytest.MonkeyPatch, entries: int) -> dict[str, int]:
    """One sweep whose time is over after so many entries of walks."""
    left = [entries]

    def is_over(_: Any) -> bool:
        return left[0] < 0

    def entries_of(its: pace.Pace, works: Any, before: int = 0) -> Any:
        for entry in whole(its, works, before):
            left[0] -= 1
            if left[0] < 0:
                return
            yield entry

    whole = pace.Pace.entries
    with monkeypatch.context() as patch:
        patch.setattr(pace.Pace, "entries", entries_of)
        patch.setattr(pace.Pace, "is_over", property(is_over))
        return sweep.sweep()


def test_the_sweep_counts_all_and_goes_on_where_it_stopped(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    many(130, since=now() - 10**8)
    wait("later", "technical", since=now() - 10**8, ticket=False)
    first = swept(monkeypatch, 50)
    assert (first["waiting"], first["requeued"]) == (131, 50)
    assert first["unseen"] > 1
    second = swept(monkeypatch, 50)
    third = swept(monkeypatch, 50)
    assert (second["requeued"], third["requeued"], "unseen" in third) == (50, 31, False)
    assert waiting_line.depth(*BILLING) == 130
    assert waiting_line.depth("technical", "normal") == 1
    assert sweep.sweep()["requeued"] == 0


def test_the_sweep_sees_the_open_turns_behind_those_that_cannot_be_ended(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    head = baton.opened(incoming(), "c1")
    for n in range(130):
        c = replace(head, thread=f"o{n:03d}", version=1, pieces=("gone",), last_at=T0 + n)
        clients.client("dynamodb").put_item(TableName="conversations", Item=keys.conversation_item(c))
    monkeypatch.setenv("BOT_FUNCTION", "bot")
    asked: list[str] = []
    monkeypatch.setattr("chalicelib.aws.streams.resume", lambda pk, *_: bool(asked.append(pk)))
    assert sweep.sweep()["unended"] == 130
    assert len(set(asked)) == 130
