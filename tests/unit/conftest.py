"""A small AWS in memory with the template's own tables and queues, and builders for what the tests talk about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.aws import clients, functions
from chalicelib.aws.dynamodb import Item, encode
from chalicelib.channels import delivery, dispatch
from chalicelib.conversations import keys
from chalicelib.conversations.model import Message
from chalicelib.governance import queue_names, roster
from chalicelib.governance.roster import Agent
from infra.cloud import Cloud, stack_of
from infra.shared_parameters import items, table_of
from infra.template import data
from tests.unit.packaged import package, prod, resources  # noqa: F401 - fixtures

T0 = 1_790_000_000_000  # 2026-09-21T14:13:20Z
ROOT = "the root secret of a test"


@cache
def cloud() -> Cloud:
    """As operators' commands see the AWS of a test. Kept for the process: its clients take a tenth of a second to make."""
    return Cloud(boto3.Session(region_name="eu-central-1"))


KNOWLEDGE = "knowledge"  # the knowledge bucket


HandedOn = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def handed_on(monkeypatch: pytest.MonkeyPatch) -> HandedOn:
    """The calls of functions that nobody waits for: which, and what it is to do."""
    taken: HandedOn = []
    for name in ("SEND", "HINTS"):
        monkeypatch.setenv(f"{name}_FUNCTION", name.lower())
    monkeypatch.setattr(functions, "start", lambda what, function, order: taken.append((function, json.loads(json.dumps(order)))))
    return taken


def incoming(text: str = "Where is my order?", **changes: Any) -> Message:
    values: dict[str, Any] = {"thread": "w1", "id": "m-0000001", "direction": "incoming", "channel": "webchat", "at": T0, "text": text}
    return Message(**(values | {"address": values["thread"]} | changes))


@dataclass
class Store:
    """The stack's resources under moto; `stream()` gives what was written since, as the table's stream would."""

    queues: dict[str, str]
    failed: str
    postponed: str
    seen: dict[str, Any] = field(default_factory=dict)

    def items(self) -> list[Item]:
        found: list[Item] = clients.client("dynamodb").scan(TableName="conversations", ConsistentRead=True)["Items"]
        return found

    def stream(self) -> list[dict[str, Any]]:
        """Records of all changes since the last call: at most one per item, in no other order than the table's."""
        records = []
        for item in self.items():
            name = item["pk"]["S"] + "|" + item["sk"]["S"]
            old = self.seen.get(name)
            if old != item:
                self.seen[name] = item
                records.append(record(item, old))
        return records

    def tickets(self, queue: str) -> list[dict[str, Any]]:
        page = clients.client("sqs").receive_message(QueueUrl=self.queues[queue], MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(m["Body"]) for m in page.get("Messages", [])]


def record(item: Item, old: Item | None = None) -> dict[str, Any]:
    images = {"Keys": {"pk": item["pk"], "sk": item["sk"]}, "NewImage": item, "SequenceNumber": item["pk"]["S"] + item["sk"]["S"]}
    if old:
        images["OldImage"] = old
    return {"eventName": "MODIFY" if old else "INSERT", "eventSource": "aws:dynamodb", "dynamodb": images}


def asked_of_the_table() -> list[str]:
    """The names of DynamoDB's operations from now on, in the order in which they are asked for, but for reading parameters."""
    asked: list[str] = []

    def note(event_name: str, request: Any, **_: Any) -> None:
        if b'"baton-test-parameters"' not in request.body:
            asked.append(event_name.rpartition(".")[2])

    clients._session().register("before-send.dynamodb.*", note)
    return asked


def make_bucket(name: str) -> Any:
    """A new bucket; a client for it."""
    s3 = clients.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return s3


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The process's monotonic seconds: they go on when the test says so."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


@pytest.fixture
def s3(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An AWS with an empty knowledge bucket and nothing else."""
    with mock_aws():
        monkeypatch.setenv("KNOWLEDGE_BUCKET", KNOWLEDGE)
        yield make_bucket(KNOWLEDGE)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with mock_aws():
        clients.client.cache_clear()
        clients._session.cache_clear()
        for name, logical in (("conversations", "Table"), ("notes", "NotesTable"), ("knowledge", "KnowledgeTable")):
            clients.client("dynamodb").create_table(TableName=name, **_table(data.resources("dev")[logical]["Properties"]))
        queues = {f"{s}.{u}": _queue(f"{s}-{u}") for s in queue_names.known() for u in ("urgent", "normal")}
        failed, postponed = _queue("failed"), _queue("postponed")
        known = {
            "secrets/root": ROOT,
            "stack/public_url": "https://site.example/api",
            "stack/socket_url": "wss://socket.example/api",
            "stack/socket_endpoint": "https://socket.example/api",
        }
        for name, value in known.items():
            cloud().client("ssm").put_parameter(Name=f"/baton/test/{name}", Value=value, Type="SecureString")
        _shared(known)
        # What Lambda would do at once with what is handed on to the function that sends.
        monkeypatch.setattr(dispatch, "hand_on", lambda message: delivery.send(keys.message_item(message), None))
        monkeypatch.setenv("TABLE", "conversations")
        monkeypatch.setenv("NOTES_TABLE", "notes")
        monkeypatch.setenv("KNOWLEDGE_TABLE", "knowledge")
        monkeypatch.setenv("PARAMETERS", "baton-test-parameters")
        monkeypatch.setenv("QUEUES", json.dumps(queues))
        monkeypatch.setenv("FAILED_QUEUE", failed)
        monkeypatch.setenv("POSTPONED_QUEUE", postponed)
        yield Store(queues, failed, postponed)


@pytest.fixture
def ann(store: Store) -> Agent:
    return roster.enrol("agent-ann", "ann@shop.example", "Ann", "agent")


@pytest.fixture
def bea(store: Store) -> Agent:
    return roster.enrol("agent-bea", "bea@shop.example", "Bea", "agent")


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    return {name: properties[name] for name in wanted if name in properties}


def _shared(known: dict[str, str]) -> None:
    """What `share` leaves behind, but for its key and policy, which take longer than all else here (test_shared_parameters has them)."""
    dynamodb, name = clients.client("dynamodb"), table_of(stack_of("test"))
    key = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **key)
    puts = [{"PutRequest": {"Item": encode({"pk": item, **values})}} for item, values in items(known).items()]
    dynamodb.batch_write_item(RequestItems={name: puts})


def _queue(name: str) -> str:
    url: str = clients.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return url
