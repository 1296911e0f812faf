"""Teaching the bot in the console: verdicts, the article when resolving, reviews, gaps, and what was learned."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import hostile
from tests.browser.conftest import NewBrowser
from tests.browser.desk import Desk, Json, desk
from tests.browser.driver import Browser
from tests.browser.test_console_states import LOOKS, NOW, conversation, message, outgoing, story

pytestmark = pytest.mark.browser

RETURNS: Json = {"id": "returns", "titles": {"en": "How to return something", "zh": "如何退货"}}
GIFTS = {"id": "gift-card", "titles": {"en": "Gift cards " + "and more " * 30}}
OFFER = {"question": "Can I swap the blue teapot, order •••, for a red one?", "near": [RETURNS, GIFTS], "found": []}
READ = {
    "id": "returns",
    "versions": [
        {
            "language": "en",
            "title": RETURNS["titles"]["en"],
            "text": "Send it back within 30 days.",
            "link": "https://shop.example/returns",
        },
        {"language": "zh", "title": RETURNS["titles"]["zh"], "text": "三十天内可退货。" * 300, "link": "https://shop.example/returns"},
    ],
    "examples": [],
}
UNSURE = {"reason": "not sure", "queue": "billing", "urgency": "normal", "summary": "", "facts": {"band": "unsure", "confidence": 0.4}}
ANSWERED = {"article": "returns", "confidence": 0.81}
BOT = story(
    conversation("bot.1", channel="webchat", name="Mia", subject="Swap"),
    message("m1", "Can I swap it?", channel="webchat"),
    outgoing("a+m1", "Send it back within 30 days.", "sent", channel="webchat", by="bot", meta=ANSWERED),
    message("m2", "And the other one?", channel="webchat", at=NOW - 30_000),
    outgoing(
        "a+m2",
        "See above.",
        "sent",
        channel="webchat",
        by="bot",
        at=NOW - 29_000,
        meta={**ANSWERED, "verdict": {"verdict": "wrong", "by": "agent-ann", "at": NOW}},
    ),
    outgoing("h+m3", "A colleague looks at it.", "sent", channel="webchat", by="bot", at=NOW - 20_000),
    events=[{"kind": "escalated", "at": NOW - 20_000, "by": "bot", "detail": UNSURE}],
)
ASKED = story(
    conversation("person.1", channel="webchat", name="Bea", subject="Person"),
    message("m1", "A person, please", channel="webchat"),
    events=[{"kind": "escalated", "at": NOW, "by": "bot", "detail": {**UNSURE, "facts": {"band": "none", "asked_for_person": True}}}],
)
REVIEW = {
    "conversation": "bot.1",
    "at": NOW,
    "kind": "sample",
    "question": "Can I swap it?",
    "answer": "Send it back. " * 200,
    "article": "returns",
}
REVIEW |= {"confidence": 0.8125, "language": "en"}
REVIEWS = {
    "reviews": [
        {**REVIEW, "id": "r1", "message": "a+m1"},
        {**REVIEW, "id": "r2", "message": "a+m2", "kind": "pick", "question": "W" * 900},
    ],
    "estimate": {"precision": 0.96, "lower": 0.91, "upper": 0.99, "reviewed": 42},
    "target": 0.95,
    "share": 0.04,
    "thresholds": [{"answer": 0.72, "before": 0.7, "at": NOW}],
}
SAMPLES = [{"text": "Who pays the customs duty?", "language": "en", "at": NOW, "conversation": "bot.1"}]
SAMPLES += [{"text": "谁付关税？" * 20, "language": "zh", "at": NOW, "conversation": "bot.1"}]
GAP = {
    "id": "g1",
    "count": 7,
    "first_at": NOW,
    "last_at": NOW,
    "samples": SAMPLES,
    "replies": ["The receiver pays it. " * 30],
    "version": 2,
}
GAP |= {"language": "en", "title": SAMPLES[0]["text"], "body": "The receiver pays it.", "edited": "", "state": "open", "article": ""}
GAPS = {"gaps": [GAP, {**GAP, "id": "g2", "title": "关税", "count": 1}], "once": 1, "more": 0}
MOVE = {"answer": 0.72, "before": 0.7, "why": "one step at a time", "precision": 0.951, "lower": 0.949, "outcomes": 310}
CHANGE = {"question": "teapot?", "kind": "changed", "worse": True, "before": {"title": "Returns"}, "after": {"title": "Gifts"}}
LESSON = {
    "id": str(NOW),
    "at": NOW,
    "by": "",
    "failed": [],
    "examples": {"count": 5, "agent": 5, "list": [{"text": "Can I swap it?", "article": "returns", "by": "agent-ann"}]},
    "gaps": {"questions": 9, "found": [{"id": "g1", "title": "Customs", "before": 0, "count": 7}], "grown": [], "once": 2},
    "threshold": MOVE,
    "release": {"id": "x", "switched": True, "changes": [CHANGE]},
    "quarantined": [{"text": "bad words", "article": "returns", "by": "agent-ann", "question": "Where is it?"}],
}


@pytest.fixture
def place() -> Iterator[Desk]:
    with desk() as made:
        made.stories = copy.deepcopy({s["conversation"]["id"]: s for s in (BOT, ASKED)})
        short: Json = {name: LESSON[name] for name in ("id", "at", "failed", "examples", "gaps", "threshold", "release")}
        made.answers = {
            "GET reviews": copy.deepcopy(REVIEWS),
            "GET gaps": copy.deepcopy(GAPS),
            "GET learning": {"reports": [short]},
            f"GET learning/{NOW}": LESSON,
            "GET conversations/bot.1/articles": OFFER,
            "GET knowledge/articles/returns": READ,
        }
        yield made


def show(page: Browser, place: Desk, name: str = "bot.1") -> None:
    page.open("about:blank")
    page.open(f"{place.site}console#/c/{name}")
    page.find(".timeline .message")


def sent(place: Desk, path: str) -> list[Any]:
    return [body for method, asked, body in place.asked if method != "GET" and asked == path]


def open_learning(page: Browser, name: str) -> None:
    page.driver.execute_script("[...document.querySelectorAll('.top button')].find((b) => /Learning|学习/.test(b.textContent)).click()")
    page.find("dialog .lesson")
    if name != "reviews":
        page.click(f"dialog .pages button:nth-of-type({['reviews', 'gaps', 'lessons'].index(name) + 1})")
        page.find("dialog .lesson summary")


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_everybody_can_teach(browser: NewBrowser, place: Desk, language: str, size: str, dark: bool) -> None:
    found: dict[str, list[str]] = {}
    page = browser(language, size, dark)

    def look(state: str) -> None:
        page.shot(f"learning-{state}")
        found[state] = page.faults()

    show(page, place)
    page.find(".verdict .chip")
    look("verdicts")
    page.click(".actions .strong")
    page.find("dialog .articles input[type=radio]")
    look("resolve")
    page.click("dialog .dialog-head button")
    for name in ("reviews", "gaps", "lessons"):
        show(page, place)
        open_learning(page, name)
        page.driver.execute_script("document.querySelectorAll('dialog details').forEach((d) => (d.open = true))")
        if name == "lessons":
            page.find("dialog .lesson h3")
        look(name)
        if name == "reviews":
            page.driver.execute_script("document.querySelector('dialog .lesson .chip:nth-of-type(4)').click()")
            page.find("dialog dialog .articles input[type=radio]")
            look("better")
    assert {state: problems for state, problems in found.items() if problems} == {}


def test_a_verdict_is_one_click_and_can_be_changed(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    place.answers["POST conversations/bot.1/messages/a+m1/verdict"] = {"verdict": "right", "by": "agent-ann", "at": NOW, "learned": "x"}
    show(page, place)
    assert len(page.all(".message.bot .verdict")) == 2  # not below what tells of the hand-over
    page.click(".message.bot .verdict .chip")
    page.sees("You: Right", "[data-id='a+m1'] .verdict")
    assert sent(place, "conversations/bot.1/messages/a+m1/verdict") == [{"verdict": "right"}]
    page.sees("You: Wrong", "[data-id='a+m2'] .verdict")
    page.click("[data-id='a+m2'] .verdict .plain")
    assert [chip.get_attribute("aria-pressed") for chip in page.all("[data-id='a+m2'] .chip")] == ["false", "true", "false", "false"]


def test_a_better_article_is_chosen_by_title(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    show(page, place)
    page.click("[data-id='a+m1'] .chip:nth-of-type(4)")
    page.find("dialog .articles input[value=returns]")
    assert not page.all("dialog .primary:enabled")
    page.click("dialog .articles input[value=gift-card]")
    page.click("dialog .primary")
    page.until(lambda: not page.all("dialog"), "the dialog stays")
    assert sent(place, "conversations/bot.1/messages/a+m1/verdict") == [{"verdict": "better", "article": "gift-card", "review": False}]


def test_below_one_answer_its_own_question_is_asked_for(browser: NewBrowser, place: Desk) -> None:
    """Not what came to people later: what is shown is what is learned."""
    page = browser()
    show(page, place)
    page.click("[data-id='a+m1'] .chip:nth-of-type(4)")
    page.sees(OFFER["question"], "dialog .asked")
    assert place.queries["conversations/bot.1/articles"] == {"q": "", "message": "a+m1"}
    page.type("dialog [type=search]", "gift")
    page.until(
        lambda: place.queries["conversations/bot.1/articles"] == {"q": "gift", "message": "a+m1"}, "another question is searched for"
    )


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_what_comes_nearest_is_read_in_place(browser: NewBrowser, place: Desk, language: str, size: str, dark: bool) -> None:
    page = browser(language, size, dark)
    show(page, place)
    open_learning(page, "gaps")
    page.click("dialog .lesson:first-child > details > summary")
    page.click("dialog .lesson:first-child .send-line button:nth-of-type(2)")
    read = page.find("dialog .offered .read")
    own = RETURNS["titles"][language]
    assert read.accessible_name == (f"Read “{own}”" if language == "en" else f"阅读“{own}”")
    read.send_keys(Keys.ENTER)
    page.sees("30 days" if language == "en" else "三十天", "dialog .article-text article")
    assert page.texts("dialog .article-text h3") == [own]
    assert page.find("dialog .article-text a").get_attribute("href") == "https://shop.example/returns"
    assert read.get_attribute("aria-expanded") == "true"
    assert not page.all("dialog .offered input:checked")  # reading chooses nothing
    page.shot("learning-article")
    assert page.faults() == []
    read.send_keys(Keys.TAB)  # a long text is scrolled by keys
    assert page.driver.switch_to.active_element == page.find("dialog .article-text")
    page.find("dialog .offered .read").send_keys(Keys.SPACE)
    page.until(lambda: not page.find("dialog .article-text").is_displayed(), "it stays open")
    assert page.driver.switch_to.active_element == read
    page.all("dialog .offered .read")[1].click()
    page.find("dialog .article-text .bad")  # that one is gone


def test_resolving_what_the_bot_was_not_sure_of_asks_for_the_article(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    show(page, place)
    page.click(".actions .strong")
    page.click("dialog .articles input[value=returns]")
    wording = page.find("dialog textarea")
    assert wording.get_attribute("value") == OFFER["question"]
    page.type("dialog textarea", " Please")
    page.click("dialog .primary")
    page.until(lambda: not page.all("dialog"), "the dialog stays")
    assert sent(place, "conversations/bot.1/resolve") == [{"article": "returns", "example": f"{OFFER['question']} Please"}]


def test_nobody_has_to_know(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    show(page, place)
    page.click(".actions .strong")
    page.click("dialog .primary")
    page.until(lambda: sent(place, "conversations/bot.1/resolve") == [{}], "it was not resolved")
    show(page, place)
    page.click(".actions .strong")
    page.click("dialog .articles input[value='-']")
    page.click("dialog .primary")
    page.until(lambda: sent(place, "conversations/bot.1/resolve")[1:] == [{"no_article": True}], "it was not resolved")


def test_who_asked_for_a_person_is_resolved_without_a_question(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    show(page, place, "person.1")
    page.click(".actions .strong")
    page.until(lambda: len(sent(place, "conversations/person.1/resolve")) == 1, "it was not resolved")
    assert not page.all("dialog")


def test_a_review_is_judged_and_leaves_the_list(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    show(page, place)
    open_learning(page, "reviews")
    page.sees("96 % of the answers are right (91 % to 99 %, by 42", "dialog .estimate")
    place.answers["GET reviews"]["reviews"].pop(0)
    page.click("dialog .lesson:first-child .chip:nth-of-type(3)")
    page.until(lambda: len(page.all("dialog .lesson")) == 1, "the review stays")
    assert sent(place, "conversations/bot.1/messages/a+m1/verdict") == [{"verdict": "escalate", "review": True}]


def test_a_gap_becomes_an_article_or_is_rejected(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    show(page, place)
    open_learning(page, "gaps")
    page.click("dialog .lesson:first-child > details > summary")
    page.click("dialog .lesson:first-child .samples label:nth-of-type(2) input")
    page.click("dialog .lesson:first-child .primary")
    page.sees("It is an article now", "dialog [role=status]")
    [approved] = sent(place, "gaps/g1/approve")
    assert approved["examples"] == [SAMPLES[0]["text"]]
    article = {"id": "who-pays-the-customs-duty", "language": "en", "title": SAMPLES[0]["text"], "body": "The receiver pays it."}
    assert approved["article"] == article
    page.click("dialog .lesson:last-child > details > summary")
    page.click("dialog .lesson:last-child .send-line .quiet:first-child")
    page.sees("stays away", "dialog [role=status]")
    assert sent(place, "gaps/g2/reject") == [{}]


def test_learning_now_shows_its_report(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    show(page, place)
    open_learning(page, "lessons")
    page.sees("answers from 0.72 on, before from 0.7", "dialog .lesson")
    page.click("dialog .lesson summary")
    page.sees("bad words", "dialog .lesson")
    page.click("dialog .strong")
    page.until(lambda: sent(place, "learning") == [{}], "nothing was ordered")


def test_whatever_was_asked_is_shown_as_text(browser: NewBrowser, place: Desk) -> None:
    """Hostile strings as questions, titles, drafts and lists of a report."""
    texts = [s.value[:300] for s in hostile.strings() if "script" in s.live][:60]
    place.answers["GET reviews"]["reviews"] = [
        {**REVIEW, "id": f"r{n}", "message": f"m{n}", "question": t, "answer": t, "article": t} for n, t in enumerate(texts)
    ]
    samples = [{**SAMPLES[0], "text": t} for t in texts]
    gap = {**GAP, "title": texts[0], "body": texts[1], "samples": samples, "replies": texts}
    place.answers["GET gaps"] = {"gaps": [{**gap, "id": f"g{n}", "title": t} for n, t in enumerate(texts[:9])], "once": 0, "more": 0}
    changed = [{**CHANGE, "question": t, "before": {"title": t}, "after": {"title": t}} for t in texts]
    place.answers[f"GET learning/{NOW}"] = {**LESSON, "release": {**LESSON["release"], "changes": changed}}
    page, address = browser(), place.site + "console"
    hostile.set_trap(page)
    for name in ("reviews", "gaps", "lessons"):
        show(page, place)
        open_learning(page, name)
        page.driver.execute_script("document.querySelectorAll('dialog details').forEach((d) => (d.open = true))")
        page.until(lambda: len(page.all("dialog bdi")) >= len(texts), "the texts do not appear")
        assert hostile.foreign(page, "dialog bdi, dialog .words") == []
    hostile.assert_calm(page, address, place.elsewhere)


def test_an_agent_sees_the_reviews_alone(browser: NewBrowser, place: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.browser import desk as module

    monkeypatch.setitem(module.ME, "role", "agent")
    page = browser()
    show(page, place)
    open_learning(page, "reviews")
    assert page.all("dialog .pages") == []
