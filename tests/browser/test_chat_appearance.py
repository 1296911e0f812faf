"""Chat and widget in a business's colours, however strange: everybody can use them, and its name, logo, greeting and label are there."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.business import appearance
from tests.browser.conftest import NewBrowser
from tests.browser.desk import PICTURE, Desk, Json, desk
from tests.browser.driver import Browser
from tests.browser.hosts import Widget, host
from tests.browser.people import say, visit
from tests.browser.test_looks import LOOKS

pytestmark = pytest.mark.browser

WORN: dict[str, Any] = {
    "logo": "data:image/png;base64," + b64encode(PICTURE).decode(),
    "name": {"en": "Lemon & Sons", "zh": "柠檬父子"},
    "greeting": {"en": "Ask us about tea <i>", "zh": "欢迎咨询茶叶"},
    "launcher": {"side": "left", "icon": "headset", "label": {"en": "Ask us", "zh": "问我们"}},
}
PRIMARIES = ("#fff6c2", "#0b1026")  # pale yellow, nearly black
SAID: Json = {"direction": "outgoing", "by": "bot", "name": "", "channel": "webchat", "choices": ["Returns", "Refunds"], "waits": False}


@pytest.fixture
def place() -> Iterator[Desk]:
    with desk() as made:
        made.says = lambda frame: {**SAID, "id": f"a+{frame['id']}", "text": "See https://shop.example/tea and choose."}
        yield made


def wear(place: Desk, **changes: Any) -> None:
    place.looks = appearance.looks(appearance.parse({**WORN, **changes}), {})


def colour(page: Browser, selector: str, name: str) -> str:
    script = "return getComputedStyle(document.querySelector(arguments[0])).getPropertyValue(arguments[1])"
    return str(page.driver.execute_script(script, selector, name))


def rgb(text: str) -> str:
    return f"rgb({int(text[1:3], 16)}, {int(text[3:5], 16)}, {int(text[5:7], 16)})"


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_the_chat_wears_any_colour_and_can_be_read(browser: NewBrowser, place: Desk, language: str, size: str, dark: bool) -> None:
    page = browser(language, size, dark)
    found: dict[str, list[str]] = {}
    for primary in PRIMARIES:
        wear(place, primary=primary)
        place.said.clear()
        visit(page, place.site)
        assert page.texts("h1") == [WORN["name"][language]]
        assert page.texts(".greeting") == [WORN["greeting"][language]]
        assert page.driver.title == WORN["name"][language]
        page.until(lambda: page.driver.execute_script("return document.querySelector('.logo').naturalWidth"), "no logo")
        say(page, "Which tea?")
        page.find(".choices button")
        assert colour(page, ".mine .bubble", "background-color") == rgb(primary)
        page.shot(f"chat-worn-{primary[1:]}")
        found[primary] = page.faults()
    assert not {primary: faults for primary, faults in found.items() if faults}


def test_who_switches_the_language_reads_the_name_and_greeting_in_it(browser: NewBrowser, place: Desk) -> None:
    wear(place, primary="#fff6c2")
    page = browser()
    visit(page, place.site)
    page.click("header .quiet")
    page.sees("柠檬父子", "h1")
    page.sees("欢迎咨询茶叶", ".greeting")


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_the_widget_wears_them_too(browser: NewBrowser, place: Desk, language: str, size: str, dark: bool) -> None:
    for primary in PRIMARIES:
        wear(place, primary=primary)
        page = browser(language, size, dark)
        widget = Widget(page)
        with host(place.site) as address:
            page.open(address)
            label = WORN["launcher"]["label"][language]
            assert widget.label == label
            assert widget.part(".label").text == label
            assert widget.button.rect["x"] == 20  # on the left
            assert widget.button.value_of_css_property("background-color").replace("rgba", "rgb").replace(", 1)", ")") == rgb(primary)
            page.shot(f"widget-worn-{primary[1:]}")
            assert page.axe() == []
            widget.button.click()
            assert widget.button.rect["width"] == 60 or size == "phone"  # the label makes room; on a phone the panel covers it
            widget.enter()
            page.sees(WORN["name"][language], "h1")
            widget.leave()
            assert page.faults() == []


def test_a_site_says_by_its_tag_where_the_button_stands(browser: NewBrowser, place: Desk) -> None:
    wear(place)
    page = browser()
    widget = Widget(page)
    with host(place.site, attributes='data-position="right"') as address:
        page.open(address)
        assert widget.button.rect["x"] > 640


def test_a_logo_that_does_not_load_leaves_the_first_letter(browser: NewBrowser, place: Desk) -> None:
    wear(place, logo="https://127.0.0.1:1/logo.png")
    page = browser()
    visit(page, place.site)
    page.sees("L", "span.mark")
    assert page.complaints() == []
