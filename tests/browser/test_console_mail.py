"""What an agent does with a mail in the console, on the running stack: its files both ways, the whole of it, and whose it is."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import NewBrowser
from tests.browser.driver import Browser
from tests.browser.people import claim, sign_in
from tests.conftest import Stack
from tests.people import Agent, Mailer, eventually

pytestmark = pytest.mark.browser

NOTE = b"Order 4711: one teapot"
LABEL = "Send it back with this label."
SPLIT = """
const line = [...document.querySelectorAll(".identities li")].find((li) => li.textContent.includes(arguments[0]));
line.querySelector("button").click();
"""


def written(mailer: Mailer, word: str) -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = f"Ann <{mailer.address}>", mailer.support, f"Broken {word}"
    mail.set_content(f"I want to talk to a person: {word} came broken.")
    mail.add_alternative(f"<p>I want to talk to a person: <b>{word}</b> came broken.<script>top.ran = 1</script></p>", "html")
    mail.add_attachment(NOTE, "text", "plain", filename="order.txt")
    return mail.as_bytes()


def waits(agent: Agent, address: str) -> dict[str, str]:
    """The conversation of this address, once it waits in a queue."""

    def look() -> dict[str, str] | None:
        names = {queue["queue"] for queue in agent.ask("GET", "queues")["queues"]}
        found = (c for name in sorted(names) for c in agent.ask("GET", f"conversations?queue={name}")["conversations"])
        return next((c for c in found if c["address"] == address), None)

    return eventually(look) or {}


@pytest.fixture
def word() -> str:
    return f"case {uuid4().hex[:8]}"


@pytest.fixture
def console(stack: Stack, browser: NewBrowser, supervisor: Agent) -> Browser:
    page = browser()
    sign_in(page, stack.addresses.console, supervisor)
    return page


def test_a_mails_files_and_the_whole_of_it(stack: Stack, console: Browser, supervisor: Agent, word: str, tmp_path: Path) -> None:
    mailer = stack.mailer()
    mailer.post(written(mailer, word))
    waits(supervisor, mailer.address)
    claim(console, word)
    console.sees("order.txt", ".message.customer .files")
    console.driver.execute_script("window.led = []; HTMLAnchorElement.prototype.click = function () { window.led.push(this.href) }")
    console.click(".message.customer button.file-name")
    console.until(lambda: console.driver.execute_script("return window.led[0]"), "the file leads nowhere")
    saved = httpx.get(console.driver.execute_script("return window.led[0]"), timeout=60)
    assert (saved.content, saved.headers["content-disposition"].partition(";")[0]) == (NOTE, "attachment")

    console.driver.execute_script("document.querySelector('.message.customer .state .plain').click()")
    frame = console.find("dialog .mail-frame")
    console.driver.switch_to.frame(frame)
    console.until(lambda: console.texts("b") == [word], "the mail's own HTML is not shown")
    console.driver.switch_to.default_content()
    console.sees(mailer.address, ".mail-headers")
    assert console.axe() == []
    assert console.driver.execute_script("return window.ran") is None
    console.type("body", Keys.ESCAPE)
    console.until(lambda: not console.all("dialog"), "the whole mail stays open")

    (tmp_path / "label.txt").write_text(LABEL)
    console.all("input.attach")[0].send_keys(str(tmp_path / "label.txt"))
    console.until(lambda: console.all(".chosen .plain"), "the file is not taken")
    console.type("#text", f"We replace {word}.", Keys.CONTROL + Keys.ENTER)
    console.sees("label.txt", ".message.agent:not(.unsent) .files")
    reply = eventually(lambda: next((m for m in mailer.inbox() if f"We replace {word}." in m["text"]), None)) or {}
    mail = message_from_bytes(httpx.get(f"{mailer.mailbox}/messages/{reply['id']}/raw", timeout=60).content, policy=policy.default)
    (label,) = mail.iter_attachments()
    assert (label.get_filename(), label.get_content().strip()) == ("label.txt", LABEL)
    assert console.complaints() == []


def test_two_customers_become_one_and_two_again(stack: Stack, console: Browser, supervisor: Agent, word: str) -> None:
    mailer, phone = stack.mailer(), stack.phone()
    mailer.send(f"Broken {word}", f"I want to talk to a person about {word}.")
    waits(supervisor, mailer.address)
    claim(console, word)
    phone.send(f"I want to talk to a person, still about {word}.")
    other = waits(supervisor, phone.number)
    console.click(".details .merge")
    console.type("dialog [name=other]", other["id"], Keys.ENTER)
    console.sees(phone.number, "dialog .confirm")
    console.click("dialog .primary")
    console.until(lambda: len(console.texts(".identities .identity")) == 2, "the other's address does not join")
    assert set(console.texts(".identities .identity")) == {mailer.address, phone.number}
    console.find(f".details a[href$='{other['id']}']")
    console.driver.execute_script(SPLIT, phone.number)
    console.sees(phone.number, "dialog .confirm")
    console.click("dialog .primary")
    console.until(lambda: console.texts(".identities .identity") == [mailer.address], "the address stays")
    assert console.complaints() == []
