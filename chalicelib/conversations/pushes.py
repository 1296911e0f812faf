"""Frames that go down WebSockets: to visitors (ToVisitor) and to agents' consoles (ToConsole). docs/api.md says when."""

from __future__ import annotations

from msgspec import Struct

from chalicelib.conversations.schemas import VisitorMessage
from chalicelib.schemas import ErrorCode, Milliseconds


class Push(Struct, tag_field="type"):
    """Base: `type` says which one it is."""


class Pong(Push, tag="pong"):
    """The connection is alive."""


class Stored(Push, tag="stored"):
    """Your message is kept: it will be answered."""

    id: str
    at: Milliseconds


class Messages(Push, tag="messages", omit_defaults=True):
    """What was said, the oldest first, in one frame or several: after the last one `more` is false. Ask for what is new with `cursor`, and
    for what was said before with `older`: "" if there is nothing, not there in what is new."""

    messages: list[VisitorMessage]
    cursor: int
    more: bool
    older: str | None = None


class MessageCame(Push, tag="message"):
    """Somebody wrote: the bot, an agent, or the visitor in another tab."""

    message: VisitorMessage


class AgentTypes(Push, tag="typing"):
    """The agent is typing."""


class UploadReady(Push, tag="upload"):
    """PUT the content to `url` with these headers within five minutes, then name it in a message."""

    id: str
    sha256: str
    url: str
    headers: dict[str, str]


class FileReady(Push, tag="file"):
    """A file of a message, for five minutes."""

    id: str
    message: str
    sha256: str
    url: str


class CodeSent(Push, tag="contact"):
    """A code went to `address`, which is written so from now on."""

    id: str
    address: str


class AddressProven(Push, tag="proven"):
    """Answers that are not seen in the chat follow there."""

    id: str
    address: str


class Refused(Push, tag="error", omit_defaults=True):
    """`action` and `id` of the frame that is refused, as far as they could be read. `too_many`: send the same again after `retry_after`
    seconds."""

    code: ErrorCode
    message: str
    action: str = ""
    id: str = ""
    retry_after: int = 0


class ConversationChanged(Push, tag="conversation", omit_defaults=True):
    """One of yours changed: read it again with your cursor."""

    id: str
    version: int = 0


class QueuesChanged(Push, tag="queues"):
    """Somebody came into a queue, wrote there, or left it."""


class VisitorTypes(Push, tag="typing"):
    """The visitor of a conversation that you hold is typing."""

    id: str


class VisitorRead(Push, tag="read"):
    """The visitor has read everything up to `at`."""

    id: str
    at: Milliseconds


ToVisitor = Pong | Stored | Messages | MessageCame | AgentTypes | UploadReady | FileReady | CodeSent | AddressProven | Refused
ToConsole = Pong | ConversationChanged | QueuesChanged | VisitorTypes | VisitorRead | Refused
