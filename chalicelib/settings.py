"""What a function knows of its surroundings: the environment (names of resources) and the parameter store (secrets, addresses).

The parameters are read with one call and kept for five minutes. If the store is down, the last copy goes on being
used: a rotated secret comes late, but no message is refused.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from typing import Any

from chalicelib.aws import clients
from chalicelib.errors import BatonError, Unavailable

KEEP_SECONDS = 300
HOUR = 3_600_000
DAY = 24 * HOUR

TWILIO_API = "https://api.twilio.com"

# A bot conversation that nobody continued for so long (ms) is over: the next message opens a new one.
IDLE = DAY


@dataclass(frozen=True, slots=True)
class Parameters:
    """`twilio_auth_tokens`, `site_jwts` (keys of the host site's JWTs): the current one first; during a rotation the previous
    one is still accepted.

    `actions_secret` signs the calls of self-service actions.

    Only the local run sets `sms_api` (where AWS's SMS service is played) and `sns_certificates` (how the addresses of further
    allowed certificates begin).
    """

    root: bytes
    public_url: str
    socket_url: str
    socket_endpoint: str
    files_origin: str = ""
    twilio_account_sid: str = ""
    twilio_auth_tokens: tuple[str, ...] = ()
    twilio_api: str = ""
    sms_api: str = ""
    sns_certificates: str = ""
    site_jwts: tuple[str, ...] = ()
    actions_secret: str = ""


_kept: list[tuple[float, Parameters]] = []  # at most one, with the time it was read


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


def parameters() -> Parameters:
    """Secrets and addresses. Raises Unavailable if they were never readable."""
    if _kept and time.monotonic() - _kept[0][0] < KEEP_SECONDS:
        return _kept[0][1]
    try:
        fresh = _parse(_read(env("PARAMETERS")))
    except BatonError:
        if not _kept:
            raise
        fresh = _kept[0][1]
    _kept[:] = [(time.monotonic(), fresh)]
    return fresh


def _read(path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    request: dict[str, Any] = {"Path": path, "Recursive": True, "WithDecryption": True}
    with clients.translated("read the parameters"):
        while True:
            page = clients.client("ssm").get_parameters_by_path(**request)
            found.update({p["Name"].removeprefix(path): p["Value"] for p in page["Parameters"]})
            if not page.get("NextToken"):
                return found
            request["NextToken"] = page["NextToken"]


def _parse(found: dict[str, str]) -> Parameters:
    """`settings/…` (the operator's) goes before `stack/…` (the template's)."""

    def address(name: str) -> str:
        return found.get(f"settings/{name}") or found.get(f"stack/{name}", "")

    root = found.get("secrets/root", "")
    if not root:
        raise Unavailable("the parameter secrets/root is missing: run the deployment again, which makes it")
    tokens = (found.get("secrets/twilio_auth_token", ""), found.get("secrets/twilio_auth_token_previous", ""))
    return Parameters(
        root=root.encode(),
        public_url=address("public_url").rstrip("/"),
        socket_url=address("socket_url").rstrip("/"),
        socket_endpoint=address("socket_endpoint").rstrip("/"),
        files_origin=address("files_origin").rstrip("/"),
        twilio_account_sid=found.get("secrets/twilio_account_sid", ""),
        twilio_auth_tokens=tuple(token for token in tokens if token),
        twilio_api=(address("twilio_api") or TWILIO_API).rstrip("/"),
        site_jwts=tuple(found[name] for name in ("secrets/site_jwt", "secrets/site_jwt_previous") if found.get(name)),
        sms_api=address("sms_api").rstrip("/"),
        sns_certificates=address("sns_certificates"),
        actions_secret=found.get("secrets/actions", ""),
    )
