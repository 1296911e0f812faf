"""Every state of the chat, both languages, light and dark, phone and desktop: axe finds nothing, and screenshots can be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import NewBrowser
from tests.browser.people import ASK_FOR_A_PERSON, say, visit
from tests.browser.test_chat_files import TRANSFER, VISITOR, pick, png, uploaded
from tests.browser.test_looks import LOOKS
from tests.conftest import Stack
from tests.people import Agent

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_every_state_of_the_chat(
    stack: Stack, browser: NewBrowser, supervisor: Agent, tmp_path: Path, language: str, size: str, dark: bool
) -> None:
    page = browser(language, size, dark)
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        page.shot(f"chat-{state}")
        found[state] = page.axe()

    visit(page, stack.addresses.site)
    picture = tmp_path / ("破损的茶杯.png" if language == "zh" else "a broken cup, seen from above, with its lid beside it.png")
    picture.write_bytes(png(240, 160))
    pick(page, picture)
    uploaded(page, picture.name)
    page.driver.execute_script(TRANSFER, "drop", "main", "setup.exe", "application/x-msdownload", "MZ")
    page.find(".chosen .failed")
    look("files-chosen")
    page.all(".chosen .remove")[1].click()
    page.type("#text", "到货时已破损。" if language == "zh" else "It arrived like this.")
    page.click(".send")
    page.find(".files img")
    say(page, ASK_FOR_A_PERSON)
    page.find(".reach .quiet")
    look("files-sent-and-reach-offered")
    page.click(".reach .quiet")
    page.type("#reach-address", "nowhere", Keys.ENTER)
    page.until(lambda: any(page.texts("#reach-problem")), "no problem is told")
    look("reach-refused")
    page.find("#reach-address").clear()
    page.type("#reach-address", stack.mailer().address, Keys.ENTER)
    page.find("#reach-code")
    look("reach-code")
    conversation = supervisor.claim(page.driver.execute_script(VISITOR))["id"]
    supervisor.reply(conversation, "您好，我看一下照片。" if language == "zh" else "Hello, I am looking at the picture.")
    page.find(".message.agent")
    supervisor.ask("POST", f"conversations/{conversation}/typing")
    page.find(".thinking")
    look("agent-types")
    page.cut_off()
    page.find(".banner")
    page.type("#text", "…")
    page.click(".send")
    look("offline")
    assert not {state: axe for state, axe in found.items() if axe}
    assert page.complaints() == []
