"""The description of the API: for machines as OpenAPI and AsyncAPI, for readers as a page."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from chalice.app import Blueprint, Response
from msgspec import json

from chalicelib import http, operations
from chalicelib.integrations import asyncapi, openapi
from chalicelib.operations import Operation
from chalicelib.web.routes import VERSION

api = Blueprint(__name__)
KEPT = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


@api.route("/openapi.json")
@operations.described(Operation(who="anyone", media="application/json"))
@http.answering
def openapi_description() -> Response:
    """This description of the HTTP API, as OpenAPI 3.1."""
    return _kept(_openapi(), "application/json")


@api.route("/asyncapi.json")
@operations.described(Operation(who="anyone", media="application/json"))
@http.answering
def asyncapi_description() -> Response:
    """The description of the two WebSockets, as AsyncAPI 3."""
    return _kept(_asyncapi(), "application/json")


@api.route("/reference")
@operations.described(Operation(who="anyone", media="text/html"))
@http.answering
def reference() -> Response:
    """Both descriptions as a page to read."""
    from chalicelib.integrations import page

    body = page.rendered(json.decode(_openapi()), json.decode(_asyncapi()))
    answer = _kept(body, "text/html; charset=utf-8")
    answer.headers |= page.HEADERS
    return answer


def _kept(body: str, media: str) -> Response:
    tag = f'"{sha256(body.encode()).hexdigest()[:20]}"'
    known = {"ETag": tag, "Content-Type": media, **KEPT}
    if api.current_request.headers.get("if-none-match", "").removeprefix("W/") == tag:
        return http.respond("", 304, known)
    return http.respond(body, 200, known)


@cache
def _openapi() -> str:
    return json.encode(openapi.document(openapi.routes(api.current_app.routes), VERSION)).decode()


@cache
def _asyncapi() -> str:
    return json.encode(asyncapi.document(VERSION)).decode()
