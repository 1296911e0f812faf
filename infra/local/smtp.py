"""Two SMTP servers: one is the way in and acts as SES does for a received mail, the other takes the mail that SES sends."""

import asyncio
import base64
import json
import logging
from datetime import UTC, datetime
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session
from botocore.exceptions import BotoCoreError, ClientError

from infra.local import mails
from infra.local.journal import Journal
from infra.local.surroundings import Surroundings

LARGEST = 40 * 1024 * 1024
SUBJECT = "Amazon SES Email Receipt Notification"

logger = logging.getLogger(__name__)


class WayIn:
    """Stores each mail in the bucket and tells the topic, as the receipt rule of the stack does on AWS."""

    def __init__(self, around: Surroundings, journal: Journal) -> None:
        self._around = around
        self._journal = journal

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802 (aiosmtpd's name)
        if mails.address(address).rpartition("@")[2] != self._around.mail_domain.lower():
            return f"550 5.1.1 No such mailbox: mail to …@{self._around.mail_domain} comes in here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        try:
            ses_id = await asyncio.to_thread(self.store, _content(envelope), envelope.mail_from or "", envelope.rcpt_tos)
        except (BotoCoreError, ClientError):
            logger.exception("a mail could not be taken")
            return "451 4.3.0 Try again later"
        await self._journal.save(entry(_content(envelope), "in", [envelope.mail_from or ""]))
        return f"250 OK {ses_id}"

    def store(self, raw: bytes, sender: str, recipients: list[str]) -> str:
        """Returns the id that SES would give to the mail."""
        around, ses_id, now = self._around, mails.new_ses_id(), datetime.now(UTC)
        stored = mails.received(raw, ses_id, sender, recipients, now)
        around.s3.put_object(Bucket=around.mail_bucket, Key=mails.PREFIX + ses_id, Body=stored)
        place = {"topicArn": around.mail_topic, "bucketName": around.mail_bucket}
        message = mails.notification(stored, ses_id, sender, recipients, place=place, now=now)
        around.sns.publish(TopicArn=around.mail_topic, Subject=SUBJECT, Message=json.dumps(message))
        return ses_id


class Sent:
    """Keeps what SES sends for the mailbox page."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        await self._journal.save(entry(_content(envelope), "out", envelope.rcpt_tos))
        return "250 OK"


def _content(envelope: Envelope) -> bytes:
    content = envelope.content or b""
    return content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")


def entry(raw: bytes, direction: str, people: list[str]) -> dict[str, object]:
    """A mail in the journal; `people` are those in whose mailboxes it is: who got it (out) or who wrote it (in)."""
    return {
        "id": uuid4().hex,
        "at": int(datetime.now(UTC).timestamp() * 1000),
        "direction": direction,
        "people": [mails.address(person) for person in people],
        "raw": base64.b64encode(raw).decode(),
    }


async def serve(handler: WayIn | Sent, port: int) -> asyncio.Server:
    """Start a server on a loopback port."""

    def make() -> SMTP:
        return SMTP(handler, hostname="localhost", data_size_limit=LARGEST, enable_SMTPUTF8=True, ident="Baton")

    return await asyncio.get_running_loop().create_server(make, "127.0.0.1", port)
