"""Whoever waits may wish to be called or written to: her words are understood, kept for the agent, and confirmed."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.bot.interpretation.contact_request import heard
from chalicelib.bot.messages import brain, turn
from chalicelib.conversations import baton, keys, table
from chalicelib.conversations.model import Conversation, Message
from tests import threads
from tests.unit.conftest import T0, Store, incoming
from tests.unit.lantern import SUNDAY, handed_over
from tests.unit.test_baton import HAND_OVER

GERMAN = "+4930123456"


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Call me at +49 151 23456789 please", "call +4915123456789"),
        ("please ring me back on 030 1234567", "call +49301234567"),
        ("打给我 +86 138 1234 5678", "call +8613812345678"),
        ("請打電話給我：0151 23456789", "call +4915123456789"),
        ("Mail me at Ann.Lee@Example.com.", "mail ann.lee@example.com"),
        ("ann@example.com", None),
        ("The order was placed with the address ann@example.com", None),
        ("I paid with my PayPal address ann@example.com", None),
        ("下单邮箱是 ann@example.com", None),
        ("註冊信箱：ann@example.com", None),
        ("ring between ten and noon please, my mobile is 0151 23456789", "call +4915123456789"),
        ("我的手机是 +86 138 1234 5678，下午方便", "call +8613812345678"),
        ("发邮件到li@example.cn吧", "mail li@example.cn"),
        ("My e-mail is bob@example.org", "mail bob@example.org"),
        ("where is order 1234567890", None),
        ("call me", None),
        ("please call me tomorrow at 5", None),
        ("I paid with 4111 1111 1111 1111, call me", None),
        ("Is support@example.com yours?", None),
        ("", None),
        ("🙂", None),
    ],
)
def test_a_wish_is_understood_in_both_languages(text: str, wish: str | None) -> None:
    found = heard(text, "", GERMAN)
    assert (str(found) if found else None) == wish


def test_an_address_alone_is_a_wish_only_where_it_was_asked_for() -> None:
    assert str(heard("Ann@example.com.", asked=True)) == "mail ann@example.com"


def test_by_sms_the_own_number_is_meant_unless_another_is_named() -> None:
    assert str(heard("CALL ME", "+4915199")) == "call +4915199"
    assert str(heard("打给我", "+4915199")) == "call +4915199"
    assert str(heard("call me at +49 151 23456789", "+4915199")) == "call +4915123456789"


@pytest.mark.parametrize("text", ["call me " + "1 " * 50_000, "mail me " + "a@" * 50_000, "mail me " + "a." * 50_000 + "@", "(" * 100_000])
def test_nothing_that_is_written_takes_long(text: str) -> None:
    began = time.process_time()
    heard(text, "", GERMAN)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("channel", "offered"),
    [("webchat", ("call me at", "mail me at")), ("sms", ("CALL ME",)), ("email", ("call me at",))],
)
def test_who_must_wait_is_told_how_long_and_offered_a_call_or_a_mail(channel: str, offered: tuple[str, ...]) -> None:
    known = {"channel": channel, "waiting": 7, "waited": 25 * 60_000}
    busy = handed_over("human please", **known).text
    assert "7 customers are waiting before you, and the first of them has been waiting for 25 minutes" in busy
    assert all(part in busy for part in offered)
    assert "已等了25分钟" in handed_over("转人工", **known).text
    closed = handed_over("human please", channel=channel, now=SUNDAY).text
    assert "Monday, 23 November, at 09:00 (our time)" in closed
    assert all(part in closed for part in offered)


@pytest.mark.parametrize(
    ("waited", "english", "chinese"),
    [(None, "some time", "一段时间"), (30_000, "less than two minutes", "不到两分钟"), (3 * 3_600_000, "about 3 hours", "约3小时")],
)
def test_the_wait_is_told_as_people_say_it(waited: int | None, english: str, chinese: str) -> None:
    assert f"waiting for {english}." in handed_over("human please", waiting=9, waited=waited).text
    assert f"已等了{chinese}" in handed_over("转人工", waiting=9, waited=waited).text
    assert "about 3,000 customers" in handed_over("human please", waiting=3_014, counted=False, waited=waited).text.lower()


@pytest.fixture
def waiting(store: Store, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A conversation in a queue; the bot has its rules and no knowledge."""
    monkeypatch.setattr(brain, "load", brain.shipped)
    monkeypatch.setattr(turn, "now", lambda: T0 + 900)
    c = table.save(baton.opened(incoming(), "c1"))
    return table.save(baton.escalated(c, "m", HAND_OVER, T0))


