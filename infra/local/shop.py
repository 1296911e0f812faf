"""The page of a shop that embeds the chat by its one tag, with customers who can sign in: the host site, as a business has one."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import jwt
from aiohttp import web

from infra.cloud import parameters_of
from infra.local.aws import session
from infra.local.installation import STACK
from infra.local.surroundings import Surroundings

HOUR = 3600
# Who can sign in here, with what a shop knows of its customers.
CUSTOMERS = {
    "mia": {"sub": "customer-1001", "name": "Mia Example", "email": "mia@customer.example", "email_verified": True},
    "li": {"sub": "customer-1002", "name": "李雷", "email": "li@customer.example", "email_verified": True},
}


class Shop:
    """`page`: the HTML, in which `{{site}}` is the address of the chat."""

    def __init__(self, around: Surroundings, page: Path) -> None:
        self.around, self.page = around, page

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/shop", self.show), web.post("/shop/sign-in", self.sign_in)]

    async def show(self, _: web.Request) -> web.Response:
        """With the policy that docs/channels.md recommends: one script and one frame from the chat's origin, no inline styles."""
        address = urlsplit(self.around.public_url)
        chat = f"{address.scheme}://{address.netloc}"
        policy = (
            f"default-src 'self'; script-src 'self' {chat}; frame-src {chat}; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
        )
        text = self.page.read_text("utf-8").replace("{{site}}", self.around.public_url)
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return web.Response(text=text, content_type="text/html", charset="utf-8", headers=headers)

    async def sign_in(self, request: web.Request) -> web.Response:
        """`{"customer": "mia"}` -> `{"jwt"}`, as the host site's server signs it."""
        customer = CUSTOMERS.get(str((await request.json()).get("customer")))
        if customer is None:
            raise web.HTTPNotFound
        claims = {**customer, "aud": "baton", "exp": int(time.time()) + HOUR}
        return web.json_response({"jwt": jwt.encode(claims, self._secret(), algorithm="HS256")})

    def _secret(self) -> str:
        ssm = session().client("ssm", endpoint_url=self.around.endpoint)
        name = parameters_of(STACK) + "secrets/site_jwt"
        return str(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
