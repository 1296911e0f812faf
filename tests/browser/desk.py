"""The pages of the web room with what a test puts in: thousands of messages, states that take days to come about.

The pages, their assets and their headers are the real ones; what the API would answer are values that the test made with the
real functions of the rooms.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from chalicelib.business.appearance import Looks
from chalicelib.errors import NotFound
from chalicelib.web import pages
from infra.local.aws import free_port

Json = dict[str, Any]
ME = {"id": "agent-ann", "email": "ann@shop.example", "name": "Ann", "role": "supervisor", "skills": ["billing"], "max_open": 50, "open": 1}
ANYWHERE = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*", "Access-Control-Allow-Methods": "*"}
PICTURE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@dataclass
class Desk:
    """`stories`: what `GET /conversations/{id}` answers; `said`: what the visitor's page replays; `heard`: the messages that it sent, to
    each of which `says` gives what is said; `asked`: the calls that came; `lists`: what `GET /conversations` answers to its parameters."""

    port: int
    stories: dict[str, Json] = field(default_factory=dict)
    said: list[Json] = field(default_factory=list)
    customers: dict[str, Json] = field(default_factory=dict)
    whole: dict[str, Json] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # name -> type, content: what a page loads by a signed address
    answers: dict[str, Any] = field(default_factory=dict)  # "METHOD path" -> what the API says, for what a test alone needs
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    queries: dict[str, dict[str, str]] = field(default_factory=dict)  # by path, of its last call
    heard: list[Json] = field(default_factory=list)
    says: Callable[[Json], Json] | None = None
    looks: Looks = field(default_factory=lambda: Looks(name="Lantern Tea"))  # what chat and widget wear
    lists: Callable[[Mapping[str, str]], Json] | None = None
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    loop: asyncio.AbstractEventLoop | None = None

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def elsewhere(self) -> str:
        """Where files lie: another origin."""
        return f"http://127.0.0.1:{self.port + 1}"

    def hint(self, frame: Json) -> None:
        """Pushes a frame to every open page."""
        assert self.loop
        for socket in self.sockets:
            asyncio.run_coroutine_threadsafe(socket.send_json(frame), self.loop).result(10)

    async def page(self, request: web.Request) -> web.Response:
        origins = pages.Origins(self.site.replace("http", "ws") + "socket", self.elsewhere)
        try:
            page = pages.serve(request.match_info.get("name") or "chat", origins=origins, looks=self.looks)
        except NotFound:
            raise web.HTTPNotFound from None
        return web.Response(body=page.body.encode(), headers=page.headers)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                frame = json.loads(message.data)
                for told in self._told(frame):
                    await socket.send_json(told)
        self.sockets.remove(socket)
        return socket

    def _told(self, frame: Json) -> list[Json]:
        """What the page gets for a frame of its own."""
        if frame["action"] == "replay":
            cursor = max((m["at"] for m in self.said), default=0)
            return [{"type": "messages", "messages": self.said, "cursor": cursor, "more": False}]
        if frame["action"] != "message":
            return [{"type": "pong"}]
        self.heard.append(frame)
        now = int(time.time() * 1000)
        stored = {"id": frame["id"], "direction": "incoming", "by": "you", "channel": "webchat", "at": now, "text": frame["text"]}
        answers = [self.says(frame) | {"at": now + 1}] if self.says else []
        self.said += [stored, *answers]
        return [{"type": "stored", "id": frame["id"], "at": now}, *({"type": "message", "message": said} for said in answers)]

    async def api(self, request: web.Request) -> web.Response:
        path, body = request.match_info["path"], await request.text()
        self.asked.append((request.method, path, json.loads(body) if body else None))
        self.queries[path] = dict(request.query)
        listed = self.lists(request.query) if self.lists and (request.method, path) == ("GET", "conversations") else None
        answer = listed or self._answer(request.method, path.split("/"))
        if answer is None:
            return web.json_response({"error": {"code": "not_found", "message": ""}}, status=404)
        return web.json_response(answer)

    def _answer(self, method: str, path: list[str]) -> Any:
        hour = int(time.time() * 1000) + 3_600_000
        fixed = {
            "agents/session/refresh": {"token": "t", "expires_at": hour, "agent": ME},
            "agents/socket": {"socket": self.site.replace("http", "ws") + "socket?ticket=x"},
            "chat/session": {"token": "t", "visitor": "w1", "expires_at": hour, "socket": self.site.replace("http", "ws") + "socket"},
            "me": ME,
            "agents": {"agents": [ME]},
            "queues": {"queues": []},
            "conversations": {"conversations": [s["conversation"] for s in self.stories.values()], "cursor": ""},
        }
        if f"{method} {'/'.join(path)}" in self.answers:
            return self.answers[f"{method} {'/'.join(path)}"]
        if "/".join(path) in fixed:
            return fixed["/".join(path)]
        if path[0] == "customers" and method == "GET":
            return self.customers.get(path[1])
        if path[0] != "conversations" or path[1] not in self.stories:
            return {} if method == "POST" else None
        match path[2:]:
            case []:
                return self.stories[path[1]]
            case ["messages", message, "whole"]:
                return self.whole.get(message)
            case ["messages", _, "attachments", sha256]:
                return {"url": f"{self.elsewhere}/{sha256}"}
            case ["uploads"]:
                return {"url": f"{self.elsewhere}/{self.asked[-1][2]['sha256']}", "headers": {"Content-Type": self.asked[-1][2]["type"]}}
            case ["replies"]:
                return self._reply(self.stories[path[1]], self.asked[-1][2])
        return {}

    def _reply(self, story: Json, asked: Json) -> Json:
        files = [{**file, "fate": "stored"} for file in asked.get("attachments", [])]
        now = int(time.time() * 1000)
        made = {"id": f"r+{asked['id']}", "direction": "outgoing", "channel": story["conversation"]["channel"], "at": now, "by": ME["id"]}
        made |= {"name": "Ann", "text": asked["text"], "subject": "", "link": "", "state": "pending", "detail": "", "attachments": files}
        story["messages"].append(made)
        return made

    async def file(self, request: web.Request) -> web.Response:
        """Another origin: signed addresses lead here."""
        if request.method != "GET":
            return web.Response(headers=ANYWHERE)
        kind, content = self.files.get(request.match_info["name"], ("image/png", PICTURE))
        return web.Response(body=content, headers={"Content-Type": kind})


@contextmanager
def desk() -> Iterator[Desk]:
    """Runs in a thread for as long as the block lasts."""
    made = Desk(free_port(2))
    inside = web.Application(client_max_size=0)
    inside.add_routes(
        [web.get("/api/", made.page), web.get("/api/{name:console|widget.js}", made.page), web.get("/api/assets/{name:.+}", made.page)]
    )
    inside.add_routes([web.get("/api/socket", made.socket), web.route("*", "/api/{path:.*}", made.api)])
    outside = web.Application(client_max_size=0)
    outside.add_routes([web.route("*", "/{name:.*}", made.file)])
    with _serving([(inside, made.port), (outside, made.port + 1)]) as loop:
        made.loop = loop
        yield made


@contextmanager
def _serving(applications: list[tuple[web.Application, int]]) -> Iterator[asyncio.AbstractEventLoop]:
    loop, started, runners = asyncio.new_event_loop(), threading.Event(), list[web.AppRunner]()

    async def start() -> None:
        for application, port in applications:
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
            runners.append(runner)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()

    async def stop() -> None:
        for runner in runners:
            await runner.cleanup()

    def work(first: Callable[[], Awaitable[None]]) -> None:
        loop.run_until_complete(first())
        started.set()
        loop.run_forever()
        loop.run_until_complete(stop())
        loop.close()

    thread = threading.Thread(target=work, args=(start,), name="desk")
    thread.start()
    assert started.wait(20)
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
