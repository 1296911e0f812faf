"""The widget promises: one tag is enough, no page breaks it, nothing is loaded unasked, and only the two talk to each other."""

from __future__ import annotations

import json

import httpx
import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import NewBrowser
from tests.browser.driver import Browser
from tests.browser.hosts import Widget, host
from tests.browser.people import say
from tests.conftest import Stack

pytestmark = pytest.mark.browser

QUESTION = "How do I return a product?"


def asked(page: Browser) -> list[str]:
    """Addresses that were asked for since the last call."""
    told = [json.loads(e["message"])["message"] for e in page.driver.get_log("performance")]
    return [m["params"]["request"]["url"] for m in told if m["method"] == "Network.requestWillBeSent"]


def test_one_tag_is_enough_and_nothing_is_loaded_before_it_is_opened(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    widget = Widget(page)
    with host(stack.addresses.site) as address:
        page.open(address)
        assert widget.label == "Chat with us"
        assert [u for u in asked(page) if u.startswith(stack.addresses.site)] == [f"{stack.addresses.site}widget.js"]
        assert not widget.is_loaded
        widget.button.click()
        assert widget.label == "Close the chat"
        widget.enter()
        page.until(lambda: page.driver.execute_script("return document.activeElement.id") == "text", "the field has no focus")
        say(page, QUESTION)
        page.sees("30 days", ".message.bot")
        assert page.axe() == []
        widget.leave()
        assert page.axe() == []
        page.shot("widget-open")
        assert page.complaints() == []


def test_escape_closes_and_gives_the_focus_back_and_news_are_counted(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    widget = Widget(page)
    with host(stack.addresses.site) as address:
        page.open(address)
        widget.button.send_keys(Keys.ENTER)
        widget.enter()
        page.type("#text", "the thing", Keys.ENTER, Keys.ESCAPE)  # unclear, so that the bot waits three seconds before it says anything
        widget.leave()
        page.until(lambda: widget.button.get_attribute("aria-expanded") == "false", "it stays open")
        assert widget.has_focus("button")
        page.until(lambda: widget.label == "Chat with us, 1 new", "the answer is not counted")
        assert widget.part(".news").get_attribute("textContent") == "Chat with us, 1 new"
        page.shot("widget-unread")
        page.driver.refresh()
        page.until(lambda: widget.label == "Chat with us, 1 new", "after a reload the answer is not counted")
        widget.button.click()
        widget.enter()
        page.sees("not quite sure", ".message.bot")
        widget.leave()
        widget.button.click()
        page.until(lambda: widget.label == "Chat with us", "what was seen is still counted")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_no_style_and_no_policy_of_the_page_breaks_it(stack: Stack, browser: NewBrowser, size: str) -> None:
    page = browser("zh", size, True)
    widget = Widget(page)
    with host(stack.addresses.site, rude=True, attributes='data-position="left"') as address:
        page.open(address)
        assert widget.label == "在线咨询"
        # In the top layer not even what the page does to its root element reaches it.
        assert page.driver.execute_script("return document.querySelector('html > div').matches(':popover-open')")
        width, height = page.driver.execute_script("return [innerWidth, innerHeight]")
        assert widget.button.rect == {"x": 20, "y": height - 80, "width": 60, "height": 60}
        widget.button.click()
        widget.enter()
        page.sees("您好", ".hello")
        widget.leave()
        whole = {"x": 0, "y": 0, "width": width, "height": height}
        panel = {"x": 20, "y": 24, "width": 400, "height": height - 120} if size == "desktop" else whole
        page.until(lambda: widget.part(".panel").rect == panel, f"{widget.part('.panel').rect} is not {panel}")
        assert widget.button.is_displayed() is (size == "desktop")
        page.shot("widget-rude-host")
        assert page.complaints() == []


def test_the_site_chooses_the_language_and_the_reader_has_the_last_word(stack: Stack, browser: NewBrowser) -> None:
    page = browser("en")
    widget = Widget(page)
    with host(stack.addresses.site, attributes='data-language="zh"') as address:
        page.open(address)
        assert widget.label == "在线咨询"
        widget.button.click()
        widget.enter()
        page.sees("您好", ".hello")
        page.click("header .quiet")
        page.sees("Hello!", ".hello")


def test_nobody_else_can_speak_to_the_widget_or_to_the_chat(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    page_words = "postMessage({ baton: 'unread', count: 7, used: true }, '*'); postMessage({ baton: 'expired' }, '*')"
    widget = Widget(page)
    with host(stack.addresses.site) as address:
        page.open(address)
        widget.button.click()
        widget.enter()
        say(page, QUESTION)
        # The frame itself is not its parent.
        page.driver.execute_script("postMessage({ baton: 'reset' }, '*')")
        page.driver.execute_script("postMessage({ baton: 'identify', jwt: 'x' }, '*')")
        page.sees("30 days", ".message.bot")
        assert QUESTION in page.texts(".message.mine .words")
        widget.leave()
        page.driver.execute_script(page_words)
        widget.button.click()
        assert widget.label == "Chat with us"
        assert page.driver.execute_script("return Object.isFrozen(Baton)")


def test_where_nothing_may_be_stored_the_chat_works_and_says_so(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    forbidden = "get() { throw new DOMException('', 'SecurityError') }"
    for name in ("localStorage", "sessionStorage"):
        page.command("Page.addScriptToEvaluateOnNewDocument", source=f"Object.defineProperty(window, '{name}', {{ {forbidden} }})")
    widget = Widget(page)
    with host(
        stack.addresses.site, name="127.0.0.1"
    ) as address:  # the same site, so that the browser runs the line above in the frame, too
        page.open(address)
        widget.button.click()
        widget.enter()
        say(page, QUESTION)
        page.sees("30 days", ".message.bot")
        page.sees("keeps nothing", ".reach")
        assert page.complaints() == []


def test_a_customer_who_signs_in_has_one_conversation_on_every_device_until_signing_out(stack: Stack, browser: NewBrowser) -> None:
    first, second = browser(), browser("zh", "phone")
    words = []
    for page in (first, second):
        widget = Widget(page)
        page.open(stack.addresses.shop)
        page.until(lambda widget=widget: widget.button, "no widget")
        page.click("[data-customer=mia]")
        page.sees("Signed in as mia", "#who")
        widget.button.click()
        widget.enter()
        words.append(f"From device {len(words) + 1}.")
        for known in words[:-1]:
            page.sees(known, ".message.mine")
        say(page, words[-1])
        page.type("#text", Keys.ESCAPE)
        widget.leave()
    widget = Widget(first)
    widget.button.click()
    widget.enter()
    first.sees(words[1], ".message.mine")
    widget.leave()
    widget.button.click()
    first.click("#out")
    first.until(lambda: not widget.is_loaded, "the chat of who signed out is still there")
    widget.button.click()
    widget.enter()
    assert first.texts(".message") == []
    assert first.complaints() == []


def test_signing_out_forgets_also_what_this_page_has_not_loaded(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    widget = Widget(page)
    with host(stack.addresses.site) as address:
        page.open(address)
        widget.button.click()
        widget.enter()
        say(page, "Between us.")
        widget.leave()
        page.driver.execute_script("localStorage.clear()")
        page.driver.refresh()
        assert not widget.is_loaded
        page.driver.execute_script("Baton.reset()")
        page.until(lambda: not widget.is_loaded, "it stays loaded")
        widget.button.click()
        widget.enter()
        assert page.texts(".message") == []
        assert page.complaints() == []


def test_a_wrong_jwt_opens_nothing_and_the_site_is_asked_for_another(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    widget = Widget(page)
    with host(stack.addresses.site, attributes='data-jwt="nonsense"') as address:
        page.open(address)
        page.driver.execute_script("addEventListener('baton:expired', () => (window.asked = true))")
        widget.button.click()
        page.until(lambda: page.driver.execute_script("return window.asked"), "the site is not asked")
        page.driver.switch_to.frame(widget.part("iframe"))
        page.sees("sign in again", ".banner")


def test_the_widget_is_the_same_for_all_and_small(stack: Stack) -> None:
    found = httpx.get(f"{stack.addresses.site}widget.js").raise_for_status()
    assert found.headers["content-type"].startswith("text/javascript")
    assert "max-age=3600" in found.headers["cache-control"]
    assert found.headers["cross-origin-resource-policy"] == "cross-origin"
