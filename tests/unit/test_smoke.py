"""A stack that was just made may deny its first calls, as its roles are some seconds old: it is tried again before it is called broken."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infra.progress import hint
from infra.smoke import smoke


@contextmanager
def site(*statuses: int) -> Iterator[str]:
    """Answers for its health with these statuses, the last one for good; the chat cannot begin."""
    left = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps({"ok": status == 200, "version": "1"}).encode())

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_is_denied_at_first_and_then_answered_is_fine() -> None:
    with site(403, 500, 500, 200) as address:
        health = smoke(address, patience=5)[0]
    assert health.ok
    assert health.detail.startswith("version 1")


def test_what_is_denied_for_good_is_told_as_it_was_answered() -> None:
    with site(500) as address:
        [health] = smoke(address, patience=0.3)
    assert not health.ok
    assert "HTTP 500" in health.detail


@pytest.mark.parametrize(
    "reason",
    [
        "The role defined for the function cannot be assumed by Lambda. (Service: Lambda, Status Code: 400)",
        "Cannot access stream arn:aws:dynamodb:x. Please ensure the role can perform the GetRecords Actions on your stream",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    ],
)
def test_what_only_takes_a_moment_says_so(reason: str) -> None:
    assert "deploy again" in hint(reason)
    assert "seconds" in hint(reason) or "minute" in hint(reason)
