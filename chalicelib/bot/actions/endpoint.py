"""Calling the business's HTTP endpoint: signed, at one host alone, quickly or not at all, and safe to repeat (docs/api.md).

The address is the deployment's (ACTIONS_URL): https with a public address, or the loopback of the local run. An action adds a path of its
own declaration, and what a customer wrote travels as JSON in the body only. The same `id` again means: the same call, done once.
"""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from threading import Thread
from typing import TYPE_CHECKING, Any

from chalicelib import safe_http, settings
from chalicelib.errors import BatonError, Forbidden, Unavailable
from chalicelib.safe_http import Place

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

BUDGET = 4.5  # seconds for all calls of one message: others wait behind it
ATTEMPT = 2.0  # seconds for one attempt
LARGEST = 16 * 1024  # bytes of an answer
_URL = re.compile(r"(https?)://([a-z0-9.-]{1,253}|\[::1\])(?::(\d{1,5}))?((?:/[A-Za-z0-9._~-]+)*)/?")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class _Call:
    place: Place
    key: str
    content: bytes
    secret: str


@dataclass(frozen=True, slots=True)
class Reply:
    """`outcome`: "done", or the name of a refusal; `fields` as the endpoint sent them, not checked yet."""

    outcome: str
    fields: Mapping[str, Any]


def call(path: str, key: str, body: Mapping[str, Any], deadline: float) -> Reply:
    """One call, tried twice at most; `key` makes it safe to repeat, `deadline` in monotonic seconds. Raises Forbidden (the deployment's
    address is not allowed), Unavailable (no answer, or none that can be understood)."""
    place = allowed(settings.env("ACTIONS_URL"), path)
    secret = settings.actions_secret()
    if not secret:
        raise Forbidden("the parameter secrets/actions is missing: without it no call can be signed")
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return _parsed(_in_time(_Call(place, key, content, secret), deadline))


def allowed(base: str, path: str) -> Place:
    """Where the endpoint is. Raises Forbidden, Unavailable (its name is not known now)."""
    found = _URL.fullmatch(base)
    if not found:
        raise Forbidden("ACTIONS_URL must be an https address without user, query or fragment")
    scheme, host, port, folder = found.groups()
    whole = f"{folder}/{path}"
    if scheme == "http":
        if host not in _LOOPBACK:
            raise Forbidden("ACTIONS_URL must begin with https://")
        return Place(host, host.strip("[]"), int(port or 80), whole, trusted=True)
    addresses = safe_http.resolve(host)
    if not addresses or not all(map(safe_http.is_public, addresses)):
        raise Forbidden("ACTIONS_URL leads into a private network")
    return Place(host, addresses[0], int(port or 443), whole)


def signature(secret: str, timestamp: int, key: str, path: str, content: bytes) -> str:
    """Hex of HMAC-SHA256 over what the endpoint must be able to trust: when, which call, where to, and the body."""
    signed = f"{timestamp}\n{key}\n{path}\n".encode() + content
    return hmac.digest(secret.encode(), signed, sha256).hex()


def _in_time(asked: _Call, deadline: float) -> bytes:
    """Whatever the server does, we do not wait longer: a header that drips resets every timeout of a socket."""
    done: list[bytes | BatonError] = []

    def run() -> None:
        try:
            done.append(_tried(asked, deadline))
        except BatonError as error:
            done.append(error)

    worker = Thread(target=run, daemon=True)
    worker.start()
    worker.join(max(0.0, deadline - time.monotonic()))
    got = done[0] if done else Unavailable("the endpoint is too slow")
    if isinstance(got, BatonError):
        raise got
    return got


def _tried(asked: _Call, deadline: float) -> bytes:
    try:
        return _posted(asked, deadline)
    except Unavailable:
        if time.monotonic() + ATTEMPT / 4 > deadline:
            raise
    return _posted(asked, deadline)


def _posted(asked: _Call, deadline: float) -> bytes:
    """Raises Unavailable (a second try may help), Forbidden (it will not)."""
    from urllib3.exceptions import HTTPError

    until = min(deadline, time.monotonic() + ATTEMPT)
    try:
        with closing(_open(asked, max(0.1, until - time.monotonic()))) as answer:
            if answer.status in _PASSING:
                raise Unavailable(f"the endpoint answered {answer.status}")
            if answer.status != 200:
                raise Forbidden(f"the endpoint answered {answer.status}")
            return safe_http.content(answer, LARGEST, until)
    except (HTTPError, OSError) as error:
        raise Unavailable(f"the endpoint cannot be reached: {type(error).__name__}") from error


def _open(asked: _Call, seconds: float) -> BaseHTTPResponse:
    place, timestamp = asked.place, int(time.time())
    port = "" if place.port in (80, 443) else f":{place.port}"
    headers = {
        "Host": f"{place.host}{port}",
        "User-Agent": "Baton",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "Baton-Id": asked.key,
        "Baton-Timestamp": str(timestamp),
        "Baton-Signature": signature(asked.secret, timestamp, asked.key, place.path, asked.content),
    }
    return safe_http.pool(place, seconds).request(
        "POST", place.path, body=asked.content, headers=headers, redirect=False, retries=False, preload_content=False
    )


def _parsed(content: bytes) -> Reply:
    """`{"outcome", "fields"}`. Raises Unavailable for anything else."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unavailable(f"the endpoint's answer is no JSON: {type(error).__name__}") from error
    outcome, fields = (answer.get("outcome"), answer.get("fields", {})) if isinstance(answer, dict) else (None, None)
    if not isinstance(outcome, str) or not isinstance(fields, dict):
        raise Unavailable('the endpoint\'s answer must be {"outcome": text, "fields": object}')
    return Reply(outcome, fields)
