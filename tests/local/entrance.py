"""The local ways in on their own, leading to a bucket, a queue and a recording web server instead of Baton."""

import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from urllib.parse import parse_qsl

import httpx

from infra.local.ways_in import Ports
from tests.local.cloud import Cloud

ACCOUNT, TOKEN, OURS, THEIRS = "AC" + "0" * 32, "secret", "+12025550199", "+12025550143"


@dataclass(frozen=True, slots=True)
class House:
    """Local ways in that lead to a bucket, a queue and a recording web server instead of Baton."""

    cloud: Cloud
    ports: Ports
    bucket: str
    notified: str
    public_url: str
    posts: "Queue[tuple[str, str, dict[str, str]]]"

    @property
    def pages(self) -> str:
        return f"http://127.0.0.1:{self.ports.pages}"

    def mail(self, raw: bytes, sender: str = "mia@customer.example", to: str = "support@shop.example") -> None:
        with smtplib.SMTP("127.0.0.1", self.ports.smtp) as server:
            server.sendmail(sender, [to], raw)


@contextmanager
def recorder() -> Iterator[tuple[str, "Queue[tuple[str, str, dict[str, str]]]"]]:
    """A web server that notes the path, signature and form of each post; `refuse` in a text is answered by 403."""
    posts: Queue[tuple[str, str, dict[str, str]]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = dict(parse_qsl(body, keep_blank_values=True))
            posts.put((self.path, self.headers["X-Twilio-Signature"], form))
            self.send_response(403 if "refuse" in form.get("Body", "") else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/stage", posts
    finally:
        server.shutdown()
        server.server_close()


def send(house: House, form: dict[str, str], auth: tuple[str, str] = (ACCOUNT, TOKEN), account: str = ACCOUNT) -> httpx.Response:
    return httpx.post(f"{house.pages}/2010-04-01/Accounts/{account}/Messages.json", auth=auth, data=form)
