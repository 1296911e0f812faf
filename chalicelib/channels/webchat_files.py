"""Files of a chat go from the browser straight to S3 and back, by addresses that are signed for a moment."""

from __future__ import annotations

from typing import Any

from chalicelib import push
from chalicelib.channels.webchat_frames import client_id, text
from chalicelib.conversations import files, table
from chalicelib.errors import BadRequest, NotFound


def upload(visitor: str, frame: dict[str, Any], connection: str, _now: int) -> None:
    """Where to put a file of exactly this size, type and content. Raises BadRequest, TooLarge."""
    own_id, sha256, size = client_id(frame), text(frame, "sha256"), frame.get("size")
    if not isinstance(size, int) or isinstance(size, bool):
        raise BadRequest("size must be the number of bytes")
    address = files.upload_address(visitor, sha256, size, text(frame, "type"))
    push.post(connection, {"type": "upload", "id": own_id, "sha256": sha256, **address})


def file(visitor: str, frame: dict[str, Any], connection: str, _now: int) -> None:
    """Where to get a file of one of the visitor's own messages. Raises NotFound."""
    message_id, sha256, own_id = text(frame, "message"), text(frame, "sha256"), text(frame, "id")
    message = table.message(visitor, message_id) if message_id else None
    if not message:
        raise NotFound("no such message")
    url = files.download_address(visitor, files.find(message.meta.get("attachments", []), sha256))
    push.post(connection, {"type": "file", "id": own_id[:64], "message": message_id, "sha256": sha256, "url": url})
