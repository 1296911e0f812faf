"""What the bot offers can be tapped, by mouse and by keyboard, until something is answered."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import NewBrowser
from tests.browser.people import say, visit
from tests.conftest import Stack

pytestmark = pytest.mark.browser

CHOICES = ".choices button"
# How sure the bot is of these, the knowledge decides.
VAGUE = ("payment problem", "how long does the refund take?", "it is damaged", "and on sundays?")


def test_what_is_offered_is_tapped_and_said(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    for vague in VAGUE:
        said = len(page.all(".message.bot"))
        say(page, vague)
        page.until(lambda said=said: len(page.all(".message.bot")) > said, "no answer")  # type: ignore[misc]
        if len(page.all(CHOICES)) > 2:  # one that may help has nothing beside it but the ways on
            break
    offered = page.texts(f"{CHOICES} .choice")
    assert offered[-2:] == ["Something else", "Talk to a person"]
    told = "\n".join(page.texts(".message.bot:last-of-type .words"))
    assert not any(title in told for title in offered)
    listed = page.all(".message.bot")[-1].get_attribute("data-id")
    assert page.find(".choices").get_attribute("aria-label")
    page.all(CHOICES)[0].send_keys(Keys.ENTER)
    page.sees(offered[0], ".message.mine")
    page.until(lambda: not page.all(CHOICES), "the choices stay")
    page.until(lambda: page.all(".message.bot:last-of-type .source"), "no article")
    assert f". {offered[0]}" in page.texts(f"[data-id='{listed}'] .words")[0]
    assert page.complaints() == []
