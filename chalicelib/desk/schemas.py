"""Schemas of the agents' work: the line, a conversation's whole story, what agents write and do, customers on all channels."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from chalicelib.conversations.model import Proven, Tier, Urgency
from chalicelib.conversations.schemas import Attachment, Conversation, Event, FileNamed, FileSize, FileType, Message, Note
from chalicelib.schemas import ClientId, Milliseconds, Request, View

Text = Annotated[str, Meta(max_length=40_000)]  # the channel's own limit is checked with the conversation
Name = Annotated[str, Meta(max_length=400)]


class Queue(View):
    """How many wait there, and since when the first of them (0: nobody waits). If not `exact`, about so many: a long line is counted
    every two seconds, beyond two thousand every second per thousand."""

    queue: str
    urgency: Urgency
    waiting: int
    exact: bool
    oldest_at: Milliseconds


class Queues(View):
    """Those of the agent's skills."""

    queues: list[Queue]


class ConversationsQuery(Request):
    """Either `owner=me` or a queue. `sort`: by how long they wait, of a queue the urgent ones first. `cursor`: of the page before."""

    owner: Literal["me"] | None = None
    queue: Annotated[str, Meta(max_length=100)] | None = None
    sort: Literal["oldest", "newest"] = "oldest"
    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    cursor: Annotated[str, Meta(max_length=2000)] = ""


class Conversations(View):
    """One page. `cursor` asks for the next; empty: that was all. Out of an index: counters and most times are 0 here; read the
    conversation for them."""

    conversations: list[Conversation]
    cursor: str


class StoryQuery(Request):
    """`after`: the `cursor` of an earlier answer; then only what may be new is given. `before`: its `older`; then the page before it."""

    after: Annotated[int, Meta(ge=0, le=10**15)] = 0
    before: Annotated[str, Meta(max_length=1_100)] = ""


class Contact(View):
    """`blocked`: why nothing may be sent to this address, or empty; `proven`: whether it is known whose it is."""

    blocked: str
    proven: bool


class PossiblySame(View):
    """Another customer who proved an address of the same kind; nothing was merged, a person must tell."""

    customer: str
    why: str


class Story(View):
    """One conversation with its last messages, about thirty; `older` asks for those before, empty if there are none.
    `others`: the customer's further conversations; `related`: conversations that a stranger's mail here seems
    to go on with; `read_at`: up to when the visitor has read."""

    conversation: Conversation
    messages: list[Message]
    older: str
    notes: list[Note]
    events: list[Event]
    others: list[Conversation]
    cursor: int
    read_at: Milliseconds
    contact: Contact
    possibly_same: list[PossiblySame]
    related: list[str]


class ReplyRequest(Request):
    """With files the text may be empty."""

    id: ClientId
    text: Text
    attachments: Annotated[list[FileNamed], Meta(max_length=10)] = field(default_factory=list)


class UploadRequest(Request):
    """A file that is to be sent with a reply."""

    type: FileType
    size: FileSize
    sha256: Annotated[str, Meta(max_length=100)]
    name: Name = ""


class NoteRequest(Request):
    """For colleagues only."""

    id: ClientId
    text: Text


class TransferRequest(Request):
    """To a colleague (`agent`) or into a queue; the note goes along."""

    agent: Name = ""
    queue: Name = ""
    urgency: Urgency = "normal"
    note: Text = ""


class TierRequest(Request):
    """Holds for all later conversations from this address."""

    tier: Tier


class WholeMail(View):
    """A mail as it came. `text` with what was quoted; `html` made harmless, its own pictures as data: addresses, for a frame that may do
    nothing; `url`: the raw mail for five minutes, none if `locked` says why (`virus`, `spam`, `dmarc`)."""

    headers: list[list[str]]
    text: str
    html: str
    attachments: list[Attachment]
    url: str
    locked: str


class Identity(View):
    """An address of a customer. `proven`: why it is believed to be theirs; `blocked`: why nothing may be sent there."""

    channel: str
    address: str
    since: Milliseconds
    proven: Proven
    proven_at: Milliseconds
    blocked: str
    blocked_at: Milliseconds
    tier: Tier


class Merge(View):
    """Identities that went from one customer to another. `undone`: when, or 0."""

    kind: Literal["merge", "split"]
    source: str = field(name="from")
    into: str
    identities: list[str]
    by: str
    why: str
    at: Milliseconds
    undone: Milliseconds


class Customer(View):
    """One customer on all channels, the newest first; whoever was merged into another is answered as that one."""

    customer: str
    identities: list[Identity]
    conversations: list[Conversation]
    merges: list[Merge]
    possibly_same: list[PossiblySame]


class MergeRequest(Request):
    """The customer who is the same person."""

    other: Name


class SplitRequest(Request):
    """The identity that is somebody else's."""

    channel: Name
    address: Annotated[str, Meta(max_length=400)]


class ResolveRequest(Request):
    """The article that answered what was asked, or that none does; `example`: how it was asked, else the customer's own words."""

    article: Name = ""
    example: Text = ""
    no_article: bool = False
