"""What a visitor does on the chat page, and an agent in the console."""

from __future__ import annotations

from selenium.webdriver.common.keys import Keys

from tests.browser.driver import Browser
from tests.people import Agent

ASK_FOR_A_PERSON = "I want to talk to a person, please."


def visit(browser: Browser, site: str) -> None:
    browser.open(site)
    browser.until(lambda: browser.all(".scroll[aria-busy=false]"), "the chat does not connect")


def say(browser: Browser, text: str) -> None:
    """On the chat page; returns when the service has stored it."""
    browser.type("#text", text)
    browser.click(".send")
    browser.sees(text, ".message.mine:not(.unsent)")


def sign_in(browser: Browser, console: str, agent: Agent) -> None:
    browser.open(console)
    browser.type("[name=email]", agent.email)
    browser.type("[name=password]", agent.password, Keys.ENTER)
    browser.find("#claim")


def claim(browser: Browser, text: str) -> None:
    """Claims until the conversation with this text is open; others that waited before are resolved."""
    for _ in range(40):
        _claim_one(browser)
        if any(text in shown for shown in browser.texts(".timeline .message")):
            return
        resolve(browser)
    raise AssertionError(f"no conversation with {text!r} can be claimed")


def resolve(browser: Browser) -> None:
    """Without naming an article, where the console asks for one."""
    browser.click(".actions .strong")
    browser.until(lambda: browser.all("dialog[open] .articles") or not browser.all(".actions"), "nothing happens")
    if browser.all("dialog[open] .articles"):
        browser.click("dialog .primary")
    browser.until(lambda: not browser.all(".actions"), "it was not resolved")


def _claim_one(browser: Browser) -> None:
    if not browser.find("#claim").is_displayed():  # a phone shows the lists or a conversation, not both
        browser.click(".back")
    before = _hash(browser)
    browser.until(lambda: browser.all("#claim:enabled"), "the last claim does not end")
    browser.click("#claim")
    browser.until(lambda: _hash(browser) not in ("", "#/", before), "nothing was claimed")
    browser.find(".timeline .message")
    browser.find(".actions")


def write(browser: Browser, text: str, kind: str = "reply") -> None:
    """A reply or a note; returns when the service has stored it."""
    browser.click(f".mode:nth-child({1 if kind == 'reply' else 2})")
    browser.type("#text", text, Keys.CONTROL + Keys.ENTER)
    browser.sees(text, ".timeline .note:not(.unsent)" if kind == "note" else ".timeline .message.agent:not(.unsent)")


def _hash(browser: Browser) -> str:
    return str(browser.driver.execute_script("return location.hash"))
