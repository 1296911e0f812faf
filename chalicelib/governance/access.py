"""Who is this agent? Cognito knows the password; API Gateway verifies the token before a route is reached."""

from __future__ import annotations

from typing import Any

from chalicelib import settings, tokens
from chalicelib.aws import clients
from chalicelib.errors import BadRequest, Forbidden, NotAuthenticated
from chalicelib.governance import roster
from chalicelib.governance.roster import Agent

TICKET = "console"
TICKET_MS = 60_000
_RANKS = (("admins", "admin"), ("supervisors", "supervisor"), ("agents", "agent"))


def sign_in(email: str, password: str) -> dict[str, Any]:
    """Cognito's answer: tokens, or a challenge. Raises NotAuthenticated, which does not tell what was wrong."""
    if not email or not password:
        raise BadRequest("give email and password")
    try:
        with clients.translated("sign in"):
            answer: dict[str, Any] = clients.client("cognito-idp").initiate_auth(
                ClientId=settings.env("USER_POOL_CLIENT"),
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": email, "PASSWORD": password},
            )
    except NotAuthenticated:
        raise NotAuthenticated("the e-mail address or the password is wrong") from None
    return answer


def set_password(email: str, session: str, new_password: str) -> dict[str, Any]:
    """Answers the challenge of a first sign-in. Raises BadRequest (password too weak), NotAuthenticated (session over)."""
    with clients.translated("set the new password"):
        answer: dict[str, Any] = clients.client("cognito-idp").respond_to_auth_challenge(
            ClientId=settings.env("USER_POOL_CLIENT"),
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=session,
            ChallengeResponses={"USERNAME": email, "NEW_PASSWORD": new_password},
        )
    return answer


def renew(refresh_token: str) -> dict[str, Any]:
    """Raises NotAuthenticated."""
    if not refresh_token:
        raise NotAuthenticated("sign in")
    with clients.translated("renew the session"):
        answer: dict[str, Any] = clients.client("cognito-idp").initiate_auth(
            ClientId=settings.env("USER_POOL_CLIENT"),
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": refresh_token},
        )
    return answer


def sign_out(refresh_token: str) -> None:
    """The refresh token and what was made from it is worth nothing any more."""
    if refresh_token:
        with clients.translated("sign out"):
            clients.client("cognito-idp").revoke_token(Token=refresh_token, ClientId=settings.env("USER_POOL_CLIENT"))


def agent(claims: dict[str, Any]) -> Agent:
    """The agent behind verified claims. Raises Forbidden for a user who is in none of the groups."""
    groups = _groups(claims.get("cognito:groups", ""))
    role = next((role for group, role in _RANKS if group in groups), "")
    if not role:
        raise Forbidden("your account is in none of the groups agents, supervisors, admins: ask an administrator")
    return roster.enrol(claims["sub"], claims.get("email", ""), claims.get("name", ""), role)


def require_supervisor(who: Agent) -> None:
    if who.role == "agent":
        raise Forbidden("only supervisors may do this")


def require_admin(who: Agent) -> None:
    if who.role != "admin":
        raise Forbidden("only admins may do this")


def require_privacy(who: Agent) -> None:
    if who.role == "agent" or not who.privacy:
        raise Forbidden("only supervisors with the right to customers' data may do this: an admin gives it (privacy)")


def ticket(who: Agent, now: int) -> str:
    """Lets a browser open its WebSocket, where it cannot send a header."""
    return tokens.issue(TICKET, who.id, now + TICKET_MS)


def _groups(claim: Any) -> set[str]:
    """API Gateway hands a list on as text: `a,b` or `[a b]`."""
    text = " ".join(claim) if isinstance(claim, list) else str(claim)
    return set(text.strip("[]").replace(",", " ").split())
