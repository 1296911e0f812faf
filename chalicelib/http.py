"""Between Chalice and the rooms: bodies in, errors out, headers on everything. The only place that knows HTTP statuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from chalice.app import Request, Response

from chalicelib.errors import BadRequest, BatonError, TooLarge, TooMany
from chalicelib.observability import log

LONGEST_BODY = 64_000
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=31536000"}


def answering(view: Callable[..., Any]) -> Callable[..., Response]:
    """Turns a route's value into a response and whatever it raises into an error that says what to do."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Response:
        try:
            result = view(*args, **kwargs)
        except BatonError as error:
            return failure(error)
        except Exception:  # noqa: BLE001 - the caller gets an answer, the log gets the cause
            log.exception("unexpected")
            return failure(BatonError("this is our fault and was logged; try again"))
        return result if isinstance(result, Response) else respond(result)

    return answer


def respond(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(body=body, status_code=status, headers=HEADERS | (headers or {}))


def failure(error: BatonError) -> Response:
    """An internal failure is logged with its cause and told without it."""
    text = str(error)
    if error.status == 500:
        log.error("failed", error=text)
        text = "this is our fault and was logged; try again"
    later = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) and error.retry_after else {}
    return respond({"error": {"code": error.code, "message": text}}, error.status, later)


def body_of(request: Request, longest: int = LONGEST_BODY) -> dict[str, Any]:
    """The JSON object of a request; an empty body is an empty object. Raises BadRequest, TooLarge."""
    raw = request.raw_body
    if len(raw) > longest:
        raise TooLarge(f"the body may have {longest} bytes at most")
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


def text_of(body: dict[str, Any], name: str, default: str | None = None) -> str:
    """A text field; raises BadRequest if it is missing (and has no default) or no text."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise BadRequest(f"{name} must be a text")
    return value


def number_of(params: dict[str, str] | None, name: str) -> int:
    """A whole number from the query, 0 if absent. Raises BadRequest."""
    text = (params or {}).get(name, "0")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise BadRequest(f"{name} must be a whole number")
    return int(text)
