"""The page that plays phones, and the Twilio that stands between them and the stack: signed webhooks in, its REST API out."""

import time
from base64 import b64decode
from typing import Any
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from infra.local import twilio
from infra.local.journal import Journal
from infra.local.surroundings import Surroundings

NUMBERS = ("+12025550143", "+13125550123", "+8613912345678", "+4930901820")
WEBHOOK_SECONDS = 15.0  # so long Twilio waits for a webhook


class Phone:
    """Routes of the page and of the REST API."""

    def __init__(self, around: Surroundings, journal: Journal) -> None:
        self._around = around
        self._journal = journal

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/phone/state", self.state),
            web.post("/phone/messages", self.write),
            web.post("/phone/messages/{sid}/redeliver", self.redeliver),
            web.post("/2010-04-01/Accounts/{account}/Messages.json", self.accept),
        ]

    async def state(self, _request: web.Request) -> web.Response:
        """`{"number", "phones", "messages": [{"id", "at", "phone", "direction", "text", "state"}]}`."""
        messages = self._journal.all()
        phones = dict.fromkeys([*NUMBERS, *(message["phone"] for message in messages)])
        return web.json_response({"number": self._around.sms_number, "phones": list(phones), "messages": messages})

    async def write(self, request: web.Request) -> web.Response:
        """`{"phone", "text"}`: an SMS from that phone. 201 with its state: `delivered`, or why it was not."""
        asked = await request.json()
        phone, text = str(asked.get("phone", "")), str(asked.get("text", ""))
        try:
            twilio.check({"To": phone, "From": phone, "Body": text}, phone)
        except twilio.Refusal as refusal:
            return web.json_response({"error": refusal.message}, status=400)
        message = self._entry(twilio.new_sid("SM"), phone, "in", text)
        await self._journal.save(message)
        await self._deliver(message)
        return web.json_response(message, status=201)

    async def redeliver(self, request: web.Request) -> web.Response:
        """The same webhook once more, as Twilio repeats it when an answer was lost on the way."""
        message = self._journal.get(request.match_info["sid"])
        if message is None or message["direction"] != "in":
            return web.json_response({"error": "no such message"}, status=404)
        await self._deliver(message)
        return web.json_response(message)

    async def accept(self, request: web.Request) -> web.Response:
        """Twilio's POST /Messages.json: 201 with the resource, or one of Twilio's errors."""
        account = request.match_info["account"]
        try:
            self._authenticate(request, account)
            form = {name: str(value) for name, value in (await request.post()).items()}
            twilio.check(form, self._around.sms_number)
        except twilio.Refusal as refusal:
            return web.json_response(refusal.body(), status=refusal.status)
        sid = twilio.new_sid("SM")
        await self._journal.save(self._entry(sid, form["To"], "out", form["Body"]))
        return web.json_response(twilio.resource(account, form, sid), status=201)

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
            raise twilio.Refusal(404, 20404, f"The requested resource /2010-04-01/Accounts/{account}/Messages.json was not found")

    async def _deliver(self, message: dict[str, Any]) -> None:
        around = self._around
        form = twilio.incoming(around.account, around.sms_number, message["phone"], message["text"], message["id"])
        url = f"{around.public_url}/sms/twilio"
        headers = {"X-Twilio-Signature": twilio.signature(around.token, url, form), "I-Twilio-Idempotency-Token": str(uuid4())}
        try:
            async with (
                ClientSession(timeout=ClientTimeout(WEBHOOK_SECONDS)) as client,
                client.post(url, data=form, headers=headers) as answer,
            ):
                message["state"] = "delivered" if answer.ok else f"{answer.status}: {(await answer.text())[:200]}"
        except (ClientError, TimeoutError) as error:
            message["state"] = f"no answer: {type(error).__name__}"
        await self._journal.save(message)

    def _entry(self, sid: str, phone: str, direction: str, text: str) -> dict[str, Any]:
        return {"id": sid, "at": int(time.time() * 1000), "phone": phone, "direction": direction, "text": text, "state": ""}