def take(text: str, **more: Any) -> str:
    message = replace(incoming(text), **{"id": "m-0000009", "at": T0 + 500, **more})
    table.record(message)
    return turn.handle(keys.message_item(message), None)


def said() -> list[Message]:
    return [m for m in threads.whole("w1").messages if m.direction == "outgoing"]


def test_the_wish_is_kept_for_the_agent_and_confirmed_once(waiting: Conversation) -> None:
    assert take("call me at +49 151 23456789") == "answered"
    assert take("call me at +49 151 23456789") == "answered", "a record that comes again changes nothing"
    assert take("as I wrote, my number is +49 151 23456789, so call me in the morning", id="m-0000010", at=T0 + 600) == "answered"
    c = table.head("w1", consistent=True)
    assert c
    assert (c.contact_request, c.owner, c.waiting_since) == ("call +4915123456789", "queue", waiting.waiting_since)
    told, again = said()
    assert "will call you at +4915123456789" in told.text
    assert "to your request" in again.text
    [(_, event)] = threads.whole("w1").events
    assert (event.kind, event.by, event.detail) == ("contact_requested", "customer", {"contact_request": "call +4915123456789"})


def test_it_is_confirmed_in_the_customers_language(waiting: Conversation) -> None:
    take("发邮件到 li@example.cn")
    assert [m.text for m in said()] == ["已记录：同事会发邮件到 li@example.cn。您的排队位置不变。"]


def test_other_messages_of_whoever_waits_are_added_to_her_request(waiting: Conversation) -> None:
    assert take("and the lid of the blue one does not close either") == "answered"
    assert [m.text for m in said()] == ["Noted: I have added that to your request, and the colleague who takes it will see it."]


def test_nobody_is_answered_after_a_person_took_over(waiting: Conversation) -> None:
    table.save(baton.claimed(waiting, "ann", T0 + 100))
    assert take("call me at +49 151 23456789") == "seen"
    assert said() == []


def test_a_wish_in_the_message_that_is_handed_over_is_kept_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brain, "load", brain.shipped)
    monkeypatch.setattr(turn, "now", lambda: T0 + 900)
    assert take("I want a human, call me at +49 151 23456789") == "escalated"
    c = table.head("w1", consistent=True)
    assert c
    assert c.contact_request == "call +4915123456789"


def test_how_often_a_customer_came_back_is_known_to_the_rules(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    base = brain.shipped()
    first = replace(base.rules.hand_over[0], id="often", when=next(r.when for r in base.rules.hand_over if r.id == "repeated"))
    monkeypatch.setattr(brain, "load", lambda: replace(base, rules=replace(base.rules, hand_over=(first,))))
    monkeypatch.setattr(turn, "now", lambda: T0 + 900)
    for n, thread in enumerate(("e1", "s2")):
        table.save(baton.opened(replace(incoming(thread=thread), at=T0 - n), "c1"))
    table.save(baton.opened(replace(incoming(), at=T0), "c1"))
    assert take("do you sharpen scissors") == "escalated"
    [(_, event)] = threads.whole("w1").events
    assert event.detail["rule"] == "often"
    assert event.detail["facts"]["why"]["facts"]["contacts(7)"] == 3
