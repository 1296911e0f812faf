"""Where a chat begins: a visitor's session."""

from __future__ import annotations

from typing import Any

from chalicelib.channels.webchat import schemas
from chalicelib.errors import Forbidden, NotAuthenticated, TooMany
from chalicelib.governance.endpoints import Endpoints
from chalicelib.observability import now

api = Endpoints(__name__)


@api.post(
    "/chat/session",
    who="anyone",
    body=schemas.SessionRequest,
    response=schemas.VisitorSession,
    status=201,
    errors=(NotAuthenticated, Forbidden, TooMany),
)
def chat_session(body: schemas.SessionRequest) -> Any:
    """Begin a chat, or go on with it. 401: get a new JWT; 403: no key for JWTs is set; 429: too many new visitors from this network."""
    from chalicelib.channels.webchat import adapter

    source = api.current_request.context["identity"]["sourceIp"]
    return adapter.session(body.token, now(), body.jwt, source)
