"""What a browser sent, field by field. Raises BadRequest in words for whoever writes a client."""

from __future__ import annotations

import json
import re
from typing import Any

from chalicelib.errors import BadRequest

NETWORK = "network"  # set by us, whatever the browser says: whence the frame came (limits.mark)
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


def parsed(body: str) -> dict[str, Any]:
    try:
        frame = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("a frame must be JSON") from None
    if not isinstance(frame, dict):
        raise BadRequest("a frame must be a JSON object")
    return frame


def text(frame: dict[str, Any], name: str) -> str:
    value = frame.get(name, "")
    if not isinstance(value, str):
        raise BadRequest(f"{name} must be a text")
    return value


def zone(frame: dict[str, Any]) -> str:
    """The time zone that the browser is in; "" for none, and for what cannot be a name: no message is refused for it."""
    value = text(frame, "zone")
    return value if _ZONE.fullmatch(value) else ""


def client_id(frame: dict[str, Any]) -> str:
    value = text(frame, "id")
    if not _CLIENT_ID.fullmatch(value):
        raise BadRequest("id must be your own random id: 8 to 64 characters of A-Z a-z 0-9 _ -")
    return value
