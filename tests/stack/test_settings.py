"""A running stack hears of new hours and of a new queue without a deployment, within the half minute that a function remembers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.business import current
from chalicelib.errors import Conflict
from chalicelib.governance import business_settings, queue_names
from infra.cloud import Cloud
from infra.local.aws import session
from infra.stack import own_queues
from tests.conftest import Stack
from tests.people import PATIENCE, Agent, eventually
from tests.unit.conftest import T0

PERSON = "I want to talk to a person, please"
REMEMBERED = current.KEEP_SECONDS + PATIENCE
ALL_DAY = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), ("00:00-24:00",))


@dataclass
class Supervisor:
    """Who changes settings, and puts them back as they were."""

    agent: Agent
    before: dict[str, int] = field(default_factory=dict)

    def set(self, kind: str, change: Any) -> None:
        got = self.agent.ask("GET", f"settings/{kind}")
        self.before.setdefault(kind, got["version"])
        body = {"version": got["version"], "why": "a test", "content": change(got["content"])}
        self.agent.ask("PUT", f"settings/{kind}", body)

    def restore(self) -> None:
        for kind, version in self.before.items():
            now = self.agent.ask("GET", f"settings/{kind}")["version"]
            self.agent.ask("POST", f"settings/{kind}/rollback", {"to": version, "version": now, "why": "as before"})


@pytest.fixture(scope="module")
def boss(stack: Stack) -> Iterator[Supervisor]:
    supervisor = Supervisor(stack.agent("supervisor"))
    supervisor.agent.resolve_all()
    skills = supervisor.agent.me["skills"]
    yield supervisor
    supervisor.agent.resolve_all()
    supervisor.agent.ask("PUT", f"agents/{supervisor.agent.me['id']}", {"skills": skills})
    supervisor.restore()


@pytest.fixture(scope="module")
def new_queue(boss: Supervisor) -> str:
    """With new hours beside it, so that both tests wait only once until every function has heard of what is new."""
    boss.set("hours", lambda _: {"zone": "UTC", "weekdays": ALL_DAY})
    new = f"vip-{secrets.token_hex(3)}"
    boss.set("queues", lambda content: {**content, "queues": [*content["queues"], {"id": new, "en": new.upper(), "zh": f"贵宾{new}"}]})
    return new


def told(stack: Stack) -> str:
    """What a new visitor is told who asks for a person."""
    visitor = stack.visitor()
    visitor.say(PERSON)
    text = str(visitor.answer()["text"])
    visitor.disconnect()
    return text


def test_a_new_queue_is_served_from_a_customers_message_to_an_agents_claim(stack: Stack, boss: Supervisor, new_queue: str) -> None:
    """Its lines are made, an agent gets the skill, a colleague passes a conversation into it, and `deliver` and the claim know it."""
    new = new_queue
    cloud = Cloud(session(), stack.addresses.aws)
    assert [url.rpartition("/")[2] for url in own_queues(cloud, stack.addresses.stack) if new in url] == [
        f"{stack.addresses.stack}_{new}-normal",
        f"{stack.addresses.stack}_{new}-urgent",
    ]
    visitor = stack.visitor()
    visitor.say(PERSON)
    assert visitor.answer()["handover"]
    held = boss.agent.claim(visitor.address)
    boss.agent.ask("PUT", f"agents/{boss.agent.me['id']}", {"skills": [new]})
    boss.agent.ask("POST", f"conversations/{held['id']}/transfer", {"queue": new, "urgency": "urgent"})
    sqs = cloud.client("sqs")
    line = next(url for url in own_queues(cloud, stack.addresses.stack) if url.endswith(f"{new}-urgent"))
    asked = {"QueueUrl": line, "AttributeNames": ["ApproximateNumberOfMessages"]}
    eventually(lambda: sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"] == "1", REMEMBERED)
    refused = boss.agent.call("POST", "settings/queues/rollback", {"to": 0, "version": boss.before["queues"] + 1, "why": "too early"})
    assert refused.status_code == 409
    assert f"1 still wait in {new}" in refused.json()["error"]["message"]
    taken = boss.agent.ask("POST", "claims")
    assert (taken["id"], taken["queue"]) == (held["id"], new)
    boss.agent.ask("POST", f"conversations/{held['id']}/resolve")


def test_the_bot_tells_new_hours_and_why_nobody_is_there(stack: Stack, boss: Supervisor, new_queue: str) -> None:
    eventually(lambda: "are back" not in told(stack), REMEMBERED)
    every_day = [{"date": f"{month:02}-{day:02}", "en": "Stocktaking", "zh": "盘点"} for month, day in days_around_now()]
    boss.set("hours", lambda _: {"zone": "UTC", "weekdays": ALL_DAY, "days": every_day})
    text = eventually(lambda: text if "are back" in (text := told(stack)) else "", REMEMBERED)
    assert "(our time; today is Stocktaking)" in text


def days_around_now() -> list[tuple[int, int]]:
    """Yesterday, today and tomorrow: the test may run at midnight."""
    from datetime import UTC, datetime, timedelta

    today = datetime.now(UTC)
    return [(day.month, day.day) for day in (today + timedelta(days=n) for n in (-1, 0, 1))]


def test_of_four_who_change_at_once_one_wins_and_its_lines_are_kept(
    stack: Stack, quiet_table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against a table whose transactions hold as DynamoDB's do."""
    cloud, begins = Cloud(session(), stack.addresses.aws), f"race-{secrets.token_hex(3)}"
    asked = {"QueueUrl": stack.addresses.outputs["DeadLetterQueue"], "AttributeNames": ["QueueArn"]}
    monkeypatch.setenv("OWN_QUEUES", f"{begins}_")
    monkeypatch.setenv("DEAD_LETTERS", cloud.client("sqs").get_queue_attributes(**asked)["Attributes"]["QueueArn"])

    def attempt(n: int) -> bool:
        new = {"id": f"q{n}", "en": f"Q{n}", "zh": f"队{n}"}
        content = {"default": "general", "queues": [*current.shipped("queues")["queues"], new]}
        try:
            business_settings.change("queues", content, 0, by="sue", why="race", now=T0)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    current.renew()
    (new,) = {*queue_names.known()} - {"general", "billing", "orders", "technical"}
    assert {*current.lines()} == {f"{new}.urgent", f"{new}.normal"}
    assert business_settings.read("queues").version == 1
    for url in own_queues(cloud, begins):  # of those who lost, too: nothing names them, and `destroy` finds them
        cloud.client("sqs").delete_queue(QueueUrl=url)
