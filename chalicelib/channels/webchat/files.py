"""Files of a chat go from the browser straight to S3 and back, by addresses that are signed for a moment."""

from __future__ import annotations

from chalicelib.aws import push
from chalicelib.channels.webchat.frames import FileFrame, Sender, UploadFrame
from chalicelib.conversations import files, pushes, table
from chalicelib.errors import NotFound


def upload(sender: Sender, frame: UploadFrame) -> None:
    """Where to put a file of exactly this size, type and content. Raises BadRequest, TooLarge."""
    address = files.upload_address(sender.visitor, frame.sha256, frame.size, frame.type)
    push.post(sender.connection, pushes.UploadReady(frame.id, frame.sha256, address["url"], address["headers"]))


def file(sender: Sender, frame: FileFrame) -> None:
    """Where to get a file of one of the visitor's own messages. Raises NotFound."""
    message = table.message(sender.visitor, frame.message) if frame.message else None
    if not message:
        raise NotFound("no such message")
    url = files.download_address(sender.visitor, files.find(message.meta.get("attachments", []), frame.sha256))
    push.post(sender.connection, pushes.FileReady(frame.id[:64], frame.message, frame.sha256, url))
