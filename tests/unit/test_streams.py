"""The stream: passing faults come again, poison is put aside, neighbours go on; the sweep finds what was lost."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from chalicelib.aws import clients, streams
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import baton, keys, table
from chalicelib.desk import hints, sweep, waiting_line
from chalicelib.errors import Conflict, NotOwner, Postponed, Unavailable
from chalicelib.governance import roster
from chalicelib.governance.roster import Agent
from chalicelib.observability import now
from tests import threads
from tests.people import eventually
from tests.unit.conftest import T0, Store, incoming, record
from tests.unit.test_baton import HAND_OVER
from tests.unit.test_workspace import wait


def batch(*ids: str, thread: str = "w1") -> dict[str, Any]:
    return {"Records": [record(keys.message_item(incoming(id=i, thread=thread))) for i in ids]}


def failing(faults: dict[str, Exception], done: list[str]) -> dict[str, streams.Handler]:
    def handle(item: Item, _old: Item | None) -> str:
        message_id = item["sk"]["S"].removeprefix("M#")
        if message_id in faults:
            raise faults[message_id]
        done.append(message_id)
        return "done"

    return {"incoming": handle}


def parked(store: Store, queue: str = "failed") -> list[dict[str, Any]]:
    page = clients.client("sqs").receive_message(QueueUrl=getattr(store, queue), MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [json.loads(m["Body"]) for m in page.get("Messages", [])]


def test_a_record_comes_again_after_its_pause_by_its_keys(store: Store) -> None:
    """What the workflow calls the bot's function with: the record as it stands by then, once its pause is over."""
    table.record(incoming(id="m-0000001"))
    seen: list[bool] = []

    def handle(item: Item, _old: Item | None) -> str:
        seen.append(streams.is_paused(item))
        return "done"

    order = {"keys": {"pk": "T#w1", "sk": "M#m-0000001"}}
    assert streams.work_off(order, "bot_answer", {"incoming": handle}, streams.PAUSED) == {"batchItemFailures": []}
    assert seen == [True]
    with pytest.raises(Unavailable):
        streams.work_off(order, "bot_answer", failing({"m-0000001": Conflict("raced")}, []), streams.PAUSED)
    gone = {"keys": {"pk": "T#w1", "sk": "M#gone"}}
    assert streams.work_off(gone, "bot_answer", {}, streams.PAUSED) == {"batchItemFailures": []}


@pytest.mark.parametrize("fault", [Unavailable("throttled"), Conflict("raced")])
def test_a_passing_fault_gives_the_batch_back_from_that_record_on(store: Store, fault: Exception) -> None:
    done: list[str] = []
    answer = streams.process(batch("one", "two", "three"), "bot_answer", failing({"two": fault}, done))
    assert done == ["one"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "T#w1M#two"}]}
    assert parked(store) == []


@pytest.mark.parametrize("poison", [ValueError("bad"), RecursionError("deep"), KeyError("x")])
def test_a_poison_record_is_parked_and_its_neighbours_go_on(store: Store, poison: Exception) -> None:
    done: list[str] = []
    answer = streams.process(batch("one", "two", "three"), "bot_answer", failing({"two": poison}, done))
    assert (done, answer) == (["one", "three"], {"batchItemFailures": []})
    [put_aside] = parked(store)
    assert put_aside == {"function": "bot_answer", "keys": {"pk": "T#w1", "sk": "M#two"}, "error": type(poison).__name__}


FOREIGN = [
    ({"Keys": {"Id": {"N": "101"}}, "NewImage": {"Id": {"N": "101"}}}, {"Id": "101"}),
    ({"Keys": {"pk": {"S": "T#w1"}, "sk": {"S": "M#x"}}}, {"pk": "T#w1", "sk": "M#x"}),
    ({}, {}),
    (None, {}),
]


@pytest.mark.parametrize(("images", "keys_of_it"), FOREIGN)
def test_what_is_no_record_of_ours_is_parked_with_the_keys_that_it_has(
    store: Store, images: dict[str, Any] | None, keys_of_it: dict[str, str]
) -> None:
    done: list[str] = []
    one, three = batch("one", "three")["Records"]
    foreign = {"eventSource": "aws:sqs"} if images is None else {"eventSource": "aws:dynamodb", "dynamodb": images}
    answer = streams.process({"Records": [one, foreign, three]}, "deliver", failing({}, done))
    assert (done, answer) == (["one", "three"], {"batchItemFailures": []})
    assert parked(store) == [{"function": "deliver", "keys": keys_of_it, "error": "KeyError"}]


def test_a_provider_that_is_down_holds_nobody_else_up(store: Store) -> None:
    done: list[str] = []
    answer = streams.process(batch("one", "two", "three"), "deliver", failing({"two": Postponed("Twilio is down")}, done))
    assert (done, answer) == (["one", "three"], {"batchItemFailures": []})
    assert parked(store, "postponed") == [{"function": "deliver", "keys": {"pk": "T#w1", "sk": "M#two"}, "error": "Twilio is down"}]


