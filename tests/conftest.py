"""What every test gets: no real AWS, no state of another test."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from infra.local.house import Addresses, house
from tests.people import Agent, Mailer, Phone, Visitor

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
    with house(tmp_path_factory.mktemp("baton")) as addresses:
        yield Stack(addresses)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of the running stack share one worker, and so one stack."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.fixture(autouse=True)
def forget_clients() -> Iterator[None]:
    """Clients and parameters are kept for the life of a function; here for that of a test."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    from chalicelib import aws, settings
    from chalicelib.bot import brain

    aws.client.cache_clear()
    aws._session.cache_clear()
    settings.forget()
    brain.forget()
