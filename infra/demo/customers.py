"""The demo's customers: they use the same ways in as everybody else and know nothing of the inside."""

import json
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx
from websockets.sync.client import ClientConnection, connect

Json = dict[str, Any]

LOOK_SECONDS = 0.05


class DidNotHappenError(Exception):
    """Something that should have happened did not, or not in time."""


def wait_for(what: str, seconds: float, look: Callable[[], Any]) -> Any:
    """What `look` finds, as soon as it finds anything. Raises DidNotHappenError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(LOOK_SECONDS)
    raise DidNotHappenError(f"{what}: not within {seconds:.0f} s")


@dataclass(slots=True)
class Visitor:
    """A visitor of the web chat; `with` opens and closes the page."""

    site: str
    name: str
    language: str
    messages: list[Json] = field(default_factory=list)
    _token: str = ""
    _socket: ClientConnection | None = None

    def __enter__(self) -> Self:
        session = httpx.post(f"{self.site}chat/session", json={}, timeout=15).raise_for_status().json()
        self._token = session["token"]
        self._socket = connect(f"{session['socket']}?token={self._token}", close_timeout=1).__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._socket:
            self._socket.close()

    def ask(self, text: str) -> None:
        message = {"action": "message", "token": self._token, "id": uuid4().hex, "text": text, "name": self.name, "language": self.language}
        self._open.send(json.dumps(message))

    def next_message(self, seconds: float) -> Json:
        """The next message that comes to the page. Raises DidNotHappenError."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                frame = json.loads(self._open.recv(timeout=left))
            except TimeoutError:
                break
            if frame["type"] == "error":
                raise DidNotHappenError(f"the chat answered {frame['code']}: {frame['message']}")
            if frame["type"] == "message":
                self.messages.append(frame["message"])
                return dict(frame["message"])
        raise DidNotHappenError(f"no message came to {self.name}'s page within {seconds:.0f} s")

    @property
    def _open(self) -> ClientConnection:
        if self._socket is None:
            raise RuntimeError("use the visitor in a with block")
        return self._socket


@dataclass(frozen=True, slots=True)
class Phone:
    """Somebody with a telephone of their own."""

    pages: str
    number: str = field(default_factory=lambda: f"+1415555{random.randrange(10_000):04}")  # noqa: S311 (no secret)

    def text(self, text: str) -> str:
        """Write an SMS; its id. Raises DidNotHappenError if the webhook was not taken."""
        written = (
            httpx.post(f"{self.pages}/phone/messages", json={"phone": self.number, "text": text}, timeout=20).raise_for_status().json()
        )
        if written["state"] != "delivered":
            raise DidNotHappenError(f"the SMS webhook: {written['state']}")
        return str(written["id"])

    def redeliver(self, name: str) -> None:
        """Let Twilio deliver the same SMS once more."""
        httpx.post(f"{self.pages}/phone/messages/{name}/redeliver", json={}, timeout=20).raise_for_status()

    def received(self) -> list[Json]:
        messages = httpx.get(f"{self.pages}/phone/state", timeout=15).raise_for_status().json()["messages"]
        return [message for message in messages if (message["phone"], message["direction"]) == (self.number, "out")]


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Somebody with a mailbox of their own."""

    pages: str
    address: str = field(default_factory=lambda: f"noor.{secrets.token_hex(3)}@customer.example")

    def write(self, text: str, subject: str = "", reply_to: str | None = None) -> None:
        """Send a mail through the SMTP port; `reply_to`: id of a mail in the mailbox."""
        mail = {"from": self.address, "subject": subject, "text": text, "reply_to": reply_to}
        httpx.post(f"{self.pages}/mailbox/messages", json=mail, timeout=30).raise_for_status()

    def received(self) -> list[Json]:
        mails = httpx.get(f"{self.pages}/mailbox/state", timeout=15).raise_for_status().json()["mails"]
        return [mail for mail in mails if mail["direction"] == "out" and self.address in mail["people"]]
