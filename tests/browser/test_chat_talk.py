"""The chat page in a long conversation: what the bot says is in view, buttons double nothing, and the page contradicts nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from msgspec import to_builtins

from chalicelib.bot.answers.answer import Brain, Context, answer
from chalicelib.bot.messages import brain, outgoing
from chalicelib.conversations import baton, ids, views
from chalicelib.conversations.model import Answer, Escalation, Message
from tests.browser.conftest import NewBrowser
from tests.browser.desk import Desk, Json, desk
from tests.browser.driver import Browser
from tests.browser.hosts import Widget, host
from tests.browser.people import say, visit
from tests.browser.test_looks import LOOKS
from tests.unit.lantern import OPEN, lantern

pytestmark = pytest.mark.browser

SIZES = [(360, 640), (768, 1024), (1280, 800)]
EXCHANGES = 30
NUMBERS = count(1)
STEPS = "1. Open your orders.\n2. Choose the order.\n3. Tap on Return."

# What is seen: the last message's place against the scroller's, the page's own scrolling, how much of the scroller shows nothing.
VIEW = """
const box = document.querySelector(".scroll"), last = [...document.querySelectorAll(".message")].at(-1);
const place = box.getBoundingClientRect(), end = last.getBoundingClientRect();
const shown = (y) => document.elementFromPoint(place.left + place.width / 2, y)?.closest(".scroll, .below");
return {
  scrolled: document.documentElement.scrollTop + document.body.scrollTop + document.querySelector("main").scrollTop,
  higher: document.documentElement.scrollHeight - innerHeight,
  above: place.top, last: [end.top < place.bottom - 8, end.bottom <= place.bottom + 1],
  blank: !shown(place.top + 20) || !shown(place.bottom - 20) || box.clientHeight < innerHeight / 3,
  composer: document.querySelector(".composer").getBoundingClientRect().bottom <= innerHeight + 1,
};
"""
WELL = {"scrolled": 0, "higher": 0, "last": [True, True], "blank": False, "composer": True}


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brain, "load", lantern)


@pytest.fixture
def place() -> Iterator[Desk]:
    with desk() as made:
        yield made


def leading() -> Brain:
    """A bot that is never sure, but always has one article ahead."""
    return replace(lantern(), rules=replace(lantern().rules, answer=1.0, lead=0.0, offer=0.0))


def asked(text: str) -> Message:
    now = int(time.time() * 1000)
    return Message("w1", f"page-{next(NUMBERS):06}", "incoming", "webchat", now, text, "w1")


def told(said: Answer, text: str = "", **meta: Any) -> Json:
    """What the page gets of an answer, as the bot stores it."""
    to = asked(text or "x")
    known = outgoing.behind(said, baton.opened(to, "c1"), to, to.text)
    return dict(to_builtins(views.for_visitor(outgoing.answer(to, ids.answer(to.id), said, to.at, known | meta))))


def handed_over(said: Escalation) -> Json:
    to = asked("x")
    return dict(to_builtins(views.for_visitor(outgoing.answer(to, ids.hand_over(to.id), Answer(said.text, ""), to.at))))


def decided(text: str, **known: Any) -> Answer | Escalation:
    return answer(text, Context("webchat", OPEN, **known), lantern())


def sized(page: Browser, width: int, height: int) -> None:
    page.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)


def seen_well(page: Browser) -> None:
    wrong: dict[str, Any] = {}

    def is_well() -> bool:
        nonlocal wrong
        found = page.driver.execute_script(VIEW)
        wrong = {name: found[name] for name in WELL if found[name] != WELL[name]}
        return not wrong and found["above"] > 0

    page.until(is_well, "the last message is not in view", 5)
    assert not wrong


@pytest.mark.parametrize("embedded", [False, True])
def test_a_long_chat_stays_in_view(browser: NewBrowser, place: Desk, embedded: bool) -> None:
    """In every size, also if that changes while she talks: a phone is turned, a window drawn wider."""
    texts = (STEPS, "Yes.", "It takes three to five working days, and you get a mail when it has left. " * 4)
    place.says = lambda frame: told(Answer(texts[len(place.heard) % 3], "", outcome="answer"))
    page = browser()
    sized(page, *SIZES[0])
    if not embedded:
        visit(page, place.site)
        _talk(page)
        return
    widget = Widget(page)
    with host(place.site) as address:
        page.open(address)
        widget.button.click()
        widget.enter()
        _talk(page)
        widget.leave()
        assert page.driver.execute_script("return document.documentElement.scrollTop") == 0


def _talk(page: Browser) -> None:
    for number in range(1, EXCHANGES + 1):
        say(page, f"Question {number}")
        page.until(lambda n=number: len(page.all(".message.bot")) == n, "no answer")  # type: ignore[misc]
        if number < 6 or number % 10 == 0:
            for size in SIZES[number % 3 :] + SIZES[: number % 3]:  # each of them is the one in which the next answer comes
                sized(page, *size)
                seen_well(page)
    for width, height in SIZES:
        sized(page, width, height)
        page.shot(f"chat-long-{width}")
        assert page.bursts() == []


def test_buttons_stand_for_their_lines_and_an_articles_list_stays(browser: NewBrowser, place: Desk) -> None:
    offer = f"This may help:\n1. Return an item\n{STEPS}\n\nWas it something else?\n2. Exchange\n3. Refund\n"
    offer += lantern().rules.sentences["lead_others"]["en"].rpartition("\n")[2]
    choices = ("Exchange", "Refund", "Something else", "Talk to a person")
    place.says = lambda frame: told(Answer(offer, "return-item", "https://shop.example/returns", outcome="answer", choices=choices))
    page = browser()
    visit(page, place.site)
    say(page, "the return thing")
    page.find(".choices button")
    assert page.texts(".message.bot .bubble > *") == [
        f"This may help:\n1. Return an item\n{STEPS}",
        "Read the whole article",
        "Was it something else?",
    ]
    assert page.texts(".choices .choice") == [*choices]
    assert [text.strip() for text in page.texts(".choices .number")] == ["2.", "3."]
    place.says = lambda frame: told(Answer("Within 14 days.", "", outcome="answer"))
    page.click(".choices li:nth-child(2) button")
    page.sees("Refund", ".message.mine")
    page.sees("Within 14 days.", ".message.bot")
    assert not page.all(".choices")
    assert page.texts(".message.bot .words")[0] == offer
    assert [frame["text"] for frame in place.heard] == ["the return thing", "Refund"]


def test_each_message_tells_where_the_browser_is(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    page.command("Emulation.setTimezoneOverride", timezoneId="Pacific/Auckland")
    visit(page, place.site)
    say(page, "When do you open?")
    assert [frame["zone"] for frame in place.heard] == ["Pacific/Auckland"]


def test_what_the_page_expects_is_what_the_bot_says(browser: NewBrowser, place: Desk) -> None:
    """A person answers next, until she has one, gives up her place, or closes her request."""
    over = decided("I want to talk to a person")
    assert isinstance(over, Escalation)
    says = {
        "person": lambda: handed_over(over),
        "meanwhile": lambda: told(Answer("Shipping is free.\n\nYour place stays.", "", outcome="answer"), waits=True),
        "back": lambda: told(Answer("You are off the list.", "", outcome="back")),
        "close": lambda: told(Answer("Your request is closed.", "", outcome="closed")),
        "again": lambda: told(Answer("Hello again.", "", outcome="courtesy")),
    }
    place.says = lambda frame: says[frame["text"]]()
    page = browser()
    visit(page, place.site)
    for text, line, reach in (
        ("person", "Waiting for a colleague", 1),
        ("meanwhile", "Waiting for a colleague", 1),
        ("back", "", 0),
        ("person", "Waiting for a colleague", 1),
        ("close", "", 0),
        ("again", "", 0),
    ):
        before = len(page.all(".message.bot"))
        say(page, text)
        page.until(lambda n=before: len(page.all(".message.bot")) > n, "no answer")  # type: ignore[misc]
        page.until(lambda line=line: line in "".join(page.texts(".outlook")), f"not told: {line}", 5)  # type: ignore[misc]
        assert bool(page.all(".outlook")) == bool(line)
        assert len(page.all(".reach")) == reach


TALK = {
    "en": (
        "return my tea",
        "my throat is swelling up after the tea",
        "how long does delivery take?",
        "Your place in the list stays as it is.",
    ),
    "zh": ("退货", "喝完全身起疹子", "多久能送到？", "您的排队位置不变。"),
}


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_how_it_looks(browser: NewBrowser, place: Desk, language: str, size: str, dark: bool) -> None:
    """An offer whose first article is told, an alarm, an answer while she waits, a closed request: axe finds nothing."""
    vague, alarm, question, stays = TALK[language]
    lead = answer(vague, Context("webchat", OPEN, language=language), leading())
    urgent, meanwhile = decided(alarm, language=language), decided(question, language=language)
    assert isinstance(urgent, Escalation)
    assert isinstance(meanwhile, Answer)
    closed = lantern().rules.sentences["left_close"][language]
    assert isinstance(lead, Answer), lead
    says = iter(
        [
            told(lead),
            handed_over(urgent),
            told(replace(meanwhile, text=f"{meanwhile.text}\n\n{stays}"), waits=True),
            told(Answer(closed, "", outcome="closed")),
        ]
    )
    place.says = lambda frame: next(says)
    page = browser(language, size, dark)
    visit(page, place.site)
    found: dict[str, list[str]] = {}
    for state, text in (
        ("offer", vague),
        ("urgent", alarm),
        ("waiting", question),
        ("closed", "never mind, close it" if language == "en" else "算了，关闭吧"),
    ):
        before = len(page.all(".message.bot"))
        say(page, text)
        page.until(lambda n=before: len(page.all(".message.bot")) > n, "no answer")  # type: ignore[misc]
        seen_well(page)
        page.shot(f"talk-{state}")
        found[state] = page.faults()
    assert not {state: problems for state, problems in found.items() if problems}
