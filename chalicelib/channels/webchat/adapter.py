"""Web chat: a visitor's signed token, the WebSocket's frames, and the replay that makes every reconnect complete.

docs/api.md is the protocol. A frame names its visitor by the signed token, so that storing a message needs no read.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from chalicelib import settings, tokens
from chalicelib.aws import push
from chalicelib.channels.webchat import frames, signals
from chalicelib.channels.webchat.frames import (
    ContactFrame,
    FileFrame,
    Frame,
    MessageFrame,
    ProveFrame,
    ReadFrame,
    ReplayFrame,
    Sender,
    TypingFrame,
    UploadFrame,
)
from chalicelib.conversations import history, pushes, sockets, table, views
from chalicelib.conversations.model import Message
from chalicelib.conversations.schemas import VisitorMessage
from chalicelib.errors import BadRequest, BatonError, NotAuthenticated, TooLarge, TooMany
from chalicelib.governance import limits
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
    try:
        frame = frames.parsed(body)
        if isinstance(frame, frames.Ping):
            return _pong(connection, now)
        visitor, network = tokens.subject(TOKEN, frame.token, now), limits.network(source)
        _spend(frame, visitor, network, now)
        _ACTIONS[type(frame)](Sender(visitor, connection, limits.mark(network, now), now), frame)
    except BatonError as error:
        return _refuse(error, body, connection, now)
    return str(type(frame).__struct_config__.tag)


def _pong(connection: str, now: int) -> str:
    if _is_abused(connection, now):
        return "hung_up"
    push.post(connection, pushes.Pong())
    return "ping"


def _refuse(error: BatonError, body: str, connection: str, now: int) -> str:
    """Tells what is wrong, unless this connection sends little else."""
    if _is_abused(connection, now):
        return "hung_up"
    _tell(error, body, connection)
    return error.code


def _is_abused(connection: str, now: int) -> bool:
    """Frames that are no visitor's, or are refused, count, too: whoever floods us with them is hung up on. A page connects again, and waits
    longer each time."""
    try:
        limits.spend(limits.ODD_FRAMES, connection, now)
    except TooMany:
        push.hang_up(connection)
        return True
    return False


def _session(visitor: str, expires_at: int) -> dict[str, Any]:
    token = tokens.issue(TOKEN, visitor, expires_at)
    return {"token": token, "visitor": visitor, "expires_at": expires_at, "socket": settings.addresses().socket_url}


def _account_session(jwt: str, now: int) -> dict[str, Any]:
    """The site's word proves the account, and the addresses that the site verified; customers become one by the stream."""
    from chalicelib.channels.webchat import host as webchat_host
    from chalicelib.customers import proofs

    account = webchat_host.account(jwt, now)
    for channel, address in account.proven():
        proofs.prove(account.visitor, channel, address, "jwt", now)
    return _session(account.visitor, now + ACCOUNT_LIFE) | {"name": account.name, "proven": bool(account.email or account.phone)}


def _has_account(visitor: str) -> bool:
    from chalicelib.channels.webchat import host as webchat_host

    return visitor.startswith(webchat_host.ACCOUNT)


def _spend(frame: Any, visitor: str, network: str, now: int) -> None:
    """Raises TooMany. Nothing is lost by it: a browser keeps the text and sends it again."""
    if isinstance(frame, MessageFrame):
        limits.spend(limits.MESSAGES, visitor, now)
        limits.spend(limits.OF_NETWORK, network, now)
    else:
        limits.spend(limits.FRAMES, visitor, now)


def _store(sender: Sender, frame: MessageFrame) -> None:
    attachments = _attachments(sender, frame)
    known = {"attachments": attachments, "network": sender.network, "zone": frame.time_zone}
    message = Message(
        thread=sender.visitor,
        id=frame.id,
        direction="incoming",
        channel="webchat",
        at=sender.now,
        text=_words(frame, needed=not attachments),
        address=sender.visitor,
        name=frame.name[:80],
        language=frame.language[:16],
        meta={name: value for name, value in known.items() if value},
    )
    is_new = table.record(message)
    at = sender.now if is_new else _stored_at(message)
    push.post(sender.connection, pushes.Stored(message.id, at))
    if is_new:
        _show_in_other_tabs(message, sender)


