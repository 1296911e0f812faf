"""AWS End User Messaging between the phones and the stack: two-way messages and delivery events to the topic, its JSON API.

The API is one address; the operation stands in X-Amz-Target (AWS JSON 1.0). A number of Twilio's magic ones does here, too.
"""

import asyncio
import json
import time
from typing import Any
from uuid import uuid4

from aiohttp import web

from infra.local import twilio
from infra.local.journal import Entry, Journal
from infra.local.surroundings import Surroundings

SERVICE = "PinpointSMSVoiceV2"
_OPTED_OUT = 21610
Json = dict[str, Any]


class Refusal(Exception):
    """One of the service's errors."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.body = {"__type": kind, "Message": reason, "Reason": reason}


class Carrier:
    """`deliver` is the phones' side, the route is Baton's."""

    def __init__(self, around: Surroundings, journal: Journal) -> None:
        self._around = around
        self._journal = journal
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/", self.accept)]

    async def close(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def deliver(self, message: Entry) -> str:
        """A phone's message, told to the topic as the service does."""
        told = {
            "originationNumber": message["phone"],
            "destinationNumber": self._around.sms_number,
            "messageKeyword": f"KEYWORD_{self._around.sms_number.lstrip('+')}",
            "messageBody": message["text"],
            "inboundMessageId": message["id"],
        }
        await self._publish(told)
        return "delivered"

    async def accept(self, request: web.Request) -> web.Response:
        """SendTextMessage and SendMediaMessage."""
        target = request.headers.get("X-Amz-Target", "")
        asked = json.loads(await request.read())
        try:
            if target not in (f"{SERVICE}.SendTextMessage", f"{SERVICE}.SendMediaMessage"):
                raise Refusal("UnknownOperationException", target)
            self._check(asked)
        except Refusal as refusal:
            return web.json_response(refusal.body, status=400, content_type="application/x-amz-json-1.0")
        name = str(uuid4())
        text = "\n".join([asked.get("MessageBody", ""), *asked.get("MediaUrls", [])]).strip()
        await self._journal.save(self._journal.entry(name, asked["DestinationPhoneNumber"], "out", text, "queued"))
        task = asyncio.create_task(self._report(name, asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.json_response({"MessageId": name}, content_type="application/x-amz-json-1.0")

    def _check(self, asked: Json) -> None:
        to, text = asked.get("DestinationPhoneNumber", ""), asked.get("MessageBody", "")
        if asked.get("OriginationIdentity") != self._around.sms_number:
            raise Refusal("ResourceNotFoundException", "PHONE_NUMBER")
        try:
            twilio.check({"To": to, "From": self._around.sms_number, "Body": text or "a picture"}, self._around.sms_number)
        except twilio.Refusal as refusal:
            stopped = refusal.code == _OPTED_OUT
            kind, reason = (
                ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT") if stopped else ("ValidationException", "INVALID_REQUEST")
            )
            raise Refusal(kind, reason) from refusal

    async def _report(self, name: str, asked: Json) -> None:
        """The events of a message, as the configuration set publishes them."""
        lost = twilio.LOST.fullmatch(asked["DestinationPhoneNumber"])
        for kind in ("SENT", "UNREACHABLE" if lost else "DELIVERED"):
            event = {
                "eventType": f"TEXT_{kind}",
                "eventVersion": "1.0",
                "eventTimestamp": int(time.time() * 1000),
                "isFinal": kind != "SENT",
                "originationPhoneNumber": self._around.sms_number,
                "destinationPhoneNumber": asked["DestinationPhoneNumber"],
                "messageId": name,
                "messageStatus": kind,
                "context": asked.get("Context", {}),
                "totalMessageParts": twilio.segments(asked.get("MessageBody", "")),
            }
            await self._publish(event)
            entry = self._journal.get(name)
            if entry:
                await self._journal.save(entry | {"state": kind.lower()})

    async def _publish(self, told: Json) -> None:
        around = self._around
        await asyncio.to_thread(lambda: around.sns.publish(TopicArn=around.text_topic, Message=json.dumps(told, ensure_ascii=False)))
