"""Browsers, customers and agents for the tests; the stack itself is the fixture of all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from threading import Thread
from typing import Any

import pytest

from tests.browser.driver import Browser
from tests.conftest import Stack
from tests.people import Agent

NewBrowser = Callable[..., Browser]


@pytest.fixture
def browser() -> Iterator[NewBrowser]:
    """`browser(language, size, dark)` opens one; all are closed at the end."""
    opened: list[Browser] = []

    def new(*args: Any, **options: Any) -> Browser:
        opened.append(Browser(*args, **options))
        return opened[-1]

    yield new
    for one in opened:
        one.quit()


@pytest.fixture
def supervisor(stack: Stack) -> Iterator[Agent]:
    """One whose hands are empty before and after the test."""
    agent = stack.agent("supervisor")
    agent.resolve_all()
    yield agent
    agent.resolve_all()


@pytest.fixture
def careless() -> Iterator[dict[str, str]]:
    """Pages and files by name, served as they are: the address is under the name ""."""
    served: dict[str, str] = {}

    class Careless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/").partition("?")[0]
            page = served.get(name)
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Type", f"{guess_type(name)[0] or 'text/html'}; charset=utf-8")
            self.end_headers()
            self.wfile.write((page or "").encode("utf-8", "replace"))

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Careless)
    Thread(target=server.serve_forever, daemon=True).start()
    served[""] = f"http://127.0.0.1:{server.server_port}/"
    yield served
    server.shutdown()
