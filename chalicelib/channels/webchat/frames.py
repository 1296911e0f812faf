"""Frames that a browser sends: each action's schema, and who sent it. Fields that are not known are passed over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from chalicelib import schemas
from chalicelib.conversations import files
from chalicelib.conversations.schemas import FileNamed
from chalicelib.errors import BadRequest
from chalicelib.schemas import ClientId

_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


@dataclass(frozen=True, slots=True)
class Sender:
    """`visitor`: the thread, by the token. `network`: whence the frame came, by a name of that day (limits.mark). `now`: Unix ms."""

    visitor: str
    connection: str
    network: str
    now: int


class Ping(Struct, tag_field="action", tag="ping"):
    """Keeps the connection open: every five minutes, as idle ones are closed after ten."""


class Frame(Struct, kw_only=True, tag_field="action"):
    """Base: the token says who it is."""

    token: str


class MessageFrame(Frame, tag="message"):
    """Say something. `text`: 8,000 characters at most; it may be empty beside files. `zone`: the browser's time zone (IANA), in which
    opening hours are told; what cannot be one is ignored."""

    id: ClientId
    text: str = ""
    name: str = ""
    language: str = ""
    zone: str = ""
    attachments: Annotated[list[FileNamed], Meta(max_length=files.MOST)] = field(default_factory=list)

    @property
    def time_zone(self) -> str:
        """ "" for none, and for what cannot be a name: no message is refused for it."""
        return self.zone if _ZONE.fullmatch(self.zone) else ""


class ReplayFrame(Frame, tag="replay"):
    """`after`: the cursor of what you have; the answer begins a little before it: drop what you have by `id`. 0: the last messages, about
    thirty. `before`: the `older` of an earlier answer, for the page before it."""

    after: Annotated[int, Meta(ge=0)] = 0
    before: Annotated[str, Meta(max_length=1_100)] = ""


class TypingFrame(Frame, tag="typing"):
    """At most every three seconds, while a person answers."""


class ReadFrame(Frame, tag="read"):
    """`at`: the time of the newest message that was seen."""

    at: Annotated[int, Meta(gt=0)]


class UploadFrame(Frame, tag="upload"):
    """Ask where to put a file of exactly this size, type and content: 10 MB at most."""

    id: ClientId
    type: str
    size: int
    sha256: str
    name: str = ""


class FileFrame(Frame, tag="file"):
    """Ask for a file of a message."""

    message: str
    sha256: str
    id: str = ""


class ContactFrame(Frame, tag="contact"):
    """Name an e-mail address, or a telephone number of the business's country: a code of six digits goes there."""

    id: ClientId
    address: str
    language: str = ""


class ProveFrame(Frame, tag="prove"):
    """The code, within ten minutes."""

    id: ClientId
    address: str
    code: str


FromVisitor = Ping | MessageFrame | ReplayFrame | TypingFrame | ReadFrame | UploadFrame | FileFrame | ContactFrame | ProveFrame
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(FromVisitor)


def parsed(body: str) -> Any:
    """One of FromVisitor. Raises BadRequest in words for whoever writes a client."""
    try:
        return _DECODER.decode(body)
    except msgspec.ValidationError as error:
        raise BadRequest(schemas.in_words(str(error))) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadRequest("a frame must be JSON") from None


def named(body: str) -> dict[str, str]:
    """`action` and `id` of a frame that was refused, as far as they can be read."""
    try:
        frame = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    known = frame if isinstance(frame, dict) else {}
    return {name: known[name][:64] for name in ("action", "id") if isinstance(known.get(name), str)}
