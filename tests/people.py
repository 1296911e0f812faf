"""The people of the stack tests: each talks to Baton through its public addresses only, as docs/api.md describes them."""

from __future__ import annotations

import json
import secrets
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from websockets.sync.client import ClientConnection, connect

T = TypeVar("T")
PATIENCE = 60.0  # seconds; two stacks and two browsers on two cores are slow, not wrong


def eventually(look: Callable[[], T], patience: float = PATIENCE) -> T:
    """The first true value of `look`; fails with the last one if there is none in time."""
    deadline = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience} s; last seen: {found!r}")
        time.sleep(0.05)


@dataclass
class Visitor:
    """A browser with the chat page open."""

    site: str
    session: dict[str, Any] = field(default_factory=dict)
    socket: ClientConnection | None = None
    frames: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.session:
            self.session = httpx.post(self.site + "chat/session", json={}, timeout=120).raise_for_status().json()

    @property
    def address(self) -> str:
        return str(self.session["visitor"])

    def connect(self) -> None:
        self.socket = connect(f"{self.session['socket']}?token={self.session['token']}", open_timeout=60, ping_interval=None)

    def disconnect(self) -> None:
        if self.socket:
            self.socket.close()
            self.socket = None

    def tell(self, frame: dict[str, Any]) -> None:
        if not self.socket:
            self.connect()
        assert self.socket
        self.socket.send(json.dumps({"token": self.session["token"], **frame}))

    def say(self, text: str, message_id: str = "") -> str:
        message_id = message_id or f"visitor-{secrets.token_hex(6)}"
        self.tell({"action": "message", "id": message_id, "text": text})
        return message_id

    def hear(self, wanted: Callable[[dict[str, Any]], bool], patience: float = PATIENCE) -> dict[str, Any]:
        """The next frame that is wanted; frames before it are kept in `frames`."""
        deadline = time.monotonic() + patience
        assert self.socket
        while True:
            text = self.socket.recv(timeout=max(0.01, deadline - time.monotonic()))
            if not text:
                continue  # seen when a function is killed while it posts; the page drops it, too (socket.js)
            frame: dict[str, Any] = json.loads(text)
            self.frames.append(frame)
            if wanted(frame):
                return frame

    def answer(self, patience: float = PATIENCE) -> dict[str, Any]:
        """The next message from the business."""
        message: dict[str, Any] = self.hear(lambda f: f["type"] == "message" and f["message"]["direction"] == "outgoing", patience)[
            "message"
        ]
        return message

    def replay(self, after: int = 0) -> list[dict[str, Any]]:
        """All that was said after the cursor, in the order of time; without one, all there is, page by page from its end."""
        messages, older = self._page({"after": after})
        while older:
            before, older = self._page({"before": older})
            messages = [*before, *messages]
        return list({m["id"]: m for m in messages}.values())

    def _page(self, asked: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
        self.tell({"action": "replay", **asked})
        messages: list[dict[str, Any]] = []
        while True:
            page = self.hear(lambda f: f["type"] == "messages")
            messages += page["messages"]
            if not page["more"]:
                return messages, page.get("older", "")


@dataclass
class Agent:
    """An agent with an HTTP client in place of the console."""

    site: str
    email: str
    password: str
    token: str = ""

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.site, timeout=120)
        signed_in = self.http.post("agents/session", json={"email": self.email, "password": self.password}).raise_for_status().json()
        self.token, self.me = signed_in["token"], signed_in["agent"]

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.http.request(method, path, json=body, headers={"Authorization": self.token})

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        response = self.call(method, path, body)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def claim(self, customer: str) -> dict[str, Any]:
        """The conversation of this customer (their address, or a visitor's id); others that wait are claimed and resolved."""

        def look() -> dict[str, Any] | None:
            claimed: dict[str, Any] | None = self.ask("POST", "claims")
            if claimed and claimed["address"] != customer:
                self.ask("POST", f"conversations/{claimed['id']}/resolve")
                return None
            return claimed

        return eventually(look, 5 * PATIENCE) or {}  # earlier tests may have left dozens in the queues

    def reply(self, conversation: str, text: str, reply_id: str = "") -> dict[str, Any]:
        body = {"id": reply_id or f"reply-{secrets.token_hex(6)}", "text": text}
        return dict(self.ask("POST", f"conversations/{conversation}/replies", body))

    def read(self, conversation: str, query: str = "") -> dict[str, Any]:
        return dict(self.ask("GET", f"conversations/{conversation}{query}"))

    def messages(self, conversation: str) -> list[dict[str, Any]]:
        """All of them, page by page."""
        page = self.read(conversation)
        found = list(page["messages"])
        while page["older"]:
            page = self.read(conversation, f"?before={quote(page['older'])}")
            found = [*page["messages"], *found]
        return found

    def socket(self) -> ClientConnection:
        return connect(self.ask("POST", "agents/socket")["socket"], open_timeout=60, ping_interval=None)

    def resolve_all(self) -> None:
        for c in self.ask("GET", "conversations?owner=me&limit=100")["conversations"]:
            self.call("POST", f"conversations/{c['id']}/resolve")


@dataclass
class Mailer:
    """A customer's mail program: it writes to the SMTP port, and reads what came to its mailbox."""

    mailbox: str  # the address of the mailbox page
    smtp: str
    support: str
    address: str

    def send(self, subject: str, text: str, **headers: str) -> str:
        """Headers by name with `_` for `-`; returns the Message-ID."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"A Customer <{self.address}>", self.support, subject
        mail["Message-ID"] = f"<{secrets.token_hex(8)}@customer.example>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        host, _, port = self.smtp.partition(":")
        with smtplib.SMTP(host, int(port), timeout=120) as server:
            server.send_message(mail, from_addr=self.address, to_addrs=[self.support])
        return str(mail["Message-ID"])

    def post(self, raw: bytes) -> None:
        """A mail as it stands."""
        host, _, port = self.smtp.partition(":")
        with smtplib.SMTP(host, int(port), timeout=120) as server:
            server.sendmail(self.address, [self.support], raw)

    def inbox(self) -> list[dict[str, Any]]:
        """What came for this address, oldest first."""
        mails = httpx.get(f"{self.mailbox}/state", timeout=120).raise_for_status().json()["mails"]
        return sorted((m for m in mails if m["direction"] == "out" and self.address in m["to"]), key=lambda m: m["at"])

    def reply(self, mail: dict[str, Any], text: str) -> None:
        """As a mail program replies: to Reply-To, with the thread's headers, the mail quoted below."""
        body = {"from": self.address, "text": text, "reply_to": mail["id"]}
        httpx.post(f"{self.mailbox}/messages", json=body, timeout=120).raise_for_status()


@dataclass
class Phone:
    """A customer's phone, by the page that plays it."""

    page: str
    number: str

    def send(self, text: str) -> dict[str, Any]:
        sent = httpx.post(f"{self.page}/messages", json={"phone": self.number, "text": text}, timeout=120).raise_for_status()
        return dict(sent.json())

    def redeliver(self, sid: str) -> dict[str, Any]:
        return dict(httpx.post(f"{self.page}/messages/{sid}/redeliver", json={}, timeout=120).raise_for_status().json())

    def inbox(self) -> list[str]:
        """The texts received, oldest first."""
        messages = httpx.get(f"{self.page}/state", timeout=120).raise_for_status().json()["messages"]
        mine = [m for m in messages if m["phone"] == self.number and m["direction"] == "out"]
        return [m["text"] for m in sorted(mine, key=lambda m: m["at"])]
