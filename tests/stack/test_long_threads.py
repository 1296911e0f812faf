"""A thread that has lived for years opens as one of yesterday: by the same calls, each of which reads as much.

Time is not measured: the local AWS sorts a whole partition for each query, DynamoDB reads where the page begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.conversations import baton, history, ids, keys, table
from chalicelib.conversations.model import Message, answering
from chalicelib.desk import workspace
from chalicelib.observability import now
from tests.stack.test_units import counted
from tests.unit.conftest import incoming

SHORT, LONG = 20, 20_000  # messages
WITHIN = 1.5  # times as many units


@dataclass(frozen=True, slots=True)
class Opened:
    """`units`: those of the queries, and one for each key that is asked for, be it there or not, as DynamoDB bills consistent reads."""

    units: float
    calls: Counter[str]
    shown: list[str]


def said(thread: str, count: int, end: int) -> list[Message]:
    """Questions and the bot's answers in turn, one a minute; the last just now."""
    made: list[Message] = []
    for n in range(count // 2):
        asked = incoming(f"Question {n}: how long does shipping take?", thread=thread, id=f"m-{n:07d}", at=end - (count // 2 - n) * 60_000)
        told = replace(
            asked, id=ids.answer(asked.id), direction="outgoing", by="bot", state="sent", at=asked.at + 900, meta=answering(asked)
        )
        made += [asked, replace(told, text="Two to five working days.")]
    return made


def seed(thread: str, count: int, end: int) -> str:
    """Written as the system writes it, many at once; the conversation's id."""
    messages = said(thread, count, end)
    database, name = clients.client("dynamodb"), settings.env("TABLE")
    for start in range(0, count, 25):
        items = [{"PutRequest": {"Item": keys.message_item(m)}} for m in messages[start : start + 25]]
        database.batch_write_item(RequestItems={name: items})
    return table.save(baton.opened(messages[0], "c1")).id


def opened(conversation: str, monkeypatch: pytest.MonkeyPatch) -> Opened:
    asked: list[Any] = []
    whole = dynamodb.whole

    def count(what: str, table: str, wanted: Sequence[Any], consistent: bool = False) -> Iterator[Any]:
        asked.extend(wanted)
        return whole(what, table, wanted, consistent)

    with monkeypatch.context() as counting, counted() as units:
        counting.setattr(dynamodb, "whole", count)
        told = workspace.read(conversation, 0, "", now())
    return Opened(units.read + len(asked), units.calls, [m["id"] for m in told["messages"]])


@pytest.mark.stack
@pytest.mark.usefixtures("quiet_table")
@pytest.mark.parametrize("count", [2_000, pytest.param(LONG, marks=pytest.mark.slow)])
def test_a_long_thread_opens_as_a_short_one(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    end = now() - 3600_000
    short, long = (opened(seed(thread, messages, end), monkeypatch) for thread, messages in (("wshort", SHORT), ("wlong", count)))
    assert len(short.shown) == SHORT
    assert len(long.shown) == history.PAGE
    assert long.shown[-2:] == [f"m-{count // 2 - 1:07d}", f"a+m-{count // 2 - 1:07d}"]
    assert long.units <= WITHIN * short.units, (long.units, short.units)
    assert long.calls == short.calls


@pytest.mark.stack
@pytest.mark.usefixtures("quiet_table")
def test_what_is_new_and_what_was_before_cost_what_they_show() -> None:
    """Whatever lies behind them: the last minute's exchange, and a page in the middle."""
    end = now() - 3600_000
    seed("wlong", 2_000, end)
    with counted() as units:
        new = [m for part in history.newer("wlong", end - 61_000) for m in part]
    assert [m.id for m in new] == ["m-0000998", "a+m-0000998", "m-0000999", "a+m-0000999"]
    assert units.read <= 12, units
    middle = f"{end - 500 * 60_000}.m-0000500"
    with counted() as units:
        page = history.latest("wlong", before=middle)
    assert [m.id for m in page.messages if m.direction == "incoming"] == [f"m-{n:07d}" for n in range(485, 500)]
    assert units.read <= 60, units
