"""The smoke test: does the deployed system answer customers at its public address?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

PATIENCE = 60.0  # seconds; a new API answers 403 or 404 until API Gateway has spread it
TIMEOUT = 15.0


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing that a customer does; `detail` says how it went."""

    name: str
    ok: bool
    detail: str


def smoke(site: str, patience: float = PATIENCE) -> list[Tried]:
    """Asks for health, begins a chat as a customer would, and opens its WebSocket. Stores no message."""
    tried = [_patiently("site answers", patience, lambda: _health(site))]
    if not tried[0].ok:
        return tried
    opened: dict[str, Any] = {}
    tried.append(_patiently("chat can begin", patience / 2, lambda: _session(site, opened)))
    if tried[-1].ok:
        tried.append(_patiently("WebSocket answers", patience / 2, lambda: _socket(opened)))
    return tried


def _patiently(name: str, patience: float, attempt: Callable[[], str]) -> Tried:
    end, began = time.monotonic() + patience, time.monotonic()
    while True:
        try:
            detail = attempt()
            return Tried(name, True, f"{detail} ({time.monotonic() - began:.1f} s)")
        except (httpx.HTTPError, WebSocketException, OSError, ValueError, KeyError) as error:
            if time.monotonic() >= end:
                return Tried(name, False, str(error) or type(error).__name__)
        time.sleep(min(1.0, patience / 10))


def _health(site: str) -> str:
    answer = httpx.get(f"{site}/health", timeout=TIMEOUT)
    if answer.status_code != 200 or answer.json().get("ok") is not True:
        raise ValueError(f"GET {site}/health: HTTP {answer.status_code} {answer.text[:200]}")
    return f"version {answer.json().get('version', '?')}"


def _session(site: str, opened: dict[str, Any]) -> str:
    answer = httpx.post(f"{site}/chat/session", json={}, timeout=TIMEOUT)
    if answer.status_code != 201:
        raise ValueError(f"POST {site}/chat/session: HTTP {answer.status_code} {answer.text[:200]}")
    opened.update(answer.json())
    return "signed token received"


def _socket(opened: dict[str, Any]) -> str:
    with connect(f"{opened['socket']}?token={opened['token']}", open_timeout=TIMEOUT, close_timeout=2) as socket:
        socket.send(json.dumps({"action": "ping"}))
        answer = json.loads(socket.recv(timeout=TIMEOUT))
    if answer.get("type") != "pong":
        raise ValueError(f"answered {answer} instead of pong")
    return "ping, pong"
