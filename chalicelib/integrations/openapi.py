"""The OpenAPI description of every HTTP route, made from the operations that the routes bear and from their schemas. Pure.

OpenAPI 3.1.1 (spec.openapis.org/oas/v3.1.1), whose schemas are JSON Schema 2020-12, which msgspec writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from chalicelib import operations
from chalicelib.errors import (
    BadRequest,
    BatonError,
    Forbidden,
    NotAuthenticated,
    NotFound,
    TooLarge,
    TooMany,
    Unavailable,
    UnsupportedMedia,
)
from chalicelib.operations import JSON, Operation
from chalicelib.schemas import Error

Json = dict[str, Any]
REF = "#/components/schemas/{name}"
LIMITS = {
    "RateLimit-Policy": 'How often you may call, as `"agent";q=6000;w=60`: calls in so many seconds.',
    "RateLimit": 'What is left of it, as `"agent";r=5999;t=1`: calls, and seconds until all are there again.',
}
_OTHERS = {"Location": "Where it is.", "Set-Cookie": "The session's cookie, which scripts cannot read."}
_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path; `module`: where it stands, by which it is tagged."""

    method: str
    path: str
    name: str
    module: str
    doc: str
    operation: Operation


def routes(known: Mapping[str, Mapping[str, Any]]) -> list[Route]:
    """Chalice's routes, by path and method. Raises LookupError for one that bears no operation."""
    return [_route(path, method, entry) for path, methods in sorted(known.items()) for method, entry in sorted(methods.items())]


def document(known: Iterable[Route], version: str) -> Json:
    """The whole description."""
    all_routes = list(known)
    _, components = msgspec.json.schema_components([Error, *_schemas(all_routes)], ref_template=REF)
    paths: Json = {}
    for route in all_routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _described(route)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Baton",
            "version": version,
            "description": "Customer service in your own AWS account. Times are Unix milliseconds, ids opaque. docs/api.md is the guide.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": ".", "description": "The stage that serves this file."}],
        "tags": [{"name": name} for name in sorted({_tag(route) for route in all_routes})],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "agent": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "The token of POST /agents/session."}
            },
        },
    }


def errors_of(route: Route) -> list[type[BatonError]]:
    """All that may be refused, with what every such route refuses."""
    operation = route.operation
    found: list[type[BatonError]] = [Unavailable]
    if operation.is_checked:
        found += [BadRequest, TooLarge, UnsupportedMedia]
    if operation.who != "anyone":
        found += [NotAuthenticated, Forbidden, TooMany]
    if operation.form:
        found += [BadRequest, TooLarge, UnsupportedMedia, Forbidden]
    if _PART.search(route.path):
        found.append(NotFound)
    return [*dict.fromkeys((*found, *operation.errors))]


def _route(path: str, method: str, entry: Any) -> Route:
    view: Callable[..., Any] = entry.view_function
    operation = operations.of(view)
    if operation is None:
        raise LookupError(f"{method} {path} does not say what it takes and gives: declare it")
    return Route(method, path, view.__name__, view.__module__, view.__doc__ or "", operation)


def _schemas(all_routes: Iterable[Route]) -> Iterator[Any]:
    for route in all_routes:
        made = route.operation
        yield from (schema for schema in (made.body, made.response, *made.also.values()) if schema)


def _described(route: Route) -> Json:
    operation = route.operation
    summary, _, rest = route.doc.strip().partition("\n")
    described: Json = {
        "operationId": route.name,
        "summary": summary.partition(". ")[0].rstrip("."),
        "description": " ".join(f"{summary} {rest} {_whose(operation)}".split()),
        "tags": [_tag(route)],
        "parameters": [*_path_parts(route.path), *_query(operation)],
        "responses": {**_answers(operation), **_refusals(route)},
        "security": [] if operation.who == "anyone" else [{"agent": []}],
    }
    if operation.body:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref(operation.body)}}}
    if operation.form:
        form = {"application/x-www-form-urlencoded": {"schema": {"type": "object", "additionalProperties": {"type": "string"}}}}
        described["requestBody"] = {"required": True, "content": form}
    return described


def _whose(operation: Operation) -> str:
    told = {"supervisor": "For supervisors.", "privacy": "For those among the supervisors whom an admin gave the right to customers' data."}
    return told.get(operation.who, "")


def _tag(route: Route) -> str:
    room = route.module.split(".")[1]
    return {"web": "pages", "integrations": "desk" if route.module.endswith("joined_routes") else "description"}.get(room, room)


def _path_parts(path: str) -> list[Json]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in _PART.findall(path)]


def _query(operation: Operation) -> list[Json]:
    if not operation.query:
        return []
    [_], components = msgspec.json.schema_components([operation.query])
    [schema] = components.values()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": made} for name, made in schema.get("properties", {}).items()
    ]


def _answers(operation: Operation) -> Json:
    found: Json = {}
    for status, schema in {operation.status: operation.response, **operation.also}.items():
        answer: Json = {"description": (schema.__doc__ if schema else None) or _WORDS.get(status, "Done.")}
        if schema:
            answer["content"] = {JSON: {"schema": _ref(schema)}}
        elif operation.media != JSON and status == operation.status:
            answer["content"] = {operation.media: {"schema": {"type": "string"}}}
        headers = {name: _OTHERS[name] for name in operation.headers} | ({} if operation.who == "anyone" else LIMITS)
        if headers:
            answer["headers"] = _headers(headers)
        found[str(status)] = answer
    return found


def _refusals(route: Route) -> Json:
    """By status; one may have several codes."""
    found: Json = {}
    for error in sorted(errors_of(route), key=lambda one: (one.status, one.code)):
        answer = found.setdefault(str(error.status), {"description": "", "content": {JSON: {"schema": {"$ref": REF.format(name="Error")}}}})
        answer["description"] = ", ".join(filter(None, (answer["description"], f"`{error.code}`")))
        if error is TooMany:
            answer["headers"] = _headers({"Retry-After": "Seconds."})
        elif route.operation.who != "anyone" and error not in (NotAuthenticated, Forbidden):
            answer["headers"] = _headers(LIMITS)
    return found


def _headers(words: Mapping[str, str]) -> Json:
    return {name: {"description": told, "schema": {"type": "string"}} for name, told in words.items()}


def _ref(schema: Any) -> Json:
    return {"$ref": REF.format(name=schema.__name__)}


_WORDS = {204: "Done; there is nothing to say.", 302: "Elsewhere.", 304: "You have it."}
