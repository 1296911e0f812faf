"""A table of the local AWS that no function reads from: for what must be counted, or raced for, without anybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from chalicelib.aws import clients
from chalicelib.governance import queue_names
from infra.template import data
from tests.conftest import Stack, as_operator


@pytest.fixture
def quiet_table(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As the template makes it, but without readers of its stream; with agent queues of its own."""
    outputs, name = stack.addresses.outputs, f"quiet-{uuid4().hex[:8]}"
    as_operator(stack, monkeypatch)
    monkeypatch.setenv("KNOWLEDGE_BUCKET", outputs["KnowledgeBucket"])
    monkeypatch.setenv("NOTES_TABLE", outputs["NotesTable"])
    monkeypatch.setenv("PARAMETERS", "baton-local-parameters")
    monkeypatch.setenv("TABLE", name)
    properties = data.resources("dev")["Table"]["Properties"]
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    dynamodb, sqs = clients.client("dynamodb"), clients.client("sqs")
    dynamodb.create_table(TableName=name, **{part: properties[part] for part in wanted})
    names = [f"{skill}.{urgency}" for skill in queue_names.known() for urgency in ("urgent", "normal")]
    queues = {q: sqs.create_queue(QueueName=f"{name}-{q.replace('.', '-')}")["QueueUrl"] for q in names}
    monkeypatch.setenv("QUEUES", json.dumps(queues))
    yield
    dynamodb.delete_table(TableName=name)
    for url in queues.values():
        sqs.delete_queue(QueueUrl=url)
