"""Everybody can use the pages (axe finds nothing), and the screenshots are there for people to look at."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.browser.conftest import NewBrowser
from tests.browser.people import ASK_FOR_A_PERSON, claim, say, sign_in, visit, write
from tests.conftest import Stack
from tests.people import Agent

pytestmark = pytest.mark.browser

LOOKS = [("en", "desktop", False), ("zh", "phone", False), ("zh", "desktop", True), ("en", "phone", True)]


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_every_state_of_both_pages(stack: Stack, browser: NewBrowser, supervisor: Agent, language: str, size: str, dark: bool) -> None:
    found: dict[str, list[str]] = {}
    visitor = browser(language, size, dark)
    console = browser(language, size, dark)

    def look(page: Any, state: str) -> None:
        page.shot(state)
        found[state] = page.axe()

    word = f"case {uuid4().hex[:8]}"
    visit(visitor, stack.addresses.site)
    look(visitor, "chat-empty")
    say(visitor, "怎么退货？" if language == "zh" else "How do I return a product?")
    visitor.find(".message.bot")
    say(visitor, f"{ASK_FOR_A_PERSON} ({word})")
    visitor.find(".outlook b")
    look(visitor, "chat-handed-over")

    console.open(stack.addresses.console)
    console.find("[name=email]")
    look(console, "console-sign-in")
    sign_in(console, stack.addresses.console, supervisor)
    console.find(".queue")
    look(console, "console-lists")
    claim(console, word)
    write(console, "看过报告了。" if language == "zh" else "Looked at it, parcel found.", "note")
    write(console, "您好，我来帮您。" if language == "zh" else "Hello, I am looking after you.")
    look(console, "console-conversation")
    if size == "phone":
        console.click(".info")
        look(console, "console-customer")
        console.click(".info")
    console.click(".actions .quiet")
    console.find("dialog[open] select")
    look(console, "console-transfer")
    console.click("dialog .dialog-head button")

    visitor.find(".message.agent")
    visitor.cut_off()
    visitor.find(".banner")
    visitor.type("#text", "?")
    visitor.click(".send")
    look(visitor, "chat-offline")
    assert {state: violations for state, violations in found.items() if violations} == {}


def test_both_languages_have_every_word(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    for address, module in ((stack.addresses.site, "chat/words"), (stack.addresses.console, "console/words/words")):
        page.open(address)
        words = page.driver.execute_async_script(ALL_WORDS, f"./assets/{module}.js")
        assert sorted(words["en"]) == sorted(words["zh"])


ALL_WORDS = """
const [module, done] = arguments;
const names = (value, path = "") => value && typeof value === "object"
  ? Object.entries(value).flatMap(([name, inner]) => names(inner, `${path}.${name}`)) : [path];
import(new URL(module, document.baseURI)).then(({ WORDS }) => done({ en: names(WORDS.en), zh: names(WORDS.zh) }));
"""


@pytest.mark.parametrize(("size", "dark"), [("desktop", False), ("phone", True)])
def test_the_description_of_the_api_can_be_read_by_everybody(stack: Stack, browser: NewBrowser, size: str, dark: bool) -> None:
    page = browser("en", size, dark)
    page.open(f"{stack.addresses.site}reference")
    page.driver.execute_script("document.querySelector('#reply').open = true")
    assert page.find("#reply dd a").is_displayed()
    page.shot("reference")
    assert page.axe() == []
    assert page.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
