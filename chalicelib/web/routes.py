"""The pages that browsers load, and whether the site is there."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib import http, operations, settings
from chalicelib.business import current
from chalicelib.business.appearance import Looks
from chalicelib.governance.endpoints import Endpoints
from chalicelib.operations import Operation
from chalicelib.schemas import View
from chalicelib.web import pages

api = Endpoints(__name__)
VERSION = "0.1.0"
_PAGE = Operation(who="anyone", media="text/html")


class Health(View):
    """The site answers."""

    ok: bool
    version: str


@api.route("/")
@operations.described(_PAGE)
@http.answering
def chat_page() -> Response:
    """The chat page."""
    return _page("chat")


@api.route("/console")
@operations.described(_PAGE)
@http.answering
def console_page() -> Response:
    """The agents' console."""
    return _page("console")


@api.route("/assets/{folder}/{part}")
@operations.described(Operation(who="anyone", media="text/javascript"))
@http.answering
def asset(folder: str, part: str) -> Response:
    """A script, style or picture of the pages."""
    return _page(f"{folder}/{part}")


@api.route("/assets/{folder}/{part}/{name}")  # API Gateway wants one name for all that may stand at one place: {part} is a file or a folder
@operations.described(Operation(who="anyone", media="text/javascript"))
@http.answering
def nested_asset(folder: str, part: str, name: str) -> Response:
    """A script or style that lies deeper."""
    return _page(f"{folder}/{part}/{name}")


@api.route("/widget.js")
@operations.described(Operation(who="anyone", media="text/javascript"))
@http.answering
def widget() -> Response:
    """The script that puts the chat on other sites (docs/channels.md)."""
    return _page("widget.js")


@api.get("/health", who="anyone", response=Health)
def health() -> dict[str, Any]:
    """Whether the site answers."""
    return {"ok": True, "version": VERSION}


def _page(name: str) -> Response:
    request, known = api.current_request, settings.addresses()
    page = pages.serve(
        name,
        request.headers.get("if-none-match", ""),
        origins=pages.Origins(known.socket_url, known.files_origin, settings.optional("CHAT_ORIGINS")),
        looks=Looks(name=current.name("en")) if name == "console" else current.looks(),
        asked_version=(request.query_params or {}).get("v", ""),
    )
    return Response(page.body, page.headers, page.status)
