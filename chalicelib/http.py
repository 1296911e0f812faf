"""Between Chalice and the rooms: bodies in, errors out with their HTTP status, headers on everything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from chalice.app import Request, Response

from chalicelib.errors import BatonError, TooLarge, TooMany, UnsupportedMedia
from chalicelib.observability import log

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


def in_our_shape(response: Any) -> Any:
    """What Chalice refuses by itself, before a view is asked, told as everything else is."""
    body = getattr(response, "body", None)
    if isinstance(body, dict) and response.status_code == UnsupportedMedia.status and "Code" in body:
        return failure(UnsupportedMedia(f"{body['Message']}: send JSON as application/json"))
    return response


def raw_body(request: Request, longest: int) -> bytes:
    """Raises TooLarge."""
    raw: bytes = request.raw_body
    if len(raw) > longest:
        raise TooLarge(f"the body may have {longest} bytes at most")
    return raw
