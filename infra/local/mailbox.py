"""The page that shows customers' mailboxes: what was sent to them, and a way to write and reply through the SMTP port."""

import asyncio
import smtplib
from base64 import b64decode
from email.message import EmailMessage
from functools import lru_cache
from typing import Any

from aiohttp import web

from infra.local import mails
from infra.local.journal import Journal
from infra.local.surroundings import Surroundings

PEOPLE = ("mia@customer.example", "li.wei@customer.example")


class Mailbox:
    """Routes of the page."""

    def __init__(self, around: Surroundings, journal: Journal, smtp_port: int) -> None:
        self._around = around
        self._journal = journal
        self._port = smtp_port

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/mailbox/state", self.state),
            web.post("/mailbox/messages", self.write),
            web.get("/mailbox/messages/{name}/raw", self.raw),
        ]

    async def state(self, _request: web.Request) -> web.Response:
        """`{"support", "people", "mails": [{"id", "at", "direction", "people"} and what mails.view gives]}`."""
        entries = self._journal.all()
        people = dict.fromkeys([*PEOPLE, *(person for entry in entries for person in entry["people"])])
        shown = [_shown(entry) for entry in entries]
        return web.json_response({"support": self._around.support_address, "people": list(people), "mails": shown})

    async def write(self, request: web.Request) -> web.Response:
        """`{"from", "text", "subject"?, "reply_to"?}`; `reply_to`: id of the mail that is replied to. 201 once the SMTP port took it."""
        asked = await request.json()
        sender, text, name = mails.address(str(asked.get("from", ""))), str(asked.get("text", "")), asked.get("reply_to")
        answered = self._journal.get(str(name)) if name else None
        if not sender or not text.strip() or (name and answered is None):
            return web.json_response({"error": "an address, a text and, for a reply, a mail that exists are needed"}, status=400)
        if answered:
            mail = mails.reply(b64decode(answered["raw"]), sender, text)
        else:
            mail = mails.compose(sender, self._around.support_address, str(asked.get("subject", "")), text)
        try:
            await asyncio.to_thread(self._send, mail, sender)
        except (smtplib.SMTPException, OSError) as error:
            return web.json_response({"error": str(error)}, status=502)
        return web.json_response({"message_id": str(mail["Message-ID"])}, status=201)

    async def raw(self, request: web.Request) -> web.Response:
        """The mail's source, as text."""
        entry = self._journal.get(request.match_info["name"])
        if entry is None:
            raise web.HTTPNotFound
        return web.Response(text=b64decode(entry["raw"]).decode("utf-8", "replace"))

    def _send(self, mail: EmailMessage, sender: str) -> None:
        with smtplib.SMTP("127.0.0.1", self._port, timeout=20) as server:
            server.sendmail(sender, mails.addresses(str(mail["To"])), mail.as_bytes())


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("id", "at", "direction", "people")} | _read(entry["raw"])


@lru_cache(maxsize=4096)
def _read(raw: str) -> dict[str, Any]:
    """Pages ask for all mails after each change."""
    return mails.view(b64decode(raw))
