"""The chat page promises: an answer, every message once and in order, and honest words when something is wrong."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import NewBrowser
from tests.browser.people import ASK_FOR_A_PERSON, say, visit
from tests.conftest import Stack

pytestmark = pytest.mark.browser

QUESTION = "How do I return a product?"


def test_a_question_is_answered_with_the_article(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    say(page, QUESTION)
    page.sees("30 days", ".message.bot .words")
    assert page.find(".message.bot .source a").get_attribute("href").startswith("https://")
    assert page.complaints() == []


def test_who_is_handed_over_is_told_that_a_person_answers_next(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    say(page, ASK_FOR_A_PERSON)
    page.sees("Waiting for a colleague", ".outlook")


def test_two_tabs_show_the_same_conversation(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    first = page.driver.current_window_handle
    second = page.new_tab(stack.addresses.site)
    say(page, QUESTION)
    page.sees("30 days", ".message.bot")
    shown = page.texts(".message .words")
    page.go_to(first)
    page.sees("30 days", ".message.bot")
    assert page.texts(".message .words") == shown
    say(page, "Thank you.")
    page.go_to(second)
    page.sees("Thank you.", ".message.mine")


def test_a_cut_connection_misses_and_doubles_nothing(stack: Stack, browser: NewBrowser) -> None:
    """One tab is cut off while the other goes on; what is typed meanwhile waits and is sent afterwards, in order."""
    page = browser()
    visit(page, stack.addresses.site)
    say(page, "Before the cut.")
    cut = page.driver.current_window_handle
    other = page.new_tab(stack.addresses.site)
    page.sees("Before the cut.", ".message.mine")
    page.go_to(cut)
    page.cut_off()
    page.sees("You are offline", ".banner")
    for text in ("Typed offline, first.", "Typed offline, second."):
        page.type("#text", text, Keys.ENTER)
    assert page.texts(".unsent .words") == ["Typed offline, first.", "Typed offline, second."]
    page.go_to(other)
    say(page, QUESTION)
    page.sees("30 days", ".message.bot")
    page.go_to(cut)
    assert QUESTION not in "".join(page.texts(".message"))
    page.cut_off(False)
    page.sees(QUESTION, ".message.mine")
    page.until(lambda: not page.all(".unsent"), "what was typed offline is not sent")
    mine = [t for t in page.texts(".message.mine .words") if t != "Before the cut."]
    assert mine == [QUESTION, "Typed offline, first.", "Typed offline, second."]
    ids = [e.get_attribute("data-id") for e in page.all(".message")]
    assert len(ids) == len(set(ids))
    page.until(lambda: not page.all(".banner"), "the banner stays")


def test_a_reload_keeps_history_draft_and_what_is_unsent(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    say(page, "Kept by the service.")
    page.cut_off()
    page.sees("You are offline", ".banner")
    page.type("#text", "Not sent yet.", Keys.ENTER)
    page.type("#text", "Half a thought")
    page.cut_off(False)
    visit(page, stack.addresses.site)
    page.sees("Kept by the service.", ".message.mine")
    page.sees("Not sent yet.", ".message.mine:not(.unsent)")
    assert page.find("#text").get_attribute("value") == "Half a thought"


def test_a_message_that_is_too_long_is_refused_in_words(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    page.driver.execute_script(
        "const t = document.querySelector('#text'); t.value = 'x'.repeat(8003); t.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    page.sees("3 characters too many", "#count")
    assert not page.find(".send").is_enabled()


def test_addresses_become_links_without_what_surrounds_them(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    say(page, "See (https://shop.example/a_(b)?x=1&y=2), https://例え.example/路径。 and javascript:alert(1) or http://")
    say(page, "[卡](https://shop.example/zh/cards)输入号码[1] (https://shop.example/c?)。[https://shop.example/[d].]后面")
    links = [a.get_attribute("href") for a in page.all(".message.mine a")]
    first = ["https://shop.example/a_(b)?x=1&y=2", "https://xn--r8jz45g.example/%E8%B7%AF%E5%BE%84"]
    assert links == [*first, "https://shop.example/zh/cards", "https://shop.example/c", "https://shop.example/[d]"]
    assert all(a.get_attribute("rel") == "noopener noreferrer nofollow" for a in page.all(".message.mine a"))


def test_enter_of_an_input_method_does_not_send(stack: Stack, browser: NewBrowser) -> None:
    page = browser("zh")
    visit(page, stack.addresses.site)
    page.type("#text", "nihao")
    press = "document.querySelector('#text').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    page.driver.execute_script(press)
    assert page.all(".message") == []
    page.type("#text", Keys.ENTER)
    page.sees("nihao", ".message.mine")


def test_the_language_is_the_browsers_and_can_be_switched(stack: Stack, browser: NewBrowser) -> None:
    page = browser("zh")
    visit(page, stack.addresses.site)
    assert page.driver.execute_script("return document.documentElement.lang") == "zh-CN"
    page.sees("您好", ".hello")
    page.click("header button")
    page.sees("Hello!", ".hello")
    visit(page, stack.addresses.site)
    page.sees("Hello!", ".hello")
