"""One AWS account in one region, or the local AWS, and the names that a stage has there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

PREFIX = "baton-"


def stack_of(stage: str) -> str:
    """The stack of a stage: baton-<stage>."""
    return PREFIX + stage


def parameters_of(stack: str) -> str:
    """The path of the stack's parameters: /baton/<stage>/."""
    return f"/baton/{stack.removeprefix(PREFIX)}/"


@dataclass(frozen=True)
class Cloud:
    """Clients are made once per service; `endpoint_url` is None on AWS itself."""

    session: boto3.Session
    endpoint_url: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def client(self, service: str) -> Any:
        """A low-level client; the operations are those of boto3's documentation."""
        if service not in self._clients:
            make: Any = self.session.client
            config = Config(retries={"mode": "standard", "max_attempts": 6}, connect_timeout=10)
            self._clients[service] = make(service, endpoint_url=self.endpoint_url, config=config)
        return self._clients[service]

    @property
    def region(self) -> str:
        return str(self.session.region_name)

    @property
    def pause(self) -> float:
        """Seconds between two looks at something that runs."""
        return 0.1 if self.endpoint_url else 2.0

    @cached_property
    def account(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])
