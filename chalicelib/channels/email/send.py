"""An outgoing message to SES, by SendEmail with the raw mail.

Its tags come back with every event that SES tells of it (email_events): `thread`, and `message`, our id in base64url, as a tag
may hold no "+". Source: docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

from typing import Any

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.business import current
from chalicelib.channels import receipts
from chalicelib.channels.email.render import outgoing, recipient
from chalicelib.channels.tags import tagged
from chalicelib.conversations import files
from chalicelib.conversations.model import Message
from chalicelib.errors import NotFound, Undeliverable


def send(message: Message) -> str:
    """SES's id of the mail. Raises Undeliverable, Unavailable (nothing left), Uncertain."""
    support = settings.env("SUPPORT_ADDRESS")
    attached = [(entry, _content(message.thread, entry)) for entry in message.meta.get("attachments", [])]
    request: dict[str, Any] = {
        "FromEmailAddress": support,
        "Destination": {"ToAddresses": [recipient(message.address)]},
        "Content": {"Raw": {"Data": outgoing(message, support, current.name(message.language), attached)}},
        "EmailTags": [{"Name": "thread", "Value": message.thread}, {"Name": "message", "Value": tagged(message.id)}],
    }
    told = settings.optional("MAIL_EVENTS") if receipts.are_wanted(message) else settings.optional("MAIL_FAILURES")
    if told:
        request["ConfigurationSetName"] = told
    with clients.sending("send a mail"):
        return str(clients.once("sesv2").send_email(**request)["MessageId"])


def _content(thread: str, entry: dict[str, Any]) -> bytes:
    try:
        return files.read(thread, entry["sha256"])
    except NotFound as error:
        raise Undeliverable("a file of this message is no longer there") from error
