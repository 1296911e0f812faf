"""Pages of other sites that embed the chat: one as rude to foreign elements as a page can be. And the way into the widget."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.shadowroot import ShadowRoot
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.driver import Browser

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A shop</title><link rel="stylesheet" href="/rude.css"><main><h1>A shop</h1><p>Tea.</p><input id="search" aria-label="Search"></main>
<script async src="{site}widget.js" {attributes}></script></html>"""

RUDE = """* { all: unset !important } * { position: static !important; display: inline !important; opacity: 0.1 !important }
@layer rude { * { width: 1px !important; z-index: -1 !important } } iframe, button, div { display: none !important }"""

# What the page's own scripts cannot do, a test must: the widget's tree is closed, so it is opened before the widget is made.
OPENED = """{
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) { return attach.call(this, { ...init, mode: "open" }); };
}"""


@contextmanager
def host(site: str, rude: bool = False, attributes: str = "", name: str = "localhost") -> Iterator[str]:
    """The address of a page on another site than 127.0.0.1 (unless `name` says so), under the strictest policy of docs/channels.md."""
    chat = "{0.scheme}://{0.netloc}".format(urlsplit(site))
    policy = f"default-src 'none'; script-src {chat}; frame-src {chat}; style-src 'self'; require-trusted-types-for 'script'"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = {"/": ("text/html", PAGE.format(site=site, attributes=attributes)), "/rude.css": ("text/css", RUDE if rude else "")}
            kind, body = known.get(self.path, ("text/plain", ""))
            self.send_response(200 if self.path in known else 404)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{name}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class Widget:
    """The launcher and the panel on whatever page the browser shows."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        browser.command("Page.addScriptToEvaluateOnNewDocument", source=OPENED)

    @property
    def root(self) -> ShadowRoot:
        self.browser.until(lambda: self.browser.all("html > div[data-side]"), "there is no widget")
        return self.browser.all("html > div[data-side]")[0].shadow_root

    def part(self, selector: str) -> WebElement:
        return self.root.find_element(By.CSS_SELECTOR, selector)

    @property
    def button(self) -> WebElement:
        return self.part("button")

    @property
    def label(self) -> str:
        return str(self.button.get_attribute("aria-label"))

    @property
    def is_loaded(self) -> bool:
        return bool(self.root.find_elements(By.CSS_SELECTOR, "iframe"))

    def enter(self) -> None:
        """What follows happens inside the panel."""
        self.browser.until(lambda: self.is_loaded, "the chat is not loaded")
        self.browser.driver.switch_to.frame(self.part("iframe"))
        self.browser.until(lambda: self.browser.all(".scroll[aria-busy=false]"), "the chat does not connect")

    def leave(self) -> None:
        self.browser.driver.switch_to.default_content()

    def has_focus(self, selector: str) -> bool:
        script = "return arguments[0].activeElement === arguments[1]"
        return bool(self.browser.driver.execute_script(script, self.root, self.part(selector)))
