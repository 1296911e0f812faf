"""Web chat: a visitor's signed token, the WebSocket's frames, and the replay that makes every reconnect complete.

docs/api.md is the protocol. A frame names its visitor by the signed token, so that storing a message needs no read.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from chalicelib import push, settings, tokens
from chalicelib.channels import limits, webchat_frames, webchat_signals
from chalicelib.channels.webchat_frames import client_id, text, zone
from chalicelib.conversations import sockets, table, timeline
from chalicelib.conversations.model import Message
from chalicelib.errors import BadRequest, BatonError, NotAuthenticated, NotFound, TooLarge, TooMany
from chalicelib.observability import log

TOKEN = "visitor"
TOKEN_LIFE = 30 * settings.DAY
ACCOUNT_LIFE = settings.DAY  # then the host site signs again who this is
LONGEST_TEXT = 8_000

# A frame that is pushed may have 128 KB; staying well under it leaves room for escapes.
FRAME_BYTES = 60_000


def session(old_token: str, now: int, jwt: str = "", source: str = "") -> dict[str, Any]:
    """A token for a new visitor, a fresh one for the visitor who shows a valid old one, or one for a customer of the host site.

    `source`: the network address. Raises NotAuthenticated, Forbidden, BadRequest, TooMany.
    """
    if jwt:
        return _account_session(jwt, now)
    if not old_token:
        limits.spend(limits.NEW_VISITORS, limits.network(source), now)
        return _session("w" + secrets.token_hex(16), now + TOKEN_LIFE)
    visitor = tokens.subject(TOKEN, old_token, now)
    if _has_account(visitor):
        raise NotAuthenticated("this is a customer of the host site: show a new JWT")
    return _session(visitor, now + TOKEN_LIFE)


def connect(query: dict[str, str], connection: str, now: int) -> None:
    """A visitor with a token or an agent with a ticket. Raises NotAuthenticated, TooMany."""
    if "ticket" in query:
        sockets.open_console(tokens.subject("console", query["ticket"], now), connection, now)
        return
    visitor = tokens.subject(TOKEN, query.get("token", ""), now)
    limits.spend(limits.CONNECTIONS, visitor, now)
    sockets.open_visitor(visitor, connection, now)


def receive(body: str, connection: str, now: int, source: str = "") -> str:
    """Answers one frame down its own connection; whatever is wrong is told there. Returns the action or the error's code, for the log."""
    frame: dict[str, Any] = {}
    try:
        frame = webchat_frames.parsed(body)
        action = str(frame.get("action"))
        if action == "ping":
            push.post(connection, {"type": "pong"})
        elif action in ACTIONS:
            visitor = tokens.subject(TOKEN, text(frame, "token"), now)
            network = limits.network(source)
            _spend(action, visitor, network, now)
            frame[webchat_frames.NETWORK] = limits.mark(network, now)
            ACTIONS[action](visitor, frame, connection, now)
        else:
            raise BadRequest(f"action must be one of {', '.join(ACTIONS)}, ping")
    except BatonError as error:
        _tell(error, frame, connection)
        return error.code
    return action


def _session(visitor: str, expires_at: int) -> dict[str, Any]:
    token = tokens.issue(TOKEN, visitor, expires_at)
    return {"token": token, "visitor": visitor, "expires_at": expires_at, "socket": settings.parameters().socket_url}


def _account_session(jwt: str, now: int) -> dict[str, Any]:
    """The site's word proves the account, and the addresses that the site verified; customers become one by the stream."""
    from chalicelib.channels import webchat_host
    from chalicelib.conversations import proofs

    account = webchat_host.account(jwt, now)
    for channel, address in account.proven():
        proofs.prove(account.visitor, channel, address, "jwt", now)
    return _session(account.visitor, now + ACCOUNT_LIFE) | {"name": account.name, "proven": bool(account.email or account.phone)}


def _has_account(visitor: str) -> bool:
    from chalicelib.channels import webchat_host

    return visitor.startswith(webchat_host.ACCOUNT)


def _spend(action: str, visitor: str, network: str, now: int) -> None:
    """Raises TooMany. Nothing is lost by it: a browser keeps the text and sends it again."""
    if action == "message":
        limits.spend(limits.MESSAGES, visitor, now)
        limits.spend(limits.OF_NETWORK, network, now)
    else:
        limits.spend(limits.FRAMES, visitor, now)


