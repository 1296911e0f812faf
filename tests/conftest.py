"""What every test gets: no real AWS, no state of another test."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import hypothesis
import pytest
from botocore.loaders import create_loader

from chalicelib.conversations import keys
from infra.cloud import Cloud
from infra.encoder import install
from infra.local.aws import session
from infra.local.house import Addresses, house
from infra.operate import logs
from tests import resets
from tests.people import Agent, Mailer, Phone, Visitor, eventually
from tests.places import Places

# Before anything is imported that could ask for them.
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_EC2_METADATA_DISABLED="true",
)


@dataclass
class Stack:
    """Baton as it runs on this machine, and the people who use it."""

    addresses: Addresses

    def visitor(self) -> Visitor:
        return Visitor(self.addresses.site)

    def closed(self, visitor: Visitor) -> None:
        """The visitor's connections are closed, and the gateway knows it."""
        visitor.disconnect()
        addresses = self.addresses
        table = session().client("dynamodb", endpoint_url=addresses.aws)
        gateway = session().client("apigatewaymanagementapi", endpoint_url=addresses.websocket.replace("ws://", "http://"))
        rows = table.query(
            TableName=addresses.outputs["Table"],
            KeyConditionExpression="pk = :pk AND begins_with(sk, :x)",
            ExpressionAttributeValues={":pk": {"S": keys.thread_pk(visitor.address)}, ":x": {"S": keys.socket_sk("")}},
        )["Items"]

        def is_gone(connection: str) -> bool:
            try:
                gateway.get_connection(ConnectionId=connection)
            except gateway.exceptions.GoneException:
                return True
            return False

        for row in rows:
            eventually(lambda row=row: is_gone(row["sk"]["S"].removeprefix(keys.socket_sk(""))))

    def agent(self, role: str = "agent") -> Agent:
        login = next(login for login in self.addresses.logins if login["role"] == role)
        return Agent(self.addresses.site, login["email"], login["password"])

    def mailer(self) -> Mailer:
        address = f"customer-{secrets.token_hex(4)}@customer.example"
        return Mailer(self.addresses.mailbox, self.addresses.smtp, self.addresses.support_address, address)

    def phone(self) -> Phone:
        return Phone(self.addresses.phone, f"+1202{secrets.randbelow(8_000_000) + 2_000_000}")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The same package and template as production, on a local AWS of its own; ends with the tests."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        (tmp_path_factory.getbasetemp().parent / "one-stack-for-all-workers").touch(exist_ok=False)
    with house(tmp_path_factory.mktemp("baton")) as addresses:
        yield Stack(addresses)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test of the running stack tells what the functions wrote in the minute before."""
    report = yield
    stack = getattr(item, "funcargs", {}).get("stack")
    if report.failed and report.when != "teardown" and isinstance(stack, Stack):
        report.sections.append(("the functions, in the last minute", _written(stack)))
    return report


def _written(stack: Stack) -> str:
    cloud = Cloud(session(), stack.addresses.aws)
    groups = logs.chosen(cloud, stack.addresses.stack, None)
    rows = logs.lines(cloud, groups, int((time.time() - 60) * 1000))
    shown = ((row, logs.shape(row.text, raw=False)) for row in rows)
    return "\n".join(f"{datetime.fromtimestamp(row.at / 1000, UTC):%H:%M:%S.%f} {row.function} {text}" for row, text in shown if text)


def pytest_configure(config: pytest.Config) -> None:
    """The sentence encoder is compiled anew if its recipe has changed, once for all workers. How long an example takes is no promise."""
    hypothesis.settings.register_profile("baton", deadline=None)
    hypothesis.settings.load_profile("baton")
    if not hasattr(config, "workerinput"):
        install()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Places:
    """Two stacks would be too much for two cores."""
    config.option.loadscopereorder = False
    return Places(config, log)


def as_operator(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own code asks the stack's AWS from here on, with the keys of infra.local.aws.session."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.addresses.aws)
    monkeypatch.setenv("AWS_DEFAULT_REGION", stack.addresses.region)
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "local")


@pytest.fixture(scope="session", autouse=True)
def _what_botocore_knows() -> Iterator[None]:
    """Its descriptions of services, megabytes of JSON, are read once and not for each test's sessions anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", cache(create_loader))
        yield


@pytest.fixture(scope="session", autouse=True)
def _what_moto_copies() -> Iterator[None]:
    """moto looks up each of the ten forms that DynamoDB's values may have under six names; its values have the form of the wire already.
    A third of all tests' time went there."""
    from moto.core import serialize

    whole = serialize.BaseJSONSerializer._serialize_type_structure

    def structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if key and shape.name == "AttributeValue" and type(value) is dict:
            self._default_serialize(serialized, value, shape, key)
        else:
            whole(self, serialized, value, shape, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serialize.BaseJSONSerializer, "_serialize_type_structure", structure)
        yield


@pytest.fixture(autouse=True)
def forget_clients() -> Iterator[None]:
    """Clients and parameters are kept for the life of a function; here for that of a test."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    from chalicelib.aws import clients
    from chalicelib.bot.messages import brain

    clients.client.cache_clear()
    clients._session.cache_clear()
    resets.forget_parameters()
    resets.forget_connections()
    resets.forget_providers()
    brain.forget()
