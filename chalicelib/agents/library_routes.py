"""The API of what the bot knows (docs/api.md): every agent may read it, supervisors write and publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from chalice.app import Blueprint, Response

from chalicelib.agents.routes import agent_of, signed_in, supervisor
from chalicelib.errors import NotFound
from chalicelib.http import answering, body_of, number_of, respond, text_of
from chalicelib.observability import now

if TYPE_CHECKING:
    from chalicelib.agents.roster import Agent

api = Blueprint(__name__)


def _reader() -> Agent:
    return agent_of(api.current_request)


def _writer() -> Agent:
    return supervisor(api.current_request)


def _body() -> dict[str, Any]:
    return body_of(api.current_request)


@api.route("/knowledge/articles", authorizer=signed_in)
@answering
def articles() -> dict[str, Any]:
    from chalicelib.agents import library

    _reader()
    return library.find((api.current_request.query_params or {}).get("words", ""))


@api.route("/knowledge/articles/{article_id}", authorizer=signed_in)
@answering
def article(article_id: str) -> dict[str, Any]:
    from chalicelib.agents import library

    _reader()
    return library.read(unquote(article_id))


@api.route("/knowledge/articles/{article_id}/{language}", methods=["PUT"], authorizer=signed_in)
@answering
def write(article_id: str, language: str) -> dict[str, Any]:
    from chalicelib.agents import library

    return library.write(_writer(), unquote(article_id), unquote(language), _body(), now())


@api.route("/knowledge/articles/{article_id}/{language}", methods=["DELETE"], authorizer=signed_in)
@answering
def delete(article_id: str, language: str) -> Response:
    from chalicelib.knowledge import store

    _writer()
    store.delete_article(unquote(article_id), unquote(language), number_of(api.current_request.query_params, "version"))
    return respond("", 204)


@api.route("/knowledge/shown", methods=["POST"], authorizer=signed_in)
@answering
def shown() -> dict[str, Any]:
    from chalicelib.agents import library

    _writer()
    return library.show(_body())


@api.route("/knowledge/articles/{article_id}/examples", methods=["POST"], authorizer=signed_in)
@answering
def add_example(article_id: str) -> Response:
    from chalicelib.agents import library

    return respond(library.add_example(_writer(), unquote(article_id), _body(), now()), 201)


@api.route("/knowledge/examples/{example_id}", methods=["DELETE"], authorizer=signed_in)
@answering
def remove_example(example_id: str) -> Response:
    from chalicelib.knowledge import store

    _writer()
    store.remove_example(unquote(example_id))
    return respond("", 204)


@api.route("/knowledge/import", methods=["POST"], authorizer=signed_in)
@answering
def import_list() -> dict[str, int]:
    from chalicelib.agents import library

    return library.import_list(_writer(), body_of(api.current_request, library.LONGEST_IMPORT), now())


@api.route("/knowledge/publish", methods=["POST"], authorizer=signed_in)
@answering
def publish() -> Response:
    from chalicelib.knowledge import releases

    do: releases.Do = "preview" if _body().get("preview") else "publish"
    return respond(releases.view(releases.order(do, _writer().id, now())), 202)


@api.route("/knowledge/rollback", methods=["POST"], authorizer=signed_in)
@answering
def rollback() -> Response:
    from chalicelib.knowledge import releases

    return respond(releases.view(releases.order("rollback", _writer().id, now(), version=text_of(_body(), "version"))), 202)


@api.route("/knowledge/versions", authorizer=signed_in)
@answering
def versions() -> dict[str, Any]:
    from chalicelib.knowledge import bucket, releases

    _writer()
    return {"current": bucket.current(), "versions": [releases.view(one) for one in releases.latest()]}


@api.route("/knowledge/versions/{release_id}", authorizer=signed_in)
@answering
def version(release_id: str) -> dict[str, Any]:
    from chalicelib.knowledge import bucket, releases

    _writer()
    release = releases.get(unquote(release_id))
    try:
        compared = bucket.load_json(releases.comparison(release.id)) if release.state == "done" else {}
    except NotFound:
        compared = {}  # forgotten after a month
    return releases.view(release, **compared)