def _store(visitor: str, frame: dict[str, Any], connection: str, now: int) -> None:
    attachments = _attachments(visitor, frame)
    known = {"attachments": attachments, "network": frame[webchat_frames.NETWORK], "zone": zone(frame)}
    message = Message(
        thread=visitor,
        id=client_id(frame),
        direction="incoming",
        channel="webchat",
        at=now,
        text=_words(frame, needed=not attachments),
        address=visitor,
        name=text(frame, "name")[:80],
        language=text(frame, "language")[:16],
        meta={name: value for name, value in known.items() if value},
    )
    is_new = table.record(message)
    at = now if is_new else _stored_at(message)
    push.post(connection, {"type": "stored", "id": message.id, "at": at})
    if is_new:
        _show_in_other_tabs(message, connection, now)


def _attachments(visitor: str, frame: dict[str, Any]) -> list[dict[str, Any]]:
    """Checked against what was really uploaded. Raises BadRequest, TooLarge."""
    if not frame.get("attachments"):
        return []
    from chalicelib.conversations import files

    return files.checked(visitor, frame["attachments"])


def _stored_at(message: Message) -> int:
    stored = table.message(message.thread, message.id)
    return stored.at if stored else message.at


def _show_in_other_tabs(message: Message, connection: str, now: int) -> None:
    frame = {"type": "message", "message": timeline.for_visitor(message)}
    for other in sockets.of_visitor(message.thread, now):
        if other != connection and not push.post(other, frame):
            sockets.close_visitor(message.thread, other)


def _replay(visitor: str, frame: dict[str, Any], connection: str, now: int) -> None:
    """Read consistently: from now on the pushes come, and what was stored before must not fall between the two."""
    after = frame.get("after", 0)
    if not isinstance(after, int) or isinstance(after, bool) or after < 0:
        raise BadRequest("after must be a whole number, 0 for everything")
    try:
        messages = timeline.after(table.read_thread(visitor, consistent=True).messages, after)
    except NotFound:
        messages = []
    pages = list(_pages([timeline.for_visitor(m) for m in messages if timeline.is_shown_in_chat(m)]))
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


def _upload(visitor: str, frame: dict[str, Any], connection: str, now: int) -> None:
    from chalicelib.channels import webchat_files

    webchat_files.upload(visitor, frame, connection, now)


def _file(visitor: str, frame: dict[str, Any], connection: str, now: int) -> None:
    from chalicelib.channels import webchat_files

    webchat_files.file(visitor, frame, connection, now)


def _contact(visitor: str, frame: dict[str, Any], connection: str, now: int) -> None:
    from chalicelib.channels import webchat_contact

    webchat_contact.contact(visitor, frame, connection, now)


def _prove(visitor: str, frame: dict[str, Any], connection: str, now: int) -> None:
    from chalicelib.channels import webchat_contact

    webchat_contact.prove(visitor, frame, connection, now)


def _tell(error: BatonError, frame: dict[str, Any], connection: str) -> None:
    if error.status == 500:
        log.error("failed", error=str(error))
    words = str(error) if error.status != 500 else "this is our fault and was logged; try again"
    told: dict[str, Any] = {"type": "error", "code": error.code, "message": words}
    for name in ("action", "id"):
        if isinstance(frame.get(name), str):
            told[name] = frame[name][:64]
    if isinstance(error, TooMany):
        told["retry_after"] = error.retry_after
    push.post(connection, told)


def _words(frame: dict[str, Any], needed: bool) -> str:
    words = text(frame, "text").strip()
    if not words and needed:
        raise BadRequest("text must not be empty")
    if len(words) > LONGEST_TEXT:
        raise TooLarge(f"text may have {LONGEST_TEXT} characters at most")
    return words


ACTIONS: dict[str, Callable[[str, dict[str, Any], str, int], None]] = {
    "message": _store,
    "replay": _replay,
    "typing": webchat_signals.typing,
    "read": webchat_signals.read,
    "upload": _upload,
    "file": _file,
    "contact": _contact,
    "prove": _prove,
}
