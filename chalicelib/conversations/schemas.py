"""Schemas of conversations, messages, events and notes as agents see them, and of messages as visitors see them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from chalicelib.conversations.model import Direction, Owner, State, Tier, Urgency
from chalicelib.schemas import Milliseconds, Request, SparseView, View

FileName = Annotated[str, Meta(max_length=1_000)]
FileType = Annotated[str, Meta(max_length=200)]
FileSize = Annotated[int, Meta(ge=0, le=2**53)]


class FileNamed(Request):
    """A file that was uploaded before."""

    name: FileName
    type: FileType
    size: FileSize
    sha256: Annotated[str, Meta(max_length=100)]


class Attachment(SparseView):
    """`fate`: `stored`, `inline` (stored, shown within the text), `shown` (its words are part of the text), `locked` (not known to be free
    of viruses: handed to nobody), `refused` (not kept apart, for `why`)."""

    name: str
    type: str
    size: int
    fate: Literal["stored", "inline", "shown", "locked", "refused"]
    sha256: str = ""
    why: str = ""
    inline: bool = False


class VerdictGiven(SparseView):
    """What an agent said about the answer; `article`: the better one."""

    verdict: str
    by: str
    at: Milliseconds
    article: str = ""


class MessageMeta(SparseView):
    """What only some messages have.

    Of the bot's: `outcome` and `to` (what it says to whom), `article`, `also`, `confidence`, `picked` (chosen among offers), `question`
    (what was answered, if it is more than the message), `composed` (what a language model did), `verdict`, `choices`, `listed`, `fits`,
    `waits`. Of mails: `message_id`, `references`, `automatic` (why no robot answers it), `about` (what a report tells), `quarantined`,
    `unproven`, `verified`, `related`, `remarks`, `whole` (characters with what was quoted). Of texts: `keyword`, `opt_out_request`, `media`
    (pictures not yet fetched), `confirmation`, `parts` (the provider's ids of what has left). Of chats: `network`, `zone`.
    Of ours: `asked_at`, `unasked`, `unsubscribe`, `follows` (messages that are told again elsewhere).
    """

    outcome: str = ""
    to: list[str] = field(default_factory=list)
    article: str = ""
    also: list[str] = field(default_factory=list)
    confidence: float = 0.0
    picked: bool = False
    question: str = ""
    composed: Any = None
    verdict: VerdictGiven | None = None
    choices: list[str] = field(default_factory=list)
    listed: list[int] = field(default_factory=list)
    fits: list[str] = field(default_factory=list)
    waits: bool = False
    message_id: str = ""
    references: list[str] = field(default_factory=list)
    automatic: str = ""
    about: Any = None
    quarantined: str = ""
    unproven: bool = False
    verified: bool = False
    related: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    whole: int = 0
    keyword: str = ""
    opt_out_request: bool = False
    media: list[dict[str, str]] = field(default_factory=list)
    confirmation: bool = False
    parts: list[str] = field(default_factory=list)
    network: str = ""
    zone: str = ""
    asked_at: int = 0
    unasked: bool = False
    unsubscribe: Any = None
    follows: list[str] = field(default_factory=list)


class Message(View):
    """One thing that was said. `direction` is the business's view. `by`: `customer`, `robot` (a machine on the customer's side), `bot`, or
    an agent's id. `state`: `received` if incoming; `detail` says why one failed, or is late. `outcome` of an incoming one that got no
    answer of its own: `taken`, `person`, `urgent` or `courtesy`."""

    id: str
    direction: Direction
    channel: str
    at: Milliseconds
    by: str
    name: str
    text: str
    subject: str
    link: str
    state: State
    detail: str
    language: str
    outcome: str
    attachments: list[Attachment]
    meta: MessageMeta


class SentMessage(Message, omit_defaults=True):
    """A message and, of a text message, `parts` that it is sent as and `segments` that carriers charge for."""

    parts: int = 0
    segments: int = 0


class Conversation(View):
    """Who holds the baton (`owner`) and what the next holder must know. A time that has not come is 0. `contact_request`: how a
    customer who waits would rather be answered ("call +4915123456789"), in her words."""

    id: str
    channel: str
    customer: str
    tier: Tier
    name: str
    address: str
    language: str
    subject: str
    owner: Owner
    agent: str
    queue: str
    urgency: Urgency
    reason: str
    opened_at: Milliseconds
    last_at: Milliseconds
    waiting_since: Milliseconds
    escalated_at: Milliseconds
    claimed_at: Milliseconds
    first_reply_at: Milliseconds
    first_reply_by: str
    resolved_at: Milliseconds
    resolved_by: str
    version: int
    incoming: int
    bot_answers: int
    replies: int
    contact_request: str


class EventDetail(SparseView):
    """Of `escalated`: `rule`, `reason`, `reason_zh`, `queue`, `urgency`, `summary`, `facts` (with `why`, the condition that held and what
    is in it, and `near`: article -> confidence). Of others: who, where to, and why."""

    rule: str = ""
    reason: str = ""
    reason_zh: str = ""
    queue: str = ""
    urgency: str = ""
    summary: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    agent: str = ""
    name: str = ""
    article: str = ""
    no_article: bool = False
    tier: str = ""
    contact_request: str = ""
    channel: str = ""
    address: str = ""
    how: str = ""
    source: str = field(default="", name="from")
    into: str = ""
    why: str = ""


class Event(View):
    """One change of hands, or of what is known of the customer. `by`: `bot`, `customer`, `system` or an agent's id."""

    kind: str
    at: Milliseconds
    by: str
    detail: EventDetail


class Note(View):
    """An agent's words for colleagues; no customer ever sees them."""

    id: str
    at: Milliseconds
    by: str
    name: str
    text: str


class VisitorAttachment(SparseView):
    """A file as its visitor may know it."""

    name: str
    type: str
    size: int
    fate: Literal["stored", "inline", "locked"]
    sha256: str = ""
    inline: bool = False


class VisitorMessage(SparseView):
    """A message as its visitor may see it. `by`: `you`, `bot` or `agent`. `handover`: a person takes over; `waits`: a person answers next.

    `choices`: what may be answered, in her language: send one back as a message. `listed`: lines of `text`, counted from 0, that the
    choices stand for if they are shown as buttons. `fits`: passages of `text` that most likely answer the question, in its order.
    """

    id: str
    direction: Direction
    channel: str
    at: Milliseconds
    by: Literal["you", "bot", "agent"]
    text: str
    link: str
    name: str
    state: State
    handover: bool = False
    waits: bool = False
    choices: list[str] = field(default_factory=list)
    listed: list[int] = field(default_factory=list)
    fits: list[str] = field(default_factory=list)
    attachments: list[VisitorAttachment] = field(default_factory=list)


class Upload(View):
    """PUT the content to `url` with these headers within five minutes."""

    url: str
    headers: dict[str, str]


class FileAddress(View):
    """Good for five minutes."""

    url: str
