"""Who may call a route: agents whom API Gateway has verified, and supervisors among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import CognitoUserPoolAuthorizer, Request

from chalicelib import governance

if TYPE_CHECKING:
    from chalicelib.governance.roster import Agent

# The packaged template puts the real user pool in the place of this name.
signed_in = CognitoUserPoolAuthorizer("agents", provider_arns=["arn:aws:cognito-idp:us-east-1:000000000000:userpool/replaced"])


def agent_of(request: Request) -> Agent:
    """Who asks, by the claims that the gateway verified. Raises Forbidden."""
    return governance.access.agent(request.context["authorizer"]["claims"])


def privacy_officer(request: Request) -> Agent:
    """Raises Forbidden for whoever lacks the right to export and erase customers."""
    agent = agent_of(request)
    governance.access.require_privacy(agent)
    return agent


def supervisor(request: Request) -> Agent:
    """Raises Forbidden for an agent who is no supervisor."""
    agent = agent_of(request)
    governance.access.require_supervisor(agent)
    return agent
