"""What a function does when its clock calls it and nobody has written: the function itself, run on an empty stack in memory (moto),
with each call to AWS counted and each byte of its log."""

from __future__ import annotations

import io
import json
import logging
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from moto import mock_aws

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.governance import roster
from chalicelib.observability import log

AGENTS = 5
LINE = 26  # bytes that CloudWatch counts for each line beside its text; Lambda's own lines are on failures alone
SECRETS = 5  # encrypted parameters that a stage has at most: reading them asks KMS for each
TIMER = {
    **dict.fromkeys(("version", "account", "region", "detail-type", "source", "id"), ""),
    "time": "2026-11-30T03:00:00Z",
    "resources": [],
    "detail": {},
}


@dataclass
class Round:
    """`counts` by the names in PRICES; `calls`: each operation of AWS."""

    counts: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)


def run(template: dict[str, Any], function: str, event: Any) -> tuple[Round, Round]:
    """Two calls of a function of the template: the first finds the day's work, the second none. `event`: what the clock gives it,
    None for the timer's own."""
    import app

    found = Round()
    with _nothing(), _counted(found), _stack(template, function):
        for n in range(AGENTS):
            roster.enrol(f"agent-{n}", f"agent-{n}@shop.example", f"Agent {n}", "agent")
        handler = getattr(app, template["Resources"][function]["Properties"]["Handler"].removeprefix("app."))
        return _called(handler, event, found), _called(handler, event, found)


def _called(handler: Any, event: Any, found: Round) -> Round:
    found.counts, found.calls = Counter(request=1), Counter()
    with _written(found):
        handler(TIMER if event is None else event, SimpleNamespace(aws_request_id="1"))
    return Round(found.counts, found.calls)


@contextmanager
def _nothing() -> Iterator[None]:
    """An AWS without anything, and no client that knew another."""
    here = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}
    with mock_aws(), patch.dict(os.environ, here), patch.object(settings, "_kept", type(settings._kept)()):
        _forget()
        yield
    _forget()


def _forget() -> None:
    clients.client.cache_clear()
    clients._session.cache_clear()


@contextmanager
def _stack(template: dict[str, Any], function: str) -> Iterator[None]:
    """The template's stores, empty, and the function's own environment."""
    resources = template["Resources"]
    names = {name: name.lower() for name in resources} | {name: str(p["Default"]) for name, p in template["Parameters"].items()}
    for name, made in resources.items():
        _make(made["Type"], names, name, made.get("Properties", {}))
    given = resources[function]["Properties"]["Environment"]["Variables"]
    with patch.dict(os.environ, {key: resolved(value, names) for key, value in given.items()}):
        yield


def _make(kind: str, names: dict[str, str], name: str, properties: dict[str, Any]) -> None:
    if kind == "AWS::DynamoDB::Table":
        wanted = {key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "BillingMode")}
        if indexes := properties.get("GlobalSecondaryIndexes"):
            keys = ("IndexName", "KeySchema", "Projection")
            wanted["GlobalSecondaryIndexes"] = [{key: index[key] for key in keys} for index in indexes]
        clients.client("dynamodb").create_table(TableName=names[name], **wanted)
    elif kind == "AWS::SQS::Queue":
        names[name] = clients.client("sqs").create_queue(QueueName=names[name])["QueueUrl"]
    elif kind == "AWS::S3::Bucket":
        clients.client("s3").create_bucket(Bucket=names[name], CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    elif kind == "AWS::SSM::Parameter":
        clients.client("ssm").put_parameter(Name=resolved(properties["Name"], names), Value="https://site.example/api", Type="String")


def resolved(node: Any, names: dict[str, str]) -> str:
    """Ref, Fn::Sub and Fn::If (what stands for "no") as CloudFormation would; other nodes are left empty."""
    if not isinstance(node, dict):
        return str(node)
    if "Ref" in node:
        return names.get(node["Ref"], node["Ref"])
    if "Fn::Sub" in node:
        return re.sub(r"\$\{([^}]+)\}", lambda found: names.get(found[1], found[1]), node["Fn::Sub"])
    return resolved(node["Fn::If"][2], names) if "Fn::If" in node else ""


@contextmanager
def _counted(found: Round) -> Iterator[None]:
    def count(request: Any, event_name: str, **_: Any) -> None:
        _, service, operation = event_name.split(".")
        found.calls[f"{service}.{operation}"] += 1
        found.counts.update(_priced(service, operation, request))

    events = clients._session()
    events.register("before-send", count)
    try:
        yield
    finally:
        events.unregister("before-send", count)


def _priced(service: str, operation: str, request: Any) -> dict[str, float]:
    """Items here are small: a read of one page is half a unit, or a whole one if it must be consistent."""
    if service == "dynamodb":
        if operation in ("Query", "GetItem", "BatchGetItem"):
            return {"read": 1 if json.loads(request.body).get("ConsistentRead") else 0.5}
        return {"written": 1}
    if service == "s3":
        listing = request.method == "GET" and "list-type" in parse_qs(urlsplit(request.url).query)
        return {"put" if listing or request.method == "PUT" else "get": 1}
    if service == "ssm":
        return {"key": SECRETS}
    return {{"sqs": "queue", "lambda": "request"}[service]: 1}


@contextmanager
def _written(found: Round) -> Iterator[None]:
    """Counts what goes to the log: lines that are printed (metrics), and those of the logger."""
    printed, lines = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(log.registered_formatter)
    log.addHandler(handler)
    try:
        with redirect_stdout(printed):
            yield
    finally:
        log.removeHandler(handler)
    for text in (printed.getvalue(), lines.getvalue()):
        found.counts["logged"] += len(text.encode()) + LINE * text.count("\n")
