"""The page that plays phones. Two carriers stand between them and the stack: Twilio, and AWS End User Messaging."""

from base64 import b64decode
from typing import Any
from uuid import uuid4

from aiohttp import web

from infra.local import carrier_aws, carrier_twilio, twilio
from infra.local.journal import Journal
from infra.local.surroundings import Surroundings

NUMBERS = ("+12025550143", "+13125550123", "+8613912345678", "+4930901820")


class Phone:
    """Routes of the page and of both carriers' APIs. `pages`: the address of all of them."""

    def __init__(self, around: Surroundings, journal: Journal, pages: str) -> None:
        self._around = around
        self._journal = journal
        self._twilio = carrier_twilio.Carrier(around, journal, pages)
        self._aws = carrier_aws.Carrier(around, journal)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/phone/state", self.state),
            web.post("/phone/messages", self.write),
            web.post("/phone/messages/{sid}/redeliver", self.redeliver),
            *self._twilio.routes(),
            *self._aws.routes(),
        ]

    async def close(self) -> None:
        """Nothing is reported any more."""
        await self._twilio.close()
        await self._aws.close()

    async def state(self, _request: web.Request) -> web.Response:
        """`{"number", "phones", "messages": [{"id", "at", "phone", "direction", "text", "state"}]}`."""
        messages = self._journal.all()
        phones = dict.fromkeys([*NUMBERS, *(message["phone"] for message in messages)])
        return web.json_response({"number": self._around.sms_number, "phones": list(phones), "messages": messages})

    async def write(self, request: web.Request) -> web.Response:
        """`{"phone", "text", "carrier"?: "twilio" | "aws", "media"?: [{"type", "content": base64}]}`: an SMS or MMS from that phone.

        201 with its state: `delivered`, or why it was not.
        """
        asked = await request.json()
        phone, text, by_aws = str(asked.get("phone", "")), str(asked.get("text", "")), asked.get("carrier") == "aws"
        media = [(str(entry["type"]), b64decode(entry["content"])) for entry in asked.get("media", [])]
        try:
            twilio.check({"To": phone, "From": phone, "Body": text or ("a picture" if media else "")}, phone)
        except twilio.Refusal as refusal:
            return web.json_response({"error": refusal.message}, status=400)
        sid = str(uuid4()) if by_aws else twilio.new_sid("MM" if media else "SM")
        message = self._journal.entry(sid, phone, "in", text, "")
        message |= {"carrier": "aws"} if by_aws else {"media": self._twilio.keep(sid, media)} if media else {}
        await self._journal.save(message)
        return web.json_response(await self._deliver(message), status=201)

    async def redeliver(self, request: web.Request) -> web.Response:
        """The same message once more, as carriers repeat it when an answer was lost on the way."""
        message = self._journal.get(request.match_info["sid"])
        if message is None or message["direction"] != "in":
            return web.json_response({"error": "no such message"}, status=404)
        return web.json_response(await self._deliver(message))

    async def _deliver(self, message: dict[str, Any]) -> dict[str, Any]:
        by_aws = message.get("carrier") == "aws"
        delivered = message | {"state": await (self._aws.deliver(message) if by_aws else self._twilio.deliver(message))}
        await self._journal.save(delivered)
        return delivered
