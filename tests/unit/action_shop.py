"""A business's endpoint on a real socket: the demo shop, which can also be told to misbehave."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.demo.shop import Orders
from infra.demo.shop_endpoint import verified

SECRET = "s" * 40
TODAY = date(2026, 9, 21)


class Shop(ThreadingHTTPServer):
    """`calls`: (path, id, body) of those with a good signature; `bad`: ways to misbehave, one for each next call."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.orders, self.calls, self.refused = Orders(TODAY), list[tuple[str, str, dict[str, Any]]](), 0
        self.headers: list[dict[str, str]] = []
        self.bad: list[tuple[int, dict[str, str], bytes] | str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/actions"

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.calls]


class Handler(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.headers.append(dict(self.headers))
        if not verified(SECRET, self.headers, self.path, body, time.time()):
            self.server.refused += 1
            self.answer(401, {}, b"")
            return
        path = self.path.removeprefix("/actions/")
        self.server.calls.append((path, self.headers["Baton-Id"], json.loads(body)))
        bad = self.server.bad.pop(0) if self.server.bad else None
        done = self.server.orders.handle(path, self.headers["Baton-Id"], json.loads(body))
        if bad is None:
            self.answer(200 if done else 404, {"Content-Type": "application/json"}, json.dumps(done).encode())
        elif isinstance(bad, tuple):
            self.answer(*bad)
        else:
            self.misbehave(bad)

    def misbehave(self, how: str) -> None:
        with suppress(OSError):
            if how == "drip":
                for n in range(200):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n" if n == 0 else b"X: y\r\n")
                    time.sleep(0.05)
            self.connection.close()

    def answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        with suppress(OSError):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Silent."""


@contextmanager
def open_shop() -> Iterator[Shop]:
    with Shop() as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield running
        running.shutdown()
