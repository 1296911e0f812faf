"""The HTTP endpoint that a business offers to Baton (docs/api.md), as the demo shop has it: every call's signature is checked."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from aiohttp import web

from infra.cloud import parameters_of
from infra.demo.shop import Orders
from infra.local.aws import session
from infra.local.installation import STACK
from infra.local.surroundings import Surroundings

PATH = "/actions/"
FRESH = 300  # seconds that a signature is good for
# Orders with which the shop fails, so that one can see what the bot does then.
BROKEN, SLOW, GARBLED = "A-50000", "A-50001", "A-50002"
SLOWNESS = 8.0  # seconds


def verified(secret: str, headers: Any, path: str, body: bytes, now: float) -> bool:
    """Was this call signed by our Baton, for this path and body, a moment ago?"""
    timestamp, key = headers.get("Baton-Timestamp", ""), headers.get("Baton-Id", "")
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > FRESH:
        return False
    expected = hmac.new(secret.encode(), f"{timestamp}\n{key}\n{path}\n".encode() + body, sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), headers.get("Baton-Signature", "").encode())


class ShopEndpoint:
    """Answers Baton's calls; `/actions/orders` shows the orders as they are now."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.orders = Orders(datetime.now(UTC).date())

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH + "orders", self.show), web.post(PATH + "{path:.+}", self.call)]

    async def show(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(order) for order in self.orders.known.values()])

    async def call(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not verified(self._secret(), request.headers, request.path, body, time.time()):
            raise web.HTTPUnauthorized(text="the signature is wrong or too old")
        asked = json.loads(body)
        number = asked["values"].get("order")
        if number == BROKEN:
            raise web.HTTPInternalServerError
        if number == SLOW:
            await asyncio.sleep(SLOWNESS)
        if number == GARBLED:
            return web.Response(text="<html>maintenance</html>", content_type="text/html")
        answer = self.orders.handle(request.match_info["path"], request.headers["Baton-Id"], asked)
        if answer is None:
            raise web.HTTPNotFound
        return web.json_response(answer)

    def _secret(self) -> str:
        ssm = session().client("ssm", endpoint_url=self.around.endpoint)
        name = parameters_of(STACK) + "secrets/actions"
        return str(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
