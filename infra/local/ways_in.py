"""The local ways in, together: the SMTP port, the phone and mailbox pages, and what stands behind them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from infra.demo.shop_endpoint import ShopEndpoint
from infra.local import smtp
from infra.local.journal import Journal
from infra.local.mailbox import Mailbox
from infra.local.phone import Phone
from infra.local.shop import Shop
from infra.local.signing import CERTIFICATE_PATH, Signer
from infra.local.surroundings import Surroundings

PAGES = Path(__file__).parent / "pages"
CONTENT = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
# A mail's own styles and pictures may be shown inside its frame, which inherits this policy; nothing is fetched from elsewhere.
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"


@dataclass(frozen=True, slots=True)
class Ports:
    """Loopback ports: `pages` (phone, mailbox, Twilio's API), `smtp` (mail comes in), `sent` (mail that SES sends)."""

    pages: int
    smtp: int
    sent: int


@contextmanager
def ways_in(around: Surroundings, ports: Ports, folder: Path, signer: Signer) -> Iterator[None]:
    """Serve for as long as the block lasts, in a thread; what was written and sent is kept in `folder`."""
    started, stop = threading.Event(), asyncio.Event()
    loop, problems = asyncio.new_event_loop(), list[BaseException]()

    async def serve() -> None:
        async with _serving(around, ports, folder, signer):
            started.set()
            await stop.wait()

    def work() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as problem:  # noqa: BLE001 (raised in the thread that waits)
            problems.append(problem)
        finally:
            started.set()
            loop.close()

    thread = threading.Thread(target=work, name="ways-in")
    thread.start()
    started.wait()
    if problems:
        thread.join()
        raise problems[0]
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@asynccontextmanager
async def _serving(around: Surroundings, ports: Ports, folder: Path, signer: Signer) -> AsyncIterator[None]:
    texts, letters = Journal(folder / "sms.jsonl"), Journal(folder / "mail.jsonl")
    servers = [await smtp.serve(smtp.WayIn(around, letters), ports.smtp), await smtp.serve(smtp.Sent(letters), ports.sent)]
    application = web.Application(middlewares=[_guard(ports.pages)])
    phone = Phone(around, texts, f"http://127.0.0.1:{ports.pages}")
    application.add_routes(phone.routes())
    application.add_routes(Mailbox(around, letters, ports.smtp).routes())
    application.add_routes(Shop(around, PAGES / "shop.html").routes())
    application.add_routes(ShopEndpoint(around).routes())
    application.add_routes([web.get(CERTIFICATE_PATH, _file(signer.certificate()))])
    application.add_routes([web.get("/{kind:phone|mailbox}/events", _events(texts, letters)), web.get("/{name:.*}", _page)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", ports.pages).start()
    try:
        yield
    finally:
        for server in servers:
            server.close()
        await phone.close()
        await runner.cleanup()


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _guard(port: int) -> Middleware:
    """Pages of other sites, in the same browser, must not write as a customer or read the mail."""
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host not in hosts:
            raise web.HTTPForbidden(text="open this page by its loopback address")
        played = request.path.startswith("/2010-04-01/") or "X-Amz-Target" in request.headers  # other programs call these, not pages
        if request.method == "POST" and not played and request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="JSON is expected")
        return await handler(request)

    return guard


def _events(texts: Journal, letters: Journal) -> Handler:
    async def events(request: web.Request) -> web.StreamResponse:
        """Server-sent events: one `change` after each change of the journal."""
        journal = texts if request.match_info["kind"] == "phone" else letters
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(b": here\n\n")
        try:
            async for changed in journal.changes():
                await response.write(b"data: change\n\n" if changed else b": still here\n\n")
        except ConnectionError:
            pass  # the page was closed
        return response

    return events


def _file(content: bytes) -> Handler:
    async def serve(_request: web.Request) -> web.Response:
        return web.Response(body=content)

    return serve


async def _page(request: web.Request) -> web.Response:
    name = request.match_info["name"] or "phone"
    path = PAGES / (name if "." in name else f"{name}.html")
    if path.parent != PAGES or path.suffix not in CONTENT or not path.is_file():
        raise web.HTTPNotFound
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(text=path.read_text("utf-8"), content_type=CONTENT[path.suffix], charset="utf-8", headers=headers)
