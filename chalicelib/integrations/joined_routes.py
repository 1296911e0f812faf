"""Routes of the agents' API that join two rooms, which do not know each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.conversations import schemas as told
from chalicelib.desk import schemas
from chalicelib.errors import Conflict, NotOwner
from chalicelib.governance.endpoints import Endpoints
from chalicelib.observability import now

if TYPE_CHECKING:
    from chalicelib.governance.roster import Agent

api = Endpoints(__name__)


@api.post("/conversations/{conversation_id}/resolve", body=schemas.ResolveRequest, response=told.Conversation, errors=(NotOwner, Conflict))
def resolve(agent: Agent, conversation_id: str, body: schemas.ResolveRequest) -> Any:
    """The conversation is resolved; an article that is named with it teaches the bot at once, with numbers and names covered."""
    from chalicelib.desk import workspace
    from chalicelib.teaching import teaching

    choice = teaching.Choice(body.article, body.no_article, body.example)
    said = teaching.resolving(agent, conversation_id, choice, now())
    return workspace.resolve(agent, conversation_id, now(), said)


@api.get("/conversations/{conversation_id}/messages/{message_id}/whole", response=schemas.WholeMail)
def whole_mail(agent: Agent, conversation_id: str, message_id: str) -> Any:
    """A mail as it came: its headers, the whole text, its HTML made harmless."""
    from chalicelib.channels.email import whole
    from chalicelib.desk import attachments

    return whole.whole(attachments.message(conversation_id, message_id))
