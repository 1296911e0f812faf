"""A sample of the hostile strings through the running stack's own doors: chat frames, signed forms and mails in, chat and console out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable

import pytest
from websockets.sync.client import connect

from tests.browser import hostile
from tests.browser.conftest import NewBrowser
from tests.browser.people import ASK_FOR_A_PERSON, claim, sign_in, visit, write
from tests.conftest import Stack
from tests.people import Agent, eventually
from tests.stack.webhooks import Entrance

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STRINGS = [s for s in hostile.strings() if "script" in s.live or s.id.startswith(("unicode", "header", "naughty"))]
NAME = '"><img src=x onerror=window.__pwned=1>'


def batches(texts: Iterable[str], longest: int) -> list[str]:
    """Several strings in one message, short enough to be shown whole."""
    packed = [""]
    for text in texts:
        if len(packed[-1]) + len(text) > longest:
            packed.append("")
        packed[-1] = f"{packed[-1]}\n{text}".strip()
    return packed


def test_a_chat(stack: Stack, browser: NewBrowser, supervisor: Agent) -> None:
    word, visitor = f"case {secrets.token_hex(4)}", stack.visitor()
    messages = [f"{ASK_FOR_A_PERSON} {word}", *batches([hostile.typed(s.value, 1200) for s in STRINGS], 1200)[:12]]
    _send(visitor.session, messages)
    page, console = browser(), browser()
    hostile.set_trap(page)
    visit(page, stack.addresses.site)
    kept = json.dumps({"token": visitor.session["token"], "visitor": visitor.session["visitor"]})
    page.driver.execute_script(f"localStorage.setItem('baton.chat:' + location.pathname, {json.dumps(kept)})")
    visit(page, stack.addresses.site)
    page.sees(messages[-1], ".message.mine .words")
    assert sorted(page.texts(".message.mine .words")) == sorted(messages)

    hostile.set_trap(console)
    sign_in(console, stack.addresses.console, supervisor)
    claim(console, word)
    assert sorted(console.texts(".timeline .customer .words")) == sorted(messages)
    write(console, messages[1], "note")
    write(console, messages[2])
    page.sees(messages[2], ".message.agent .words")
    for shown, address in ((page, stack.addresses.site), (console, stack.addresses.console)):
        assert hostile.foreign(shown, ".words, .by bdi") == []
        hostile.assert_calm(shown, address, stack.addresses.websocket.replace("ws", "http"), stack.addresses.aws)


def test_text_messages_and_mails(stack: Stack, browser: NewBrowser, supervisor: Agent) -> None:
    entrance, phone, mailer = Entrance(stack), stack.phone(), stack.mailer()
    texts = [ASK_FOR_A_PERSON, *batches([hostile.typed(s.value, 1200) for s in STRINGS], 1200)[:6]]
    for text in texts:
        assert entrance.twilio(entrance.text(phone.number, text)).status_code == 200
    values = [ASK_FOR_A_PERSON, *(s.value for s in STRINGS[:: len(STRINGS) // 12])]
    for n, value in enumerate(values):
        entrance.publish("MailTopic", entrance.raw_mail(hostile.mail(value, n, mailer.address, mailer.support), mailer.address))
    eventually(lambda: len(entrance.books(phone.number).incoming) == len(texts), 60)
    eventually(lambda: len(entrance.books(mailer.address).incoming) == len(values), 60)

    console = browser()
    hostile.set_trap(console)
    held = {address: supervisor.claim(address) for address in (phone.number, mailer.address)}
    sign_in(console, stack.addresses.console, supervisor)
    for address, conversation in held.items():
        told = [m.text for m in entrance.books(address).incoming]
        console.open(f"{stack.addresses.console}#/c/{conversation['id']}")
        console.driver.refresh()
        console.until(lambda told=told: len(console.all(".timeline .customer")) == len(told), "the messages do not appear")
        assert sorted(console.texts(".timeline .customer .words")) == sorted(told)
        assert hostile.foreign(console, ".words, .by bdi, .file bdi, .subject bdi") == []
        hostile.assert_calm(console, stack.addresses.console, stack.addresses.websocket.replace("ws", "http"), stack.addresses.aws)


def _send(session: dict[str, str], texts: list[str]) -> None:
    with connect(f"{session['socket']}?token={session['token']}") as socket:
        for text in texts:
            frame = {"action": "message", "token": session["token"], "id": secrets.token_hex(16), "text": text, "name": NAME}
            socket.send(json.dumps(frame))
            while json.loads(socket.recv(timeout=30))["type"] != "stored":
                continue
