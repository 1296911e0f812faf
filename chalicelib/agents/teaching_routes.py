"""The part of the agents' API by which people teach the bot (docs/api.md): verdicts, reviews, gaps."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from chalice.app import Blueprint, Response

from chalicelib import agents as room
from chalicelib.agents import routes
from chalicelib.errors import BadRequest
from chalicelib.http import answering, body_of, respond, text_of
from chalicelib.observability import now

api = Blueprint(__name__)


def _body() -> dict[str, Any]:
    return body_of(api.current_request)


@api.route("/conversations/{conversation_id}/messages/{message_id}/verdict", methods=["POST"], authorizer=routes.signed_in)
@answering
def verdict(conversation_id: str, message_id: str) -> dict[str, Any]:
    agent, body = routes.agent_of(api.current_request), _body()
    given = {"verdict": text_of(body, "verdict"), "article": text_of(body, "article", ""), "review": "yes" if body.get("review") else ""}
    found: dict[str, Any] = room.teaching.verdict(agent, conversation_id, unquote(message_id), given, now())
    return found


@api.route("/conversations/{conversation_id}/articles", authorizer=routes.signed_in)
@answering
def articles_to_choose(conversation_id: str) -> dict[str, Any]:
    routes.agent_of(api.current_request)
    found: dict[str, Any] = room.teaching.offer(conversation_id, (api.current_request.query_params or {}).get("q", ""))
    return found


@api.route("/reviews", authorizer=routes.signed_in)
@answering
def reviews() -> dict[str, Any]:
    routes.agent_of(api.current_request)
    found: dict[str, Any] = room.reviews.listed(now())
    return found


@api.route("/gaps", authorizer=routes.signed_in)
@answering
def gaps() -> dict[str, Any]:
    routes.supervisor(api.current_request)
    found: dict[str, Any] = room.gap_desk.listed((api.current_request.query_params or {}).get("state", "open"))
    return found


@api.route("/gaps/{gap_id}", methods=["PUT"], authorizer=routes.signed_in)
@answering
def edit_gap(gap_id: str) -> dict[str, Any]:
    agent, body = routes.supervisor(api.current_request), _body()
    title, text, language = (text_of(body, name, "") for name in ("title", "body", "language"))
    found: dict[str, Any] = room.gap_desk.edit(agent, gap_id, title, text, language)
    return found


@api.route("/gaps/{gap_id}/approve", methods=["POST"], authorizer=routes.signed_in)
@answering
def approve_gap(gap_id: str) -> dict[str, Any]:
    agent, body = routes.supervisor(api.current_request), _body()
    article = body.get("article")
    if not isinstance(article, dict):
        raise BadRequest("article must be an object with id, language, title and body")
    found: dict[str, Any] = room.gap_desk.approve(agent, gap_id, article, _texts(body), now())
    return found


@api.route("/gaps/{gap_id}/assign", methods=["POST"], authorizer=routes.signed_in)
@answering
def assign_gap(gap_id: str) -> dict[str, Any]:
    agent, body = routes.supervisor(api.current_request), _body()
    found: dict[str, Any] = room.gap_desk.assign(agent, gap_id, text_of(body, "article"), _texts(body), now())
    return found


@api.route("/gaps/{gap_id}/reject", methods=["POST"], authorizer=routes.signed_in)
@answering
def reject_gap(gap_id: str) -> dict[str, Any]:
    found: dict[str, Any] = room.gap_desk.reject(routes.supervisor(api.current_request), gap_id, now())
    return found


@api.route("/learning", methods=["POST"], authorizer=routes.signed_in)
@answering
def learn() -> Response:
    agent = routes.supervisor(api.current_request)
    return respond(room.learned.order(agent, now()), 202)


@api.route("/learning", authorizer=routes.signed_in)
@answering
def what_was_learned() -> dict[str, Any]:
    routes.supervisor(api.current_request)
    found: dict[str, Any] = room.learned.listed()
    return found


@api.route("/learning/{report_id}", authorizer=routes.signed_in)
@answering
def open_what_was_learned(report_id: str) -> dict[str, Any]:
    routes.supervisor(api.current_request)
    found: dict[str, Any] = room.learned.report(report_id)
    return found


def _texts(body: dict[str, Any]) -> list[str]:
    """The wordings that become examples. Raises BadRequest."""
    wordings = body.get("examples", [])
    if not isinstance(wordings, list) or not all(isinstance(text, str) for text in wordings):
        raise BadRequest("examples must be a list of texts")
    return wordings