class Lambda:
    """The function that postponed work is handed to: it does with the event what the test says."""

    def __init__(self, work: Any) -> None:
        self.work = work

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 (AWS's names)
        answer = self.work(json.loads(Payload), FunctionName)
        return {"Payload": BytesIO(json.dumps(answer).encode())}


def test_postponed_work_is_tried_again_until_the_provider_is_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    table.record(incoming(id="two"))
    faults: dict[str, Exception] = {"two": Postponed("Twilio is down")}
    done: list[str] = []

    def deliver(event: dict[str, Any], function: str) -> dict[str, Any]:
        return streams.process(event, function, failing(faults, done))

    deliver(batch("two"), "deliver")
    real = clients.client
    monkeypatch.setattr(clients, "client", lambda name, **how: Lambda(deliver) if name == "lambda" else real(name, **how))
    clients.client("sqs").set_queue_attributes(QueueUrl=store.postponed, Attributes={"VisibilityTimeout": "1"})
    assert streams.replay_postponed({"deliver": "deliver"}) == {"replayed": 0, "still_postponed": 1}
    faults.clear()
    clients.client("sqs").set_queue_attributes(QueueUrl=store.postponed, Attributes={"VisibilityTimeout": "0"})
    eventually(lambda: streams.replay_postponed({"deliver": "deliver"})["replayed"] == 1)
    assert done == ["two"]
    assert parked(store, "postponed") == []


def test_a_round_of_the_clock_ends_in_time_and_the_next_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(25):
        table.record(incoming(id=f"m-{n:03}", thread=f"w{n}"))
        streams.process(batch(f"m-{n:03}", thread=f"w{n}"), "deliver", failing({f"m-{n:03}": Postponed("down")}, []))
    clock = [0.0]

    def slow(event: dict[str, Any], function: str) -> dict[str, Any]:
        clock[0] += 8  # a provider that accepts and never answers
        return {"batchItemFailures": [{"itemIdentifier": "x"}]}

    real = clients.client
    monkeypatch.setattr(clients, "client", lambda name, **how: Lambda(slow) if name == "lambda" else real(name, **how))
    monkeypatch.setattr(streams.time, "monotonic", lambda: clock[0])
    clients.client("sqs").set_queue_attributes(QueueUrl=store.postponed, Attributes={"VisibilityTimeout": "300"})
    done = streams.replay_postponed({"deliver": "deliver"}, seconds=100)
    assert done["still_postponed"] == 20, "the third ten would have begun too late"
    assert clock[0] < 240, "the function is not killed"


def test_a_record_that_cannot_be_parked_comes_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILED_QUEUE", "https://sqs.eu-central-1.amazonaws.com/123456789012/none")
    with pytest.raises(Exception, match="put a record aside"):
        streams.process(batch("one"), "deliver", failing({"one": ValueError("bad")}, []))


def test_a_lost_race_for_the_baton_is_no_fault(store: Store) -> None:
    answer = streams.process(batch("one"), "deliver", failing({"one": NotOwner("late")}, []))
    assert answer == {"batchItemFailures": []}
    assert parked(store) == []


def test_a_conversation_that_newly_waits_gets_one_ticket(store: Store) -> None:
    waiting = wait("w1", ticket=False)
    item = keys.conversation_item(waiting)
    collector = hints.Collector()
    collector.handle(item, None)
    collector.handle(keys.conversation_item(baton.received(waiting, incoming(id="m2"))), item)
    assert [t["conversation"] for t in store.tickets("billing.normal")] == ["w1.1"]


def test_a_transfer_puts_it_into_the_other_queue(store: Store) -> None:
    held = baton.claimed(wait("w1", ticket=False), "ann", T0)
    moved = baton.transferred(held, "ann", "orders", "urgent", T0)
    hints.Collector().handle(keys.conversation_item(moved), keys.conversation_item(held))
    assert [t["queue"] for t in store.tickets("orders.urgent")] == ["orders"]


def test_who_becomes_urgent_while_she_waits_gets_a_place_in_the_urgent_line(store: Store) -> None:
    waiting = wait("w1", ticket=False)
    hints.Collector().handle(keys.conversation_item(baton.hurried(waiting)), keys.conversation_item(waiting))
    assert [t["waiting_since"] for t in store.tickets("billing.urgent")] == [waiting.waiting_since]


def test_the_sweep_puts_vanished_tickets_back(store: Store) -> None:
    wait("lost", since=now() - 3_600_000, ticket=False)
    wait("young", since=now(), ticket=False)
    assert sweep.sweep()["requeued"] == 1
    assert {t["conversation"] for t in store.tickets("billing.normal")} == {"lost.1"}
    assert sweep.sweep()["requeued"] == 0


def test_the_sweep_takes_a_conversation_from_an_agent_who_is_silent_too_long(store: Store, ann: Agent) -> None:
    long_ago = now() - 2 * sweep.SILENCE
    waiting = wait("w1", since=long_ago)
    table.save(baton.claimed(waiting, ann.id, long_ago), also=[roster.slot_taken(ann)])
    assert sweep.sweep()["returned"] == 1
    c = table.conversation("w1.1")
    assert (c.owner, c.urgency, c.waiting_since) == ("queue", "urgent", long_ago)
    assert roster.find(ann.id).held == 0
    assert [e.kind for _, e in threads.whole("w1").events] == ["returned"]


def test_an_agent_who_answered_keeps_the_conversation(store: Store, ann: Agent) -> None:
    long_ago = now() - 2 * sweep.SILENCE
    c = table.save(baton.claimed(wait("w1", since=long_ago), ann.id, long_ago), also=[roster.slot_taken(ann)])
    table.save(baton.replied(c, ann.id, "r1", long_ago))
    assert sweep.sweep()["returned"] == 0
    assert table.conversation("w1.1").owner == "agent"


def test_a_counter_that_drifted_is_mended(store: Store, ann: Agent) -> None:
    table.save(baton.claimed(wait("w1"), ann.id, now() - 10 * sweep.SETTLING))
    sweep.sweep()
    assert roster.find(ann.id).held == 1


def test_the_queue_counts_what_it_holds(store: Store) -> None:
    wait("a")
    wait("b")
    assert waiting_line.depth("billing", "normal") == 2
    assert HAND_OVER.queue == "billing"
