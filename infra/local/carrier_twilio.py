"""The Twilio that stands between the phones and the stack: signed webhooks and status callbacks, media behind a password, its REST API."""

import asyncio
from base64 import b64decode
from typing import Any
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from infra.local import twilio
from infra.local.journal import Entry, Journal
from infra.local.surroundings import Surroundings

WEBHOOK_SECONDS = 15.0  # so long Twilio waits for a webhook
SILENT_SECONDS = 60.0  # longer than anybody waits
REPORT_SECONDS = 0.1  # between two status callbacks


class Carrier:
    """`write` and `deliver` are the phones' side, the routes are Baton's."""

    def __init__(self, around: Surroundings, journal: Journal, pages: str) -> None:
        self._around = around
        self._journal = journal
        self._pages = pages
        self._media: dict[str, tuple[str, bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        messages = "/2010-04-01/Accounts/{account}/Messages"
        return [
            web.post(f"{messages}.json", self.accept),
            web.get(messages + "/{sid}/Media/{media}", self.redirect),
            web.get("/media/{media}", self.content),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def keep(self, sid: str, media: list[tuple[str, bytes]]) -> list[dict[str, str]]:
        """Pictures that a phone sends along: `[{"url", "type"}]`."""
        kept = [(twilio.new_sid("ME"), *entry) for entry in media]
        self._media.update({name: (kind, content) for name, kind, content in kept})
        path = f"{self._pages}/2010-04-01/Accounts/{self._around.account}/Messages/{sid}/Media"
        return [{"url": f"{path}/{name}", "type": kind} for name, kind, _ in kept]

    async def deliver(self, message: Entry) -> str:
        """The webhook of a phone's message: `delivered`, or what came back."""
        around = self._around
        media = [(entry["url"], entry["type"]) for entry in message.get("media", [])]
        form = twilio.incoming(around.account, around.sms_number, message["phone"], message["text"], message["id"], media=media)
        return await self._post(f"{around.public_url}/sms/twilio", form)

    async def accept(self, request: web.Request) -> web.Response:
        """Twilio's POST /Messages.json: 201 with the resource, or one of Twilio's errors."""
        account = request.match_info["account"]
        try:
            self._authenticate(request, account)
            posted = await request.post()
            form = {name: str(value) for name, value in posted.items()}
            twilio.check(form, self._around.sms_number)
        except twilio.Refusal as refusal:
            return web.json_response(refusal.body(), status=refusal.status)
        if twilio.SILENT.fullmatch(form["To"]):
            await asyncio.sleep(SILENT_SECONDS)
        sid = twilio.new_sid("SM")
        pictures = [str(url) for url in posted.getall("MediaUrl", [])]
        text = "\n".join(filter(None, [form.get("Body", ""), *pictures]))
        await self._journal.save(self._journal.entry(sid, form["To"], "out", text, "queued"))
        self._later(self._report(sid, form))
        return web.json_response(twilio.resource(account, form, sid), status=201)

    async def redirect(self, request: web.Request) -> web.Response:
        """A picture's address asks for the account's password, and leads to another address that must not get it."""
        try:
            self._authenticate(request, request.match_info["account"])
        except twilio.Refusal as refusal:
            return web.json_response(refusal.body(), status=refusal.status)
        return web.Response(status=307, headers={"Location": f"/media/{request.match_info['media']}"})

    async def content(self, request: web.Request) -> web.Response:
        found = self._media.get(request.match_info["media"])
        if found is None or "Authorization" in request.headers:
            return web.Response(status=400 if found else 404)
        return web.Response(body=found[1], content_type=found[0])

    async def _report(self, sid: str, form: dict[str, str]) -> None:
        """The status callbacks, one after the other."""
        for told in twilio.reports(self._around.account, sid, form["From"], form["To"]):
            await asyncio.sleep(REPORT_SECONDS)
            answer = await self._post(form["StatusCallback"].partition("#")[0], told) if "StatusCallback" in form else "delivered"
            entry = self._journal.get(sid)
            if entry:
                refused = "" if answer == "delivered" else f" ({answer})"
                await self._journal.save(entry | {"state": told["MessageStatus"] + refused})

    async def _post(self, url: str, form: dict[str, str]) -> str:
        headers = {"X-Twilio-Signature": twilio.signature(self._around.token, url, form), "I-Twilio-Idempotency-Token": str(uuid4())}
        try:
            async with (
                ClientSession(timeout=ClientTimeout(WEBHOOK_SECONDS)) as client,
                client.post(url, data=form, headers=headers) as answer,
            ):
                return "delivered" if answer.ok else f"{answer.status}: {(await answer.text())[:200]}"
        except (ClientError, TimeoutError) as error:
            return f"no answer: {type(error).__name__}"

    def _authenticate(self, request: web.Request, account: str) -> None:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        wanted = f"{self._around.account}:{self._around.token}"
        try:
            given = b64decode(credentials, validate=True).decode() if scheme.lower() == "basic" else ""
        except ValueError:
            given = ""
        if given != wanted:
            raise twilio.Refusal(401, 20003, "Authenticate")
        if account != self._around.account:
            raise twilio.Refusal(404, 20404, f"The requested resource {request.path} was not found")

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
