"""The console tells what each message led to, and what happened to somebody who waits; whoever has her open sees it at once."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from uuid import uuid4

import pytest

from chalicelib.conversations import model
from tests.browser.conftest import NewBrowser
from tests.browser.desk import Desk, Json, desk
from tests.browser.driver import Browser
from tests.browser.people import sign_in
from tests.browser.test_console_states import LOOKS, NOW, conversation, message, outgoing, story
from tests.conftest import Stack
from tests.people import Agent, Visitor, eventually

pytestmark = pytest.mark.browser

CHAT = {"channel": "webchat", "name": "Mia Wong"}


def asked(own_id: str, text: str, at: int, outcome: str = "") -> Json:
    return message(own_id, text, at=NOW - 100_000 + at, outcome=outcome, **CHAT)


def said(own_id: str, text: str, at: int, outcome: str) -> Json:
    return outgoing(own_id, text, "sent", at=NOW - 100_000 + at, channel="webchat", by="bot", name="", meta={"outcome": outcome})


def event(kind: str, at: int, by: str = "customer", **detail: str) -> Json:
    return {"kind": kind, "at": NOW - 100_000 + at, "by": by, "detail": detail}


HAND_OVER = {"rule": "no-outcome", "reason": "a message was left without an answer", "queue": "orders", "urgency": "urgent"}
WAITS = story(
    conversation("wait.1", subject="My teapot is broken", owner="queue", agent="", urgency="urgent", queue="orders", **CHAT),
    asked("m1", "It arrived, but", 1_000),
    said("b1", "Is it one of these?\n1. Return an item\n2. A damaged item", 2_000, "offer"),
    asked("m2", "the second", 3_000),
    said("b2", "Send us a picture, and a new one is on its way.", 4_000, "answer"),
    asked("m3", "…", 5_000),
    said("b3", "A colleague will answer.", 6_000, "person"),
    asked("m4", "Where is order LT-10341?", 7_000),
    said("b4", "LT-10341 is on its way.", 8_000, "action:order-status"),
    asked("m5", "My lips are swelling", 9_000),
    said("b5", "Call your emergency number now.", 10_000, "urgent"),
    asked("m6", "ok", 11_000, "taken"),
    asked("m7", "is anybody there", 12_000, "person"),
    events=[event("opened", 500), event("escalated", 5_900, "bot", **HAND_OVER, summary="Customer: …"), event("hurried", 9_900)],
)
LEFT = story(
    conversation("left.1", subject="Shipping", owner="none", agent="", queue="orders", customer="c2", resolved_at=NOW, **CHAT),
    asked("m1", "I want a person", 1_000),
    asked("m2", "Tell me yourself", 2_000),
    said("b1", "You are off the list.", 3_000, "back"),
    asked("m3", "Never mind", 4_000),
    said("b2", "Your request is closed.", 5_000, "closed"),
    events=[event("withdrawn", 2_900), event("closed", 4_900)],
)
KINDS = {
    "en": ["offer", "answer", "to a person", "self-service: order-status", "urgent"],
    "zh": ["提供选项", "回答", "转人工", "自助服务：order-status", "紧急"],
}
UNSAID = {
    "en": ["Added to the request, no answer sent", "No automatic answer: for a person"],
    "zh": ["已加入请求，未发送答复", "无自动答复：由人工处理"],
}
TOLD = {
    "en": ("wrote what makes it urgent", "a message was left without an answer", "The bot came to no outcome"),
    "zh": ("补充的内容使对话转为紧急", "有一条消息一直没有得到答复", "机器人没有得出结果"),
}
GONE = {
    "en": ("left the queue and goes on with the bot", "closed the request", "left the queue", "closed"),
    "zh": ("不再排队，继续由机器人解答", "自己关闭了请求", "退出排队", "已关闭"),
}


@pytest.fixture
def place() -> Iterator[Desk]:
    with desk() as made:
        made.stories = {s["conversation"]["id"]: copy.deepcopy(s) for s in (WAITS, LEFT)}
        made.answers["GET queues"] = {
            "queues": [{"queue": "orders", "urgency": "urgent", "waiting": 1, "exact": True, "oldest_at": NOW - 90_000}]
        }
        yield made


def show(page: Browser, place: Desk, name: str) -> None:
    page.open("about:blank")
    page.open(f"{place.site}console#/c/{name}")
    page.find(".timeline .message")


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_a_story_tells_outcomes_and_what_happened(browser: NewBrowser, place: Desk, language: str, size: str, dark: bool) -> None:
    page = browser(language, size, dark)
    show(page, place, "wait.1")
    assert page.texts(".message.bot .kind") == KINDS[language]
    assert page.texts(".message.customer .unsaid") == UNSAID[language]
    for text in TOLD[language]:
        page.sees(text, ".timeline")
    assert page.all(".head.pressing .urgent")
    page.shot("outcomes-waits")
    found = page.faults()
    page.driver.execute_script("document.querySelector('.timeline').scrollTop = 0")
    page.shot("outcomes-waits-top")
    show(page, place, "left.1")
    for text in GONE[language]:
        page.sees(text, ".timeline")
    assert not page.all(".head .urgent")
    page.shot("outcomes-left")
    found += page.faults()
    page.open(place.site + "console")
    page.find(".card.pressing .urgent")
    page.shot("outcomes-lists")
    assert [*found, *page.faults()] == []


def test_every_outcome_has_a_word(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    page.open(place.site + "console")
    script = """const [done] = arguments;
      import(new URL("./assets/console/words/words.js", document.baseURI)).then(({ WORDS }) => done(WORDS.en.why.outcomes));"""
    known = page.driver.execute_async_script(script)
    assert {*known, "action"} == {*model.OUTCOMES}


def test_a_reply_ends_what_waited_for_a_person(browser: NewBrowser, place: Desk) -> None:
    place.stories["wait.1"]["messages"].append(outgoing("a1", "I am here.", "sent", at=NOW, channel="webchat"))
    page = browser()
    show(page, place, "wait.1")
    assert page.texts(".message.customer .unsaid") == UNSAID["en"][:1]


def test_who_has_it_open_sees_that_she_left(browser: NewBrowser, place: Desk) -> None:
    """The hint says only that the queues moved."""
    page = browser()
    show(page, place, "wait.1")
    page.sees("Waiting in orders", ".head")
    left = place.stories["wait.1"]
    left["conversation"] |= {"owner": "none", "resolved_at": NOW, "version": 2}
    left["events"].append(event("closed", 13_000))
    count = {"queue": "orders", "urgency": "urgent", "waiting": 0, "exact": True}
    place.answers["GET queues"] = {"queues": [count | {"oldest_at": 0}]}
    place.hint({"type": "queues"})
    page.sees("Resolved", ".head")
    page.sees("Customer closed the request", ".timeline")
    page.sees("0 waiting", ".queue")


def test_a_customer_who_closes_her_request_leaves_every_list(stack: Stack, browser: NewBrowser, supervisor: Agent) -> None:
    """On the running stack: her words, the stream, the hint, the list, and nothing left to claim."""
    visitor = Visitor(stack.addresses.site)
    word = uuid4().hex[:8]
    visitor.say(f"I want to talk to a person, please ({word})")
    assert visitor.answer()["waits"]
    page = browser()
    sign_in(page, stack.addresses.console, supervisor)
    waiting = eventually(lambda: _waiting(supervisor, visitor.address))
    page.open(f"{stack.addresses.console}#/c/{waiting['id']}")
    page.sees(f"Waiting in {waiting['queue']}", ".head")
    row = f".queue[data-queue={waiting['queue']}]"
    page.click(row)
    page.find(f".card[href$='{waiting['id']}']")
    visitor.say("What are your opening hours?")
    told = visitor.answer()
    assert told["waits"]
    page.sees("What are your opening hours?", ".timeline .message")
    visitor.say("close my request, please")
    told = visitor.answer()
    if told.get("waits"):  # asked once whether she is sure
        visitor.say("yes")
        told = visitor.answer()
    assert "waits" not in told
    page.sees("closed the request", ".timeline .event")
    page.sees("Resolved", ".head")
    page.until(lambda: not page.all(f".card[href$='{waiting['id']}']"), "it stays in the list")
    refused = supervisor.call("POST", f"conversations/{waiting['id']}/replies", {"id": uuid4().hex, "text": "Hello"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_owner")
    assert not _waiting(supervisor, visitor.address)
    claimed = supervisor.ask("POST", "claims")
    assert not claimed or claimed["address"] != visitor.address


def _waiting(agent: Agent, address: str) -> Json | None:
    found = (c for skill in agent.me["skills"] for c in agent.ask("GET", f"conversations?queue={skill}")["conversations"])
    return next((c for c in found if c["address"] == address), None)
