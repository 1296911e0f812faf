"""Schemas of the visitor's session, by which a chat begins."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from chalicelib.schemas import Milliseconds, Request, SparseView


class SessionRequest(Request):
    """Nothing for a new visitor, `token` to renew an old one, or `jwt` that the host site signed (docs/channels.md)."""

    token: Annotated[str, Meta(max_length=4_096)] = ""
    jwt: Annotated[str, Meta(max_length=16_384)] = ""


class VisitorSession(SparseView):
    """`token` is the visitor's only key: keep it. `socket`: the WebSocket's address without its query. By a JWT also the `name`, and
    whether an address is `proven`."""

    token: str
    visitor: str
    expires_at: Milliseconds
    socket: str
    name: str | None = None
    proven: bool | None = None
