"""Ten thousand people wait for a person, and agents claim meanwhile: nobody is lost, whoever waits longest comes first, and what agents
look at is told truly and as fast as with thirty.

Heads are written as the bot writes them, in no order; the table's stream makes their tickets.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.aws import clients
from chalicelib.conversations import baton, keys, lines
from chalicelib.conversations.model import Conversation
from chalicelib.desk import waiting_line, workspace
from chalicelib.governance import roster
from chalicelib.observability import now
from infra.local.aws import session
from tests.conftest import Stack, as_operator
from tests.faults.clock import sweep
from tests.people import Agent, eventually
from tests.unit.conftest import incoming
from tests.unit.test_baton import HAND_OVER

pytestmark = pytest.mark.slow

QUEUE, FEW_WAIT = "technical", "orders"
LINE = (QUEUE, "normal")
FEW, MANY = 30, 10_000
APART = 500  # ms between two customers
TIMES = 15
SLOWER = 1.5
PATIENCE = 240.0


@dataclass
class Burst:
    """Who waits, by queue (thread -> since): whom the stack may still hand out."""

    table: str
    queues: dict[str, str]
    rest: dict[str, dict[str, int]] = field(default_factory=lambda: {QUEUE: {}, FEW_WAIT: {}})

    @property
    def many(self) -> dict[str, int]:
        return self.rest[QUEUE]

    def seed(self, queue: str, count: int, since: int) -> None:
        message = incoming()
        c = baton.escalated(baton.opened(message, ""), message.id, replace(HAND_OVER, queue=queue), since)
        heads = [replace(c, thread=f"burst{uuid4().hex[:20]}", version=1, waiting_since=since + n * APART) for n in range(count)]
        self.rest[queue] |= {head.thread: head.waiting_since for head in heads}
        random.shuffle(heads)
        self._write([{"PutRequest": {"Item": keys.conversation_item(head)}} for head in heads])

    def clear(self) -> None:
        for queue, rest in self.rest.items():
            self._write([{"DeleteRequest": {"Key": keys.key(keys.thread_pk(thread), keys.HEAD)}} for thread in rest])
            clients.client("sqs").purge_queue(QueueUrl=self.queues[f"{queue}.normal"])

    def _write(self, requests: list[dict[str, Any]]) -> None:
        batches = [requests[start : start + 25] for start in range(0, len(requests), 25)]
        with ThreadPoolExecutor(2) as pool:
            for answer in pool.map(lambda batch: clients.client("dynamodb").batch_write_item(RequestItems={self.table: batch}), batches):
                assert not answer["UnprocessedItems"]

    def claimed(self, queue: str, conversation: str) -> int:
        """How much later (ms) she came than the first who waited then; she waits no longer."""
        first, since = min(self.rest[queue].values()), self.rest[queue].pop(conversation.rpartition(".")[0])
        return since - first


@pytest.fixture
def burst(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Burst]:
    outputs = stack.addresses.outputs
    as_operator(stack, monkeypatch)
    monkeypatch.setenv("TABLE", outputs["Table"])
    functions = session().client("lambda", endpoint_url=stack.addresses.aws)
    known = functions.get_function_configuration(FunctionName=outputs["FollowUpName"])["Environment"]["Variables"]["QUEUES"]
    monkeypatch.setenv("QUEUES", known)
    made = Burst(outputs["Table"], json.loads(known))
    yield made
    made.clear()


@contextmanager
def only(agent: Agent, queue: str) -> Iterator[Agent]:
    """An agent of one queue, who may hold any number; what other tests left there is done."""
    agent.resolve_all()
    before = roster.find(agent.me["id"])
    roster.change(before.id, {"skills": [queue], "max_open": 100})
    while waiting := agent.ask("POST", "claims"):
        agent.ask("POST", f"conversations/{waiting['id']}/resolve")
    yield agent
    agent.resolve_all()
    roster.change(before.id, {"skills": list(before.skills), "max_open": before.max_open})


@pytest.fixture
def agent(stack: Stack, burst: Burst) -> Iterator[Agent]:
    with only(stack.agent(), QUEUE) as found:
        yield found


@pytest.fixture
def colleague(stack: Stack, burst: Burst) -> Iterator[Agent]:
    """In whose queue few wait."""
    with only(stack.agent("supervisor"), FEW_WAIT) as found:
        yield found


def took(act: Callable[[Agent], Any], agent: Agent) -> float:
    began = time.perf_counter()
    act(agent)
    return (time.perf_counter() - began) * 1000


def compared(act: Callable[[Agent], Any], few: Agent, many: Agent) -> tuple[float, float]:
    """Medians in ms over HTTP: taken by turns, so that whatever else this machine does slows both."""
    pairs = [(took(act, few), took(act, many)) for _ in range(TIMES)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def count_of(agent: Agent, queue: str = QUEUE) -> dict[str, Any]:
    [found] = [q for q in agent.ask("GET", "queues")["queues"] if (q["queue"], q["urgency"]) == (queue, "normal")]
    return dict(found)


def pages(agent: Agent) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while True:
        page = agent.ask("GET", f"conversations?queue={QUEUE}&limit=100" + (f"&cursor={cursor}" if cursor else ""))
        found += page["conversations"]
        cursor = page["cursor"]
        if not cursor:
            return found


def all_at_once(burst: Burst, helpers: int, each: int) -> list[Conversation]:
    """So many agents claim so often, all at the same time."""
    agents = [roster.enrol(f"burst-{n}", f"burst-{n}@shop.example", f"B{n}", "agent") for n in range(helpers)]
    many = [roster.change(a.id, {"skills": [QUEUE], "max_open": 1_000}) for a in agents]

    def claims(one: roster.Agent) -> list[Conversation]:
        found = [workspace.claim(one, now()) for _ in range(each)]
        return [c for c in found if c]

    try:
        with ThreadPoolExecutor(helpers) as pool:
            got = [c for found in pool.map(claims, many) for c in found]
        for c in got:
            workspace.resolve(roster.find(c.agent), c.id, now())
    finally:
        for one in many:
            clients.client("dynamodb").delete_item(TableName=burst.table, Key=keys.key(keys.AGENTS, one.id))
    return got


def seeded(burst: Burst, agent: Agent, start: int) -> int:
    """The ten thousand come, and the agent claims meanwhile; how many."""
    got = []
    with ThreadPoolExecutor(1) as pool:
        seeding = pool.submit(burst.seed, QUEUE, MANY, start)
        while not seeding.done():
            c = agent.ask("POST", "claims")
            if c:
                got.append(c["id"])
                agent.ask("POST", f"conversations/{c['id']}/resolve")
        seeding.result()
    for name in got:
        burst.claimed(QUEUE, name)
    return len(got)


def counted_and_placed(burst: Burst, agent: Agent) -> None:
    """What agents and customers are told of the line."""
    told, close = count_of(agent), 0.03 * MANY
    assert not told["exact"]
    assert abs(told["waiting"] - len(burst.many)) <= close
    assert told["oldest_at"] == min(burst.many.values())
    middle = sorted(burst.many.values())[len(burst.many) // 2]
    assert abs(lines.line(*LINE, at=now(), before=middle).waiting - len(burst.many) / 2) <= close


def shared_out(burst: Burst) -> None:
    """Eight agents at once: to each another one, of those who wait longest."""
    together = all_at_once(burst, helpers=8, each=5)
    assert len({c.id for c in together}) == len(together) == 40
    for c in together:
        burst.claimed(QUEUE, c.id)
    assert max(c.waiting_since for c in together) <= min(burst.many.values()) + waiting_line.TOLERANCE


def nobody_is_lost(stack: Stack, burst: Burst, agent: Agent) -> None:
    """Everybody stands in the list, once, by age; the sweep counts them all and finds nothing to repair."""
    listed = pages(agent)
    assert [c["waiting_since"] for c in listed] == sorted(burst.many.values())
    assert sorted(c["id"].rpartition(".")[0] for c in listed) == sorted(burst.many)
    swept = sweep(stack)
    assert swept["waiting"] >= len(burst.many)
    assert (swept["requeued"], "unseen" in swept) == (0, False)


def test_ten_thousand_who_wait_are_told_listed_and_claimed_as_thirty_are(
    stack: Stack, burst: Burst, agent: Agent, colleague: Agent
) -> None:
    start, began = now() - 3 * 3_600_000, time.monotonic()
    burst.seed(FEW_WAIT, FEW + TIMES, start)
    meanwhile = seeded(burst, agent, start)
    eventually(lambda: waiting_line.depth(*LINE) >= len(burst.many), PATIENCE)
    print(f"\n{MANY} came, {meanwhile} were claimed meanwhile, all tickets made after {time.monotonic() - began:.0f} s")
    assert count_of(colleague, FEW_WAIT)["waiting"] == FEW + TIMES
    counted_and_placed(burst, agent)

    def claim(by: Agent) -> None:
        queue, c = by.ask("GET", "me")["skills"][0], by.ask("POST", "claims")
        assert burst.claimed(queue, c["id"]) <= waiting_line.TOLERANCE, "somebody else has waited clearly longer"

    times = {
        "count": compared(lambda by: by.ask("GET", "queues"), colleague, agent),
        "list": compared(lambda by: by.ask("GET", f"conversations?queue={FEW_WAIT if by is colleague else QUEUE}"), colleague, agent),
        "claim": compared(claim, colleague, agent),
    }
    print({name: f"{few:.0f} -> {many:.0f} ms" for name, (few, many) in times.items()})
    shared_out(burst)
    nobody_is_lost(stack, burst, agent)
    assert {name: round(many / few, 2) for name, (few, many) in times.items() if many > SLOWER * few} == {}