def _attachments(sender: Sender, frame: MessageFrame) -> list[dict[str, Any]]:
    """Checked against what was really uploaded. Raises BadRequest, TooLarge."""
    if not frame.attachments:
        return []
    from chalicelib.conversations import files

    return files.checked(sender.visitor, frame.attachments)


def _stored_at(message: Message) -> int:
    stored = table.message(message.thread, message.id)
    return stored.at if stored else message.at


def _show_in_other_tabs(message: Message, sender: Sender) -> None:
    frame = pushes.MessageCame(views.for_visitor(message))
    for other in sockets.of_visitor(message.thread, sender.now):
        if other != sender.connection and not push.post(other, frame):
            sockets.close_visitor(message.thread, other)


def _replay(sender: Sender, frame: ReplayFrame) -> None:
    """From now on the pushes come, and what was stored before must not fall between the two."""
    if not frame.before and (head := table.head(sender.visitor, consistent=True)):
        history.settle(head, sender.now)
    messages, older = _asked_for(sender.visitor, frame)
    shown = list(_parts([views.for_visitor(m) for m in messages if views.is_shown_in_chat(m)]))
    for n, part in enumerate(shown):
        cursor = max((m.at for m in part), default=frame.after)
        push.post(sender.connection, pushes.Messages(part, max(cursor, frame.after), more=n < len(shown) - 1, older=older))


def _asked_for(visitor: str, frame: ReplayFrame) -> tuple[list[Message], str | None]:
    """Messages, and where those before them begin."""
    if frame.after and not frame.before:
        return [m for page in history.newer(visitor, frame.after) for m in page], None
    page = history.latest(visitor, before=frame.before)
    return list(page.messages), page.older


def _parts(messages: list[VisitorMessage]) -> Iterator[list[VisitorMessage]]:
    """Split so that each fits into one frame; one empty page if there is nothing."""
    page: list[VisitorMessage] = []
    size = 0
    for m in messages:
        weight = len(msgspec.json.encode(m))
        if page and size + weight > FRAME_BYTES:
            yield page
            page, size = [], 0
        page.append(m)
        size += weight
    yield page


def _upload(sender: Sender, frame: UploadFrame) -> None:
    from chalicelib.channels.webchat import files

    files.upload(sender, frame)


def _file(sender: Sender, frame: FileFrame) -> None:
    from chalicelib.channels.webchat import files

    files.file(sender, frame)


def _contact(sender: Sender, frame: ContactFrame) -> None:
    from chalicelib.channels.webchat import contact

    contact.contact(sender, frame)


def _prove(sender: Sender, frame: ProveFrame) -> None:
    from chalicelib.channels.webchat import contact

    contact.prove(sender, frame)


def _tell(error: BatonError, body: str, connection: str) -> None:
    if error.status == 500:
        log.error("failed", error=str(error))
    words = str(error) if error.status != 500 else "this is our fault and was logged; try again"
    later = error.retry_after if isinstance(error, TooMany) else 0
    push.post(connection, pushes.Refused(error.code, words, **frames.named(body), retry_after=later))


def _words(frame: MessageFrame, needed: bool) -> str:
    words = frame.text.strip()
    if not words and needed:
        raise BadRequest("text must not be empty")
    if len(words) > LONGEST_TEXT:
        raise TooLarge(f"text may have {LONGEST_TEXT} characters at most")
    return words


_ACTIONS: dict[type[Frame], Callable[[Sender, Any], None]] = {
    MessageFrame: _store,
    ReplayFrame: _replay,
    TypingFrame: signals.typing,
    ReadFrame: signals.read,
    UploadFrame: _upload,
    FileFrame: _file,
    ContactFrame: _contact,
    ProveFrame: _prove,
}
