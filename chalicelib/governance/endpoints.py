"""The routes of the API: each says what it takes, gives and refuses, and whoever may not call it, or calls too often, goes no further.

Before a view runs, the caller is known and within the limits, and body and query are of their schemas; after it, only what the
response's schema names leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote

from chalice.app import Blueprint, MultiDict, Request, Response

from chalicelib import http, operations, schemas
from chalicelib.errors import BadRequest
from chalicelib.governance import rates
from chalicelib.governance.authorization import agent_of, privacy_officer, signed_in, supervisor
from chalicelib.observability import now
from chalicelib.operations import Operation

View = Callable[..., Any]

_MAY = {"agent": agent_of, "supervisor": supervisor, "privacy": privacy_officer}


class Endpoints(Blueprint):
    """A room's routes. A view is called with `agent` (unless anyone may call it), the parts of its path by their names, and, where they
    are declared, `body` and `query`. It returns an object or a mapping for the response's schema, or a Response of its own."""

    def get(self, path: str, **declared: Any) -> Callable[[View], View]:
        return self._endpoint("GET", path, Operation(**declared))

    def post(self, path: str, **declared: Any) -> Callable[[View], View]:
        return self._endpoint("POST", path, Operation(**declared))

    def put(self, path: str, **declared: Any) -> Callable[[View], View]:
        return self._endpoint("PUT", path, Operation(**declared))

    def delete(self, path: str, **declared: Any) -> Callable[[View], View]:
        return self._endpoint("DELETE", path, Operation(**declared))

    def _endpoint(self, method: str, path: str, operation: Operation) -> Callable[[View], View]:
        authorized = {} if operation.who == "anyone" else {"authorizer": signed_in}

        def register(view: View) -> View:
            @http.answering
            @wraps(view)
            def answer(**parts: str) -> Response:
                return _called(view, operation, self.current_request, parts)

            self.route(path, methods=[method], name=view.__name__, **authorized)(operations.described(operation)(answer))
            return view

        return register


def _called(view: View, operation: Operation, request: Request, parts: dict[str, str]) -> Response:
    """Raises NotAuthenticated, Forbidden, TooMany; whatever else is refused is told beside what is left of the caller's limit."""
    given: dict[str, Any] = {name: unquote(part) for name, part in parts.items()}
    headers: dict[str, str] = {}
    if operation.who != "anyone":
        given["agent"] = _MAY[operation.who](request)
        headers = rates.spend(given["agent"], now())
    answered = _answered(view, operation, request, given)
    answered.headers |= headers
    return answered


@http.answering
def _answered(view: View, operation: Operation, request: Request, given: dict[str, Any]) -> Response:
    found = view(**given, **_taken(operation, request))
    return _within(operation, found if isinstance(found, Response) else http.respond(found, operation.status))


def _taken(operation: Operation, request: Request) -> dict[str, Any]:
    """Raises BadRequest, TooLarge."""
    taken = {"query": schemas.read_query(operation.query or schemas.Nothing, _once_each(request.query_params))}
    taken["body"] = schemas.read(operation.body or schemas.Nothing, http.raw_body(request, operation.longest))
    return {name: value for name, value in taken.items() if getattr(operation, name)}


def _once_each(params: MultiDict | None) -> dict[str, str]:
    """Raises BadRequest: of two values one would be passed over."""
    given = params or MultiDict({})
    for name in given:
        if len(given.getlist(name)) > 1:
            raise BadRequest(f"{name} is given twice")
    return dict(given)


def _within(operation: Operation, answered: Response) -> Response:
    """Only what the schema for this status names."""
    schema = {operation.status: operation.response, **operation.also}.get(answered.status_code)
    if schema is None:
        answered.body = ""
    else:
        answered.body = schemas.shown(schema, answered.body)
    return answered
