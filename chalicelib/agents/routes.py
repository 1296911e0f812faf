"""The agents' API (docs/api.md). Each route checks who asks, reads the body, and calls one function of the workspace."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from chalice.app import Blueprint, CognitoUserPoolAuthorizer, Request, Response

from chalicelib import agents as room
from chalicelib import settings
from chalicelib.conversations import timeline
from chalicelib.errors import BadRequest
from chalicelib.http import answering, body_of, number_of, respond, text_of
from chalicelib.observability import now

if TYPE_CHECKING:
    from chalicelib.agents.roster import Agent

# The packaged template puts the real user pool in the place of this name.
signed_in = CognitoUserPoolAuthorizer("agents", provider_arns=["arn:aws:cognito-idp:us-east-1:000000000000:userpool/replaced"])

api = Blueprint(__name__)
COOKIE = "baton_session"


def agent_of(request: Request) -> Agent:
    """Who asks, by the claims that the gateway verified. Raises Forbidden."""
    return room.access.agent(request.context["authorizer"]["claims"])


def supervisor(request: Request) -> Agent:
    """Raises Forbidden for an agent who is no supervisor."""
    agent = agent_of(request)
    room.access.require_supervisor(agent)
    return agent


def _agent() -> Agent:
    return agent_of(api.current_request)


def _body() -> dict[str, Any]:
    return body_of(api.current_request)


@api.route("/agents/session", methods=["POST"])
@answering
def sign_in() -> Response:
    body = _body()
    email = text_of(body, "email")
    if body.get("session"):
        tokens = room.access.set_password(email, text_of(body, "session"), text_of(body, "new_password"))
    else:
        tokens = room.access.sign_in(email, text_of(body, "password"))
    if tokens.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
        return respond({"challenge": "new_password", "session": tokens["Session"]}, 202)
    return _session(tokens)


@api.route("/agents/session/refresh", methods=["POST"])
@answering
def renew() -> Response:
    return _session(room.access.renew(_refresh_token()))


@api.route("/agents/session", methods=["DELETE"])
@answering
def sign_out() -> Response:
    room.access.sign_out(_refresh_token())
    return respond("", 204, {"Set-Cookie": _cookie("", 0)})


@api.route("/me", authorizer=signed_in)
@answering
def me() -> dict[str, Any]:
    return room.roster.view(_agent())


@api.route("/agents", authorizer=signed_in)
@answering
def agents() -> dict[str, Any]:
    _agent()
    return {"agents": [room.roster.view(a) for a in room.roster.everyone()]}


@api.route("/agents/{agent_id}", methods=["PUT"], authorizer=signed_in)
@answering
def change_agent(agent_id: str) -> dict[str, Any]:
    supervisor(api.current_request)
    return room.roster.view(room.roster.change(agent_id, _body()))


@api.route("/agents/socket", methods=["POST"], authorizer=signed_in)
@answering
def socket() -> dict[str, str]:
    return {"socket": f"{settings.parameters().socket_url}?ticket={room.access.ticket(_agent(), now())}"}


@api.route("/queues", authorizer=signed_in)
@answering
def queues() -> dict[str, Any]:
    return {"queues": room.workspace.queues(_agent())}


@api.route("/claims", methods=["POST"], authorizer=signed_in)
@answering
def claim() -> Any:
    claimed = room.workspace.claim(_agent(), now())
    return timeline.conversation_view(claimed) if claimed else respond("", 204)


@api.route("/conversations", authorizer=signed_in)
@answering
def conversations() -> dict[str, Any]:
    query = api.current_request.query_params or {}
    if "queue" in query:
        return {"conversations": room.workspace.in_queue(_agent(), query["queue"])}
    if query.get("owner") == "me":
        return {"conversations": room.workspace.mine(_agent())}
    raise BadRequest("ask with ?owner=me or ?queue=NAME")


@api.route("/conversations/{conversation_id}", authorizer=signed_in)
@answering
def conversation(conversation_id: str) -> dict[str, Any]:
    _agent()
    return room.workspace.read(conversation_id, number_of(api.current_request.query_params, "after"))


@api.route("/conversations/{conversation_id}/replies", methods=["POST"], authorizer=signed_in)
@answering
def reply(conversation_id: str) -> Response:
    body = _body()
    text, attached = text_of(body, "text"), body.get("attachments")
    message, is_new = room.replies.reply(_agent(), conversation_id, text_of(body, "id"), text, now(), attached=attached)
    return respond(timeline.for_agent(message) | room.replies.cost(message), 201 if is_new else 200)


@api.route("/conversations/{conversation_id}/messages/{message_id}/attachments/{sha256}", authorizer=signed_in)
@answering
def attachment(conversation_id: str, message_id: str, sha256: str) -> dict[str, str]:
    _agent()
    return {"url": room.attachments.address(conversation_id, unquote(message_id), sha256)}


@api.route("/conversations/{conversation_id}/uploads", methods=["POST"], authorizer=signed_in)
@answering
def upload(conversation_id: str) -> dict[str, Any]:
    return room.replies.upload(_agent(), conversation_id, _body())


@api.route("/conversations/{conversation_id}/typing", methods=["POST"], authorizer=signed_in)
@answering
def typing(conversation_id: str) -> Response:
    room.signals.typing(_agent(), conversation_id, now())
    return respond("", 204)


@api.route("/conversations/{conversation_id}/notes", methods=["POST"], authorizer=signed_in)
@answering
def note(conversation_id: str) -> Response:
    body = _body()
    written = room.workspace.note(_agent(), conversation_id, text_of(body, "id"), text_of(body, "text"), now())
    return respond(asdict(written), 201)


@api.route("/conversations/{conversation_id}/transfer", methods=["POST"], authorizer=signed_in)
@answering
def transfer(conversation_id: str) -> dict[str, Any]:
    agent, body = _agent(), _body()
    if body.get("note"):
        room.workspace.note(agent, conversation_id, f"transfer-{now()}", text_of(body, "note"), now())
    if body.get("agent"):
        moved = room.workspace.pass_to(agent, conversation_id, text_of(body, "agent"), now())
    else:
        moved = room.workspace.transfer(agent, conversation_id, text_of(body, "queue"), text_of(body, "urgency", "normal"), now())
    return timeline.conversation_view(moved)


@api.route("/conversations/{conversation_id}/customer", methods=["POST"], authorizer=signed_in)
@answering
def customer(conversation_id: str) -> dict[str, Any]:
    agent = supervisor(api.current_request)
    return timeline.conversation_view(room.workspace.set_tier(agent, conversation_id, text_of(_body(), "tier"), now()))


@api.route("/conversations/{conversation_id}/resolve", methods=["POST"], authorizer=signed_in)
@answering
def resolve(conversation_id: str) -> dict[str, Any]:
    agent, body = _agent(), _body()
    said = room.teaching.resolving(agent, conversation_id, room.teaching.choice(body), now()) if body else {}
    return timeline.conversation_view(room.workspace.resolve(agent, conversation_id, now(), said))


@api.route("/conversations/{conversation_id}/hand-back", methods=["POST"], authorizer=signed_in)
@answering
def hand_back(conversation_id: str) -> dict[str, Any]:
    return timeline.conversation_view(room.workspace.hand_back(_agent(), conversation_id, now()))


@api.route("/customers/{customer_id}", authorizer=signed_in)
@answering
def customer_of_all_channels(customer_id: str) -> dict[str, Any]:
    _agent()
    return room.customers.read(customer_id)


@api.route("/customers/{customer_id}/merge", methods=["POST"], authorizer=signed_in)
@answering
def merge_customers(customer_id: str) -> dict[str, Any]:
    return room.customers.merge(supervisor(api.current_request), customer_id, text_of(_body(), "other"), now())


@api.route("/customers/{customer_id}/split", methods=["POST"], authorizer=signed_in)
@answering
def split_customer(customer_id: str) -> dict[str, Any]:
    agent, body = supervisor(api.current_request), _body()
    return room.customers.split(agent, customer_id, text_of(body, "channel"), text_of(body, "address"), now())


def _session(tokens: dict[str, Any]) -> Response:
    """The ID token for the page's memory; the refresh token only into a cookie that scripts cannot read."""
    result = tokens["AuthenticationResult"]
    agent = room.access.agent(_claims(result["IdToken"]))
    body = {"token": result["IdToken"], "expires_at": now() + result["ExpiresIn"] * 1000, "agent": room.roster.view(agent)}
    kept = result.get("RefreshToken")
    return respond(body, 200, {"Set-Cookie": _cookie(kept, 30 * 86400)} if kept else {})


def _claims(id_token: str) -> dict[str, Any]:
    """Read without verifying: Cognito itself handed it to us over TLS a moment ago."""
    from base64 import urlsafe_b64decode

    payload = id_token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _cookie(value: str, seconds: int) -> str:
    secure = "; Secure" if settings.parameters().public_url.startswith("https://") else ""
    return f"{COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"


def _refresh_token() -> str:
    from http.cookies import SimpleCookie

    cookies: SimpleCookie = SimpleCookie(api.current_request.headers.get("cookie", ""))
    return cookies[COOKIE].value if COOKIE in cookies else ""
