"""What a function knows of its surroundings: the environment (names of resources) and the table of parameters (secrets, addresses).

Each secret is an item of that table, read when it is first needed and kept for five minutes; a function may read those alone that it
needs. If the table is down, the last copy goes on being used: a rotated secret comes late, but no message is refused. Who writes them:
infra/shared_parameters.py.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.aws import clients
from chalicelib.errors import BatonError, Unavailable

KEEP_SECONDS = 300
HOUR = 3_600_000
DAY = 24 * HOUR

TWILIO_API = "https://api.twilio.com"

# A bot conversation that nobody continued for so long (ms) is over: the next message opens a new one.
IDLE = DAY


# What a secret consists of, by the names that it has in the parameter store; the current one first: during a rotation the previous
# one is still accepted. Beside these each purpose of a signature has its own, "key/…" (tokens.py).
SECRETS = {
    "twilio": ("twilio_account_sid", "twilio_auth_token", "twilio_auth_token_previous"),
    "site_jwt": ("site_jwt", "site_jwt_previous"),
    "actions": ("actions",),
}
ADDRESSES = "addresses"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts of a stage are, without a slash at the end.

    Only the local run sets `twilio_api`, `sms_api` (where the providers are played) and `sns_certificates` (how the addresses of further
    allowed certificates begin).
    """

    public_url: str = ""
    socket_url: str = ""
    socket_endpoint: str = ""
    files_origin: str = ""
    twilio_api: str = ""
    sms_api: str = ""
    sns_certificates: str = ""


@dataclass(frozen=True, slots=True)
class Twilio:
    """The account at Twilio; during a rotation it has two tokens."""

    account_sid: str
    auth_tokens: tuple[str, ...]


_kept: dict[str, tuple[float, dict[str, str]]] = {}  # name of an item -> when it was read, and what it says


def know(told: Mapping[str, dict[str, str]]) -> None:
    """What the items of the table of parameters say, for whoever works with an operator's credentials and may not read it; for good."""
    _kept.update({name: (math.inf, values) for name, values in told.items()})


def forget() -> None:
    """All that is known of parameters: this process works elsewhere from now on."""
    _kept.clear()


def env(name: str) -> str:
    """Raises Unavailable with the name if the deployment did not set it."""
    value = os.environ.get(name, "")
    if not value:
        raise Unavailable(f"the environment variable {name} is not set: deploy again")
    return value


def optional(name: str, default: str = "") -> str:
    return os.environ.get(name, "") or default


def queue_urls() -> dict[str, str]:
    """`{"billing.urgent": url, …}`."""
    urls: dict[str, str] = json.loads(env("QUEUES"))
    return urls


def addresses() -> Addresses:
    """Raises Unavailable if they were never readable."""
    known = _item(ADDRESSES)
    return Addresses(**{**known, "twilio_api": known.get("twilio_api") or TWILIO_API})


def twilio() -> Twilio:
    """Raises Unavailable as `addresses` does."""
    sid, *tokens = _secret("twilio")
    return Twilio(sid, tuple(token for token in tokens if token))


def site_jwts() -> tuple[str, ...]:
    """The keys of the host site's JWTs; none if the operator stored none. Raises Unavailable as `addresses` does."""
    return tuple(key for key in _secret("site_jwt") if key)


def actions_secret() -> str:
    """Signs the calls of self-service actions; empty if there is none. Raises Unavailable as `addresses` does."""
    return _secret("actions")[0]


def signing_key(purpose: str) -> bytes:
    """Raises Unavailable if it is not there, or was never readable."""
    key = _item(f"key/{purpose}").get("key", "")
    if not key:
        raise Unavailable(f"the key for {purpose} is missing: run the deployment again, which makes it")
    return bytes.fromhex(key)


def _secret(name: str) -> tuple[str, ...]:
    known = _item(name)
    return tuple(known.get(part, "") for part in SECRETS[name])


def _item(name: str) -> dict[str, str]:
    kept = _kept.get(name)
    if kept and time.monotonic() - kept[0] < KEEP_SECONDS:
        return kept[1]
    try:
        fresh = _read(name)
    except BatonError:
        if not kept:
            raise
        fresh = kept[1]
    _kept[name] = (time.monotonic(), fresh)
    return fresh


def _read(name: str) -> dict[str, str]:
    with clients.translated("read the parameters"):
        found = clients.client("dynamodb").get_item(TableName=env("PARAMETERS"), Key={"pk": {"S": name}})
    return {part: value["S"] for part, value in found.get("Item", {}).items() if part != "pk"}
