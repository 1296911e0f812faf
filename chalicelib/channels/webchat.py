"""Web chat: a visitor's signed token, the WebSocket's frames, and the replay that makes every reconnect complete.

docs/api.md is the protocol. A frame names its visitor by the signed token, so that storing a message needs no read.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any

from chalicelib import push, settings, tokens
from chalicelib.conversations import sockets, table, timeline
from chalicelib.conversations.model import Message
from chalicelib.errors import BadRequest, BatonError, NotFound, TooLarge
from chalicelib.observability import log

TOKEN = "visitor"
TOKEN_LIFE = 30 * settings.DAY
LONGEST_TEXT = 8_000
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

# A frame that is pushed may have 128 KB; staying well under it leaves room for escapes.
FRAME_BYTES = 60_000


def session(old_token: str, now: int) -> dict[str, Any]:
    """A token for a new visitor, or a fresh one for the visitor who shows a valid old one."""
    visitor = "w" + secrets.token_hex(16)
    if old_token:
        visitor = tokens.subject(TOKEN, old_token, now)
    expires_at = now + TOKEN_LIFE
    return {
        "token": tokens.issue(TOKEN, visitor, expires_at),
        "visitor": visitor,
        "expires_at": expires_at,
        "socket": settings.parameters().socket_url,
    }


def connect(query: dict[str, str], connection: str, now: int) -> None:
    """A visitor with a token or an agent with a ticket. Raises NotAuthenticated."""
    if "ticket" in query:
        sockets.open_console(tokens.subject("console", query["ticket"], now), connection, now)
    else:
        sockets.open_visitor(tokens.subject(TOKEN, query.get("token", ""), now), connection, now)


def receive(body: str, connection: str, now: int) -> str:
    """Answers one frame down its own connection; whatever is wrong is told there. Returns the action, for the log."""
    frame: dict[str, Any] = {}
    try:
        frame = _frame(body)
        action = frame.get("action")
        if action == "message":
            _store(frame, connection, now)
        elif action == "replay":
            _replay(frame, connection, now)
        elif action == "ping":
            push.post(connection, {"type": "pong"})
        else:
            raise BadRequest("action must be message, replay or ping")
    except BatonError as error:
        _tell(error, frame, connection)
        return error.code
    return str(action)


def _frame(body: str) -> dict[str, Any]:
    try:
        frame = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("a frame must be JSON") from None
    if not isinstance(frame, dict):
        raise BadRequest("a frame must be a JSON object")
    return frame


def _store(frame: dict[str, Any], connection: str, now: int) -> None:
    visitor = tokens.subject(TOKEN, _text(frame, "token"), now)
    message = Message(
        thread=visitor,
        id=_id(frame),
        direction="incoming",
        channel="webchat",
        at=now,
        text=_words(frame),
        address=visitor,
        name=_text(frame, "name")[:80],
        language=_text(frame, "language")[:16],
    )
    is_new = table.record(message)
    at = now if is_new else _stored_at(message)
    push.post(connection, {"type": "stored", "id": message.id, "at": at})
    if is_new:
        _show_in_other_tabs(message, connection, now)


def _stored_at(message: Message) -> int:
    stored = table.message(message.thread, message.id)
    return stored.at if stored else message.at


def _show_in_other_tabs(message: Message, connection: str, now: int) -> None:
    frame = {"type": "message", "message": timeline.for_visitor(message)}
    for other in sockets.of_visitor(message.thread, now):
        if other != connection and not push.post(other, frame):
            sockets.close_visitor(message.thread, other)


def _replay(frame: dict[str, Any], connection: str, now: int) -> None:
    visitor = tokens.subject(TOKEN, _text(frame, "token"), now)
    after = frame.get("after", 0)
    if not isinstance(after, int) or isinstance(after, bool) or after < 0:
        raise BadRequest("after must be a whole number, 0 for everything")
    try:
        messages = timeline.after(table.read_thread(visitor).messages, after)
    except NotFound:
        messages = []
    pages = list(_pages([timeline.for_visitor(m) for m in messages]))
    for n, page in enumerate(pages):
        cursor = max((m["at"] for m in page), default=after)
        push.post(connection, {"type": "messages", "messages": page, "cursor": max(cursor, after), "more": n < len(pages) - 1})


def _pages(messages: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Split so that each fits into one frame; one empty page if there is nothing."""
    page: list[dict[str, Any]] = []
    size = 0
    for m in messages:
        weight = len(json.dumps(m, ensure_ascii=False).encode())
        if page and size + weight > FRAME_BYTES:
            yield page
            page, size = [], 0
        page.append(m)
        size += weight
    yield page


def _tell(error: BatonError, frame: dict[str, Any], connection: str) -> None:
    if error.status == 500:
        log.error("failed", error=str(error))
    text = str(error) if error.status != 500 else "this is our fault and was logged; try again"
    told: dict[str, Any] = {"type": "error", "code": error.code, "message": text}
    if isinstance(frame.get("id"), str):
        told["id"] = frame["id"][:64]
    push.post(connection, told)


def _text(frame: dict[str, Any], name: str) -> str:
    value = frame.get(name, "")
    if not isinstance(value, str):
        raise BadRequest(f"{name} must be a text")
    return value


def _words(frame: dict[str, Any]) -> str:
    text = _text(frame, "text").strip()
    if not text:
        raise BadRequest("text must not be empty")
    if len(text) > LONGEST_TEXT:
        raise TooLarge(f"text may have {LONGEST_TEXT} characters at most")
    return text


def _id(frame: dict[str, Any]) -> str:
    value = _text(frame, "id")
    if not _CLIENT_ID.fullmatch(value):
        raise BadRequest("id must be your own random id: 8 to 64 characters of A-Z a-z 0-9 _ -")
    return value
