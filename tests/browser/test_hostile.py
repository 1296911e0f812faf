"""Texts that would run as scripts in a careless page are only texts in ours: in messages, names, subjects, notes, replies."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.sync.client import connect

from tests.browser.conftest import NewBrowser
from tests.browser.driver import Browser
from tests.browser.people import ASK_FOR_A_PERSON, claim, sign_in, visit, write
from tests.conftest import Stack
from tests.people import Agent

pytestmark = pytest.mark.browser

STRINGS = json.loads((Path(__file__).parent.parent / "fixtures" / "xss-html.json").read_text())["strings"]
FOREIGN = "iframe, img, object, embed, form[action], video, audio, math, marquee, script:not([src])"
TRAP = """
  window.__ran = [];
  for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => window.__ran.push(name);
  Object.defineProperty(window, "__pwned", { set: () => window.__ran.push("__pwned") });
"""


@pytest.fixture
def careless() -> Iterator[str]:
    """A page that shows `?n=` of the strings without escaping: what the detector must see."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Careless)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class _Careless(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        number = self.path.removeprefix("/")
        self.send_response(200 if number.isdigit() else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if number.isdigit():
            self.wfile.write(f"<!doctype html><body><p>{STRINGS[int(number)]['value']}</p></body>".encode())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def test_the_detector_sees_what_runs(browser: NewBrowser, careless: str) -> None:
    page = browser()
    page.command("Page.addScriptToEvaluateOnNewDocument", source=TRAP)
    live = [n for n, s in enumerate(STRINGS) if "script" in s["live"]][::4]
    seen = [n for n in live if _runs(page, f"{careless}{n}")]
    assert len(seen) >= 0.95 * len(live), f"not seen: {[STRINGS[n]['value'] for n in live if n not in seen]}"


def test_hostile_texts_are_shown_as_texts(stack: Stack, browser: NewBrowser, supervisor: Agent) -> None:
    values = [s["value"] for s in STRINGS]
    session = httpx.post(f"{stack.addresses.site}chat/session", json={}, timeout=30).raise_for_status().json()
    word = f"case {secrets.token_hex(4)}"
    messages = [f"{ASK_FOR_A_PERSON} {word}", *_batches(values)]
    _send(session, messages, name='"><img src=x onerror=window.__pwned=1>')

    page = browser()
    page.command("Page.addScriptToEvaluateOnNewDocument", source=TRAP)
    visit(page, stack.addresses.site)
    kept = {"token": session["token"], "visitor": session["visitor"]}
    keep = f"localStorage.setItem('baton.chat:' + location.pathname, {json.dumps(json.dumps(kept))})"
    page.driver.execute_script(keep)
    visit(page, stack.addresses.site)
    page.sees(messages[-1], ".message.mine .words")
    assert sorted(page.texts(".message.mine .words")) == sorted(messages)

    console = browser()
    console.command("Page.addScriptToEvaluateOnNewDocument", source=TRAP)
    sign_in(console, stack.addresses.console, supervisor)
    claim(console, word)
    assert sorted(console.texts(".timeline .customer .words")) == sorted(messages)
    write(console, messages[1], "note")
    write(console, messages[2])
    page.sees(messages[2], ".message.agent .words")
    _assert_inert(page, stack.addresses.site)
    _assert_inert(console, stack.addresses.console)


def _batches(values: list[str], longest: int = 1200) -> list[str]:
    """Several strings in one message, short enough to be shown whole."""
    batches = [""]
    for value in (v.strip() for v in values):
        if len(batches[-1]) + len(value) > longest:
            batches.append("")
        batches[-1] = f"{batches[-1]}\n{value}".strip()
    return batches


def _send(session: dict[str, Any], texts: list[str], name: str) -> None:
    with connect(f"{session['socket']}?token={session['token']}") as socket:
        for text in texts:
            frame = {"action": "message", "token": session["token"], "id": secrets.token_hex(16), "text": text, "name": name}
            socket.send(json.dumps(frame))
            while json.loads(socket.recv(timeout=30))["type"] != "stored":
                continue


def _runs(page: Browser, address: str) -> bool:
    page.open(address)
    try:
        page.until(lambda: page.driver.execute_script("return window.__ran && window.__ran.length"), "", patience=2)
    except Exception:
        return False
    return True


def _assert_inert(page: Browser, address: str) -> None:
    assert page.driver.execute_script("return window.__ran") == []
    assert page.driver.current_url.partition("#")[0] == address
    count = f"return document.querySelectorAll({json.dumps(FOREIGN)}).length"
    assert page.driver.execute_script(count) == 0
    host = urlsplit(address).netloc
    asked = [json.loads(e["message"])["message"] for e in page.driver.get_log("performance")]
    urls = [m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"]
    assert {urlsplit(u).netloc for u in urls if urlsplit(u).scheme in ("http", "https", "ws", "wss")} == {host}
