"""The API of the agents themselves: signing in and out, who there is, the WebSocket's ticket."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

from chalice.app import Response

from chalicelib import governance, settings
from chalicelib.errors import NotAuthenticated, TooMany
from chalicelib.governance import limits, schemas
from chalicelib.governance.endpoints import Endpoints
from chalicelib.http import respond
from chalicelib.observability import now

if TYPE_CHECKING:
    from chalicelib.governance.roster import Agent

api = Endpoints(__name__)
COOKIE = "baton_session"
COOKIE_SECONDS = 30 * 86_400
_SESSION = {"response": schemas.AgentSession, "errors": (NotAuthenticated, TooMany), "headers": ("Set-Cookie",)}


@api.post("/agents/session", who="anyone", body=schemas.SignInRequest, also={202: schemas.Challenge}, **_SESSION)
def sign_in(body: schemas.SignInRequest) -> Response:
    """Sign in. 202: a new password is asked for; answer it by the same call with `session` and `new_password`."""
    limits.sign_in(body.email, limits.network(api.current_request.context["identity"]["sourceIp"]), now())
    if body.session:
        tokens = governance.access.set_password(body.email, body.session, body.new_password)
    else:
        tokens = governance.access.sign_in(body.email, body.password)
    if tokens.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
        return respond({"challenge": "new_password", "session": tokens["Session"]}, 202)
    return _session(tokens)


@api.post("/agents/session/refresh", who="anyone", **_SESSION)
def renew() -> Response:
    """A new token, by the cookie."""
    return _session(governance.access.renew(_refresh_token()))


@api.delete("/agents/session", who="anyone", status=204, headers=("Set-Cookie",))
def sign_out() -> Response:
    """This session cannot be renewed any more."""
    governance.access.sign_out(_refresh_token())
    return respond("", 204, {"Set-Cookie": _cookie("", 0)})


@api.get("/me", response=schemas.Agent)
def me(agent: Agent) -> Agent:
    """Who you are here."""
    return agent


@api.get("/agents", response=schemas.Agents)
def agents(agent: Agent) -> Any:
    """Everybody."""
    return {"agents": governance.roster.everyone()}


@api.put("/agents/{agent_id}", who="supervisor", body=schemas.AgentChange, response=schemas.Agent)
def change_agent(agent: Agent, agent_id: str, body: schemas.AgentChange) -> Agent:
    """Change a name, skills or limits; or, as an admin, give somebody the right to customers' data."""
    changes = schemas.given(body)
    if "privacy" in changes:
        governance.access.require_admin(agent)
    return governance.roster.change(agent_id, changes)


@api.post("/agents/socket", response=schemas.SocketAddress)
def socket(agent: Agent) -> Any:
    """Where to open the agents' WebSocket."""
    return {"socket": f"{settings.addresses().socket_url}?ticket={governance.access.ticket(agent, now())}"}


def _session(tokens: dict[str, Any]) -> Response:
    """The ID token for the page's memory; the refresh token only into a cookie that scripts cannot read."""
    result = tokens["AuthenticationResult"]
    body = {
        "token": result["IdToken"],
        "expires_at": now() + result["ExpiresIn"] * 1000,
        "agent": governance.access.agent(_claims(result["IdToken"])),
    }
    kept = result.get("RefreshToken")
    return respond(body, 200, {"Set-Cookie": _cookie(kept, COOKIE_SECONDS)} if kept else {})


def _claims(id_token: str) -> dict[str, Any]:
    """Read without verifying: Cognito itself handed it to us over TLS a moment ago."""
    payload = id_token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _cookie(value: str, seconds: int) -> str:
    secure = "; Secure" if settings.addresses().public_url.startswith("https://") else ""
    return f"{COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"


def _refresh_token() -> str:
    cookies: SimpleCookie = SimpleCookie(api.current_request.headers.get("cookie", ""))
    return cookies[COOKIE].value if COOKIE in cookies else ""
