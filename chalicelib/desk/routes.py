"""The agents' API: conversations and customers. Each route says who may call it and what it takes, and calls one function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

from chalicelib import desk
from chalicelib.conversations import schemas as told
from chalicelib.desk import schemas
from chalicelib.errors import BadRequest, Blocked, Conflict, Full, NotOwner, TooLarge
from chalicelib.governance.endpoints import Endpoints
from chalicelib.http import respond
from chalicelib.observability import now

if TYPE_CHECKING:
    from chalicelib.conversations.model import Conversation
    from chalicelib.governance.roster import Agent

api = Endpoints(__name__)


@api.get("/queues", response=schemas.Queues)
def queues(agent: Agent) -> Any:
    """How many wait in each of your queues."""
    return {"queues": desk.workspace.queues(agent, now())}


@api.post("/claims", response=told.Conversation, also={204: None}, errors=(Full,))
def claim(agent: Agent) -> Conversation | Response:
    """Take the next conversation: urgent first, then the longest waiting, of your skills only. 204: nobody waits."""
    return desk.workspace.claim(agent, now()) or respond("", 204)


@api.get("/conversations", query=schemas.ConversationsQuery, response=schemas.Conversations)
def conversations(agent: Agent, query: schemas.ConversationsQuery) -> Any:
    """Your conversations, or those that wait in a queue, page by page."""
    if (query.queue is None) == (query.owner is None):
        raise BadRequest("ask with ?owner=me or with ?queue=NAME")
    if query.queue is None:
        return desk.lists.mine(agent, query.sort, query.limit, query.cursor)
    return desk.lists.in_queue(agent, query.queue, query.sort, query.limit, query.cursor)


@api.get("/conversations/{conversation_id}", query=schemas.StoryQuery, response=schemas.Story)
def conversation(agent: Agent, conversation_id: str, query: schemas.StoryQuery) -> Any:
    """The story with its last messages, what is new in it, or the messages before."""
    return desk.workspace.read(conversation_id, query.after, query.before, now())


@api.post(
    "/conversations/{conversation_id}/replies",
    body=schemas.ReplyRequest,
    response=told.SentMessage,
    status=201,
    also={200: told.SentMessage},
    errors=(NotOwner, Conflict, Blocked, TooLarge),
)
def reply(agent: Agent, conversation_id: str, body: schemas.ReplyRequest) -> Response:
    """Answer the customer. The same id and text again: 200, and nothing is sent again; with another text: 409."""
    message, is_new = desk.replies.reply(agent, conversation_id, body.id, body.text, now(), attached=body.attachments)
    return respond(desk.replies.view(message), 201 if is_new else 200)


@api.get("/conversations/{conversation_id}/messages/{message_id}/attachments/{sha256}", response=told.FileAddress)
def attachment(agent: Agent, conversation_id: str, message_id: str, sha256: str) -> Any:
    """Where a file can be fetched; 404 for one that is locked, refused or of another message."""
    return {"url": desk.attachments.address(conversation_id, message_id, sha256)}


@api.post("/conversations/{conversation_id}/uploads", body=schemas.UploadRequest, response=told.Upload, errors=(NotOwner, TooLarge))
def upload(agent: Agent, conversation_id: str, body: schemas.UploadRequest) -> Any:
    """Where to put a file that a reply shall name: 10 MB at most."""
    return desk.replies.upload(agent, conversation_id, body.sha256, body.size, body.type)


@api.post("/conversations/{conversation_id}/typing", status=204)
def typing(agent: Agent, conversation_id: str) -> None:
    """The visitor sees that you type, if you hold this chat."""
    desk.signals.typing(agent, conversation_id, now())


@api.post("/conversations/{conversation_id}/notes", body=schemas.NoteRequest, response=told.Note, status=201, errors=(TooLarge,))
def note(agent: Agent, conversation_id: str, body: schemas.NoteRequest) -> Any:
    """Write to colleagues; no customer ever sees it."""
    return desk.workspace.note(agent, conversation_id, body.id, body.text, now())


@api.post(
    "/conversations/{conversation_id}/transfer",
    body=schemas.TransferRequest,
    response=told.Conversation,
    errors=(NotOwner, Conflict, Full, TooLarge),
)
def transfer(agent: Agent, conversation_id: str, body: schemas.TransferRequest) -> Conversation:
    """Pass the conversation on, to a colleague or into a queue."""
    if body.note:
        desk.workspace.note(agent, conversation_id, f"transfer-{now()}", body.note, now())
    if body.agent:
        return desk.workspace.pass_to(agent, conversation_id, body.agent, now())
    return desk.workspace.transfer(agent, conversation_id, body.queue, body.urgency, now())


@api.post(
    "/conversations/{conversation_id}/customer", who="supervisor", body=schemas.TierRequest, response=told.Conversation, errors=(Conflict,)
)
def customer(agent: Agent, conversation_id: str, body: schemas.TierRequest) -> Conversation:
    """Mark the customer as a VIP, or as one no longer."""
    return desk.workspace.set_tier(agent, conversation_id, body.tier, now())


@api.post("/conversations/{conversation_id}/hand-back", response=told.Conversation, errors=(NotOwner, Conflict))
def hand_back(agent: Agent, conversation_id: str) -> Conversation:
    """The bot goes on."""
    return desk.workspace.hand_back(agent, conversation_id, now())


@api.get("/customers/{customer_id}", response=schemas.Customer)
def customer_of_all_channels(agent: Agent, customer_id: str) -> Any:
    """One customer, on all channels."""
    return desk.customers.read(customer_id)


@api.post("/customers/{customer_id}/merge", who="supervisor", body=schemas.MergeRequest, response=schemas.Customer, errors=(Conflict,))
def merge_customers(agent: Agent, customer_id: str, body: schemas.MergeRequest) -> Any:
    """Both are one from now on. 400: they are already; 409: one of them was merged at the same moment."""
    return desk.customers.merge(agent, customer_id, body.other, now())


@api.post("/customers/{customer_id}/split", who="supervisor", body=schemas.SplitRequest, response=schemas.Customer, errors=(Conflict,))
def split_customer(agent: Agent, customer_id: str, body: schemas.SplitRequest) -> Any:
    """An identity leaves: the newest merge that brought it is undone, with all that came by it. 400: it is the only one."""
    return desk.customers.split(agent, customer_id, body.channel, body.address, now())
