"""Who left the chat gets the answer by mail or SMS, once, at a proven address, and goes on with the same person."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from msgspec import to_builtins

from chalicelib.aws import push
from chalicelib.bot.messages import turn
from chalicelib.channels import delivery, forwarding
from chalicelib.channels.email import parse, render
from chalicelib.channels.email import thread as email_thread
from chalicelib.conversations import baton, ids, keys, model, reading, sockets, table, views
from chalicelib.conversations.model import Message
from chalicelib.customers import identities, merging, proofs
from chalicelib.customers.customer import exactly
from chalicelib.errors import Postponed, Unavailable
from chalicelib.governance.roster import Agent
from tests import threads
from tests.unit.conftest import T0, Store, asked_of_the_table, incoming
from tests.unit.test_baton import HAND_OVER
from tests.unit.test_customers import work_off

MAIL, PHONE = "ann@customer.example", "+12025550143"
SOON, LATER = T0 + 60_000, T0 + 3 * 60_000


class Clock:
    at = SOON


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, store: Store) -> Clock:
    for module in (delivery, turn, merging):
        monkeypatch.setattr(module, "now", lambda: Clock.at)
    Clock.at = SOON
    return Clock()


@pytest.fixture
def browsers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    pushed: list[dict[str, Any]] = []
    monkeypatch.setattr(push, "post", lambda _, frame: pushed.append(to_builtins(frame)) or True)
    return pushed


@pytest.fixture
def held(store: Store, clock: Clock) -> model.Conversation:
    """A chat that Ann the agent holds; its customer has told no address yet."""
    message = incoming(text="My pot is broken, what now?")
    table.record(message)
    known = identities.whose(message)
    c = table.save(baton.received(baton.opened(message, known.customer), message))
    c = table.save(baton.escalated(c, message.id, HAND_OVER, T0 + 1))
    return table.save(baton.claimed(c, "agent-ann", T0 + 2))


def proven(store: Store, channel: str = "email", address: str = MAIL) -> None:
    proofs.prove("w1", channel, address, "code", T0 + 3)
    work_off(store)


def says(text: str, n: int = 1, by: str = "agent-ann", **changes: Any) -> Message:
    message = replace(
        incoming(text=text, id=f"r+reply-{n}", at=T0 + 1000 * n), direction="outgoing", state="pending", by=by, name="Ann", **changes
    )
    table.record(message)
    return message


def deliver(message: Message) -> str:
    """As the stream and later the clock bring it: as it is stored then."""
    stored = table.message(message.thread, message.id)
    assert stored
    return delivery.handle(keys.message_item(stored), None)


def followers() -> list[Message]:
    return [m for m in threads.whole("w1").messages if ids.is_follow_up(m)]


def stored(message: Message) -> Message:
    found = table.message(message.thread, message.id)
    assert found
    return found


@pytest.mark.parametrize(("channel", "address", "detail"), [("email", MAIL, "followed by e-mail"), ("sms", PHONE, "followed by SMS")])
def test_what_reached_nobody_follows_to_a_proven_address_after_two_minutes(
    store: Store, held: model.Conversation, clock: Clock, channel: str, address: str, detail: str
) -> None:
    proven(store, channel, address)
    reply = says("We send you a new one.")
    with pytest.raises(Postponed):
        deliver(reply)
    assert followers() == []
    Clock.at = LATER
    assert deliver(reply) == "follows"
    (mail,) = followers()
    assert (mail.id, mail.channel, mail.address, mail.state, mail.by) == ("f+r+reply-1", channel, address, "pending", "agent-ann")
    assert mail.text.startswith("We send you a new one.\n\n")
    assert "https://site.example/api/" in mail.text
    assert mail.meta["unasked"] is True
    assert (stored(reply).state, stored(reply).detail) == ("sent", detail)
    assert deliver(reply) == "followed"


def test_several_unseen_messages_follow_as_one(store: Store, held: model.Conversation, clock: Clock) -> None:
    proven(store)
    replies = [
        says(f"Part {n}", n, meta={"attachments": [{"name": f"{n}.pdf", "type": "application/pdf", "size": 1, "fate": "stored"}]})
        for n in (1, 2, 3)
    ]
    Clock.at = LATER + 3000
    assert [deliver(m) for m in reversed(replies)] == ["follows", "followed", "followed"]
    (mail,) = followers()
    assert mail.text.startswith("Part 1\n\nPart 2\n\nPart 3\n\n")
    assert [entry["name"] for entry in mail.meta["attachments"]] == ["1.pdf", "2.pdf", "3.pdf"]


def test_two_functions_at_once_send_one_mail(store: Store, held: model.Conversation, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    proven(store)
    first, second = says("Part 1", 1), says("Part 2", 2)
    Clock.at = LATER + 3000
    stale = forwarding.read("w1", Clock.at)
    assert deliver(second) == "follows"
    with monkeypatch.context() as slow:
        slow.setattr(forwarding, "read", lambda *_: stale)
        with pytest.raises(Unavailable):
            forwarding.care(first, False, Clock.at)
    assert len(followers()) == 1


def test_without_a_proven_address_it_waits_in_the_chat(store: Store, held: model.Conversation, clock: Clock) -> None:
    identities.ensure("email", MAIL, T0, "mail")  # somebody's, but nobody proved that it is hers
    reply = says("Are you there?")
    Clock.at = LATER
    assert deliver(reply) == "nobody_there"
    assert (stored(reply).state, followers()) == ("pending", [])


@pytest.mark.parametrize("why", ["bounced", "complaint", "stopped"])
def test_a_blocked_address_gets_nothing_and_the_next_best_one_is_taken(
    store: Store, held: model.Conversation, clock: Clock, why: Any
) -> None:
    proven(store)
    identities.block("email", MAIL, why, T0)
    reply = says("Are you there?")
    Clock.at = LATER
    assert deliver(reply) == "nobody_there"
    proven(store, "sms", PHONE)
    assert deliver(reply) == "follows"
    assert [m.channel for m in followers()] == ["sms"]


def test_who_complained_and_then_answered_by_mail_gets_that_answer_and_nothing_else(
    store: Store, held: model.Conversation, clock: Clock
) -> None:
    proven(store)
    identities.block("email", MAIL, "complaint", T0 + 100)
    Clock.at = LATER
    assert deliver(says("Are you there?", 1)) == "nobody_there"
    table.record(incoming("Yes", id="mail-1", at=T0 + 1500, channel="email", address=MAIL))
    reply = says("Good.", 2)
    assert deliver(reply) == "follows"
    assert followers()[0].meta["asked_at"] == T0 + 1500
    identities.block("email", MAIL, "bounced", T0 + 3000)
    assert deliver(says("One more thing", 3)) == "nobody_there"


def test_what_a_browser_took_from_the_bot_was_seen_and_costs_nothing_more(
    store: Store, held: model.Conversation, clock: Clock, browsers: list[Any]
) -> None:
    proven(store)
    sockets.open_visitor("w1", "tab-1", SOON)
    answer = says("Shipping takes three days.", by="bot")
    asked = asked_of_the_table()
    assert delivery.handle(keys.message_item(answer), None) == "sent"
    assert asked == ["Query", "UpdateItem"]


def test_an_agents_reply_follows_if_an_open_page_shows_nobody_reading(
    store: Store, held: model.Conversation, clock: Clock, browsers: list[Any]
) -> None:
    proven(store)
    sockets.open_visitor("w1", "tab-1", SOON)
    reply = says("We send you a new one.")
    for minute in (1, 3, 9):
        Clock.at = T0 + minute * 60_000
        with pytest.raises(Postponed):
            deliver(reply)
    assert stored(reply).state == "sent"
    Clock.at = T0 + 12 * 60_000
    assert deliver(reply) == "follows"


@pytest.mark.parametrize("sign", ["read", "wrote"])
def test_what_was_seen_does_not_follow(store: Store, held: model.Conversation, clock: Clock, browsers: list[Any], sign: str) -> None:
    proven(store)
    sockets.open_visitor("w1", "tab-1", SOON)
    reply = says("We send you a new one.")
    if sign == "read":
        reading.mark("w1", reply.at)
    else:
        table.record(incoming("Thank you!", id="m-0000002", at=reply.at + 5))
    Clock.at = T0 + 12 * 60_000
    assert deliver(reply) == "seen"
    assert followers() == []


def test_who_answered_by_mail_is_answered_by_mail_at_once_unless_the_chat_is_open(
    store: Store, held: model.Conversation, clock: Clock, browsers: list[Any]
) -> None:
    proven(store)
    answer = incoming("By mail now", id="mail-1", at=T0 + 500, channel="email", address=MAIL, meta={"message_id": "x@customer.example"})
    table.record(answer)
    reply = says("Good.", 1)
    Clock.at = reply.at + 10
    assert deliver(reply) == "follows"
    (mail,) = followers()
    assert mail.meta["in_reply_to"] == "x@customer.example"
    sockets.open_visitor("w1", "tab-1", SOON)
    with pytest.raises(Postponed):
        deliver(says("Are you back?", 2))


def test_the_visitor_sees_the_answer_in_the_chat_once(store: Store, held: model.Conversation, clock: Clock) -> None:
    proven(store)
    Clock.at = LATER
    assert deliver(says("We send you a new one.")) == "follows"
    shown = [m.id for m in threads.whole("w1").messages if views.is_shown_in_chat(m)]
    assert shown == ["m-0000001", "r+reply-1"]


def test_after_a_supervisor_parted_them_nothing_follows_to_that_address(store: Store, held: model.Conversation, clock: Clock) -> None:
    Clock.at = T0 + 3_600_000
    other = incoming(thread="e1", channel="email", address=MAIL, at=T0 - 5)
    table.save(baton.opened(other, identities.whose(other).customer))
    proven(store)
    merging.carry_out(merging.split(exactly(identities.whose(other).customer), "webchat", "w1", "agent-sue", T0 + 9))
    assert deliver(says("For her eyes only")) == "nobody_there"


def test_of_two_people_at_one_browser_the_one_who_proved_an_address_last_is_answered_there(
    store: Store, held: model.Conversation, clock: Clock
) -> None:
    proven(store)
    proofs.prove("w1", "email", "bob@customer.example", "code", T0 + 4)
    work_off(store)
    Clock.at = LATER
    assert deliver(says("Hello")) == "follows"
    assert [m.address for m in followers()] == ["bob@customer.example"]


def test_what_was_said_before_she_opened_a_new_case_by_mail_follows_too(store: Store, held: model.Conversation, clock: Clock) -> None:
    proven(store)
    reply = says("We send you a new one.", 1)
    head = table.head("w1", consistent=True)
    assert head
    done = replace(head, owner="none", resolved_at=T0 + 2000)
    mail = incoming("Something else", id="mail-1", channel="email", address=MAIL, at=T0 + 3000)
    table.record(mail)
    table.save(baton.reopened(done, mail), past=done)
    assert deliver(reply) == "follows"
    assert followers()[0].meta["conversation"] == "w1.1"


def test_a_long_answer_is_cut_for_a_phone_and_chinese_gets_chinese_words() -> None:
    way = identities.Identity("sms", PHONE, "c1", 0, proven="code")
    c = replace(baton.opened(incoming(), "c1"), language="zh-CN")
    sent = forwarding.composed(c, [says_only("长" * 2_000)], way, LATER, "https://site.example/")
    assert len(sent.text) < forwarding.SMS_TEXT + 60
    assert sent.text.endswith("回到在线客服继续对话：https://site.example/")
    assert {channel for channel, _ in forwarding._BACK} == set(forwarding.DETAILS)
    assert len(forwarding._BACK) == 4


def says_only(text: str) -> Message:
    return replace(incoming(text=text), direction="outgoing", state="pending", by="agent-ann")


def test_a_mail_into_the_chat_goes_on_with_the_same_agent_and_proves_its_address(
    store: Store, held: model.Conversation, clock: Clock, ann: Agent
) -> None:
    answer = incoming("Thanks!", id="mail-1", at=T0 + 500, channel="email", address=MAIL, meta={"verified": True})
    table.record(answer)
    assert turn.handle(keys.message_item(answer), None) == "seen"
    head = table.head("w1", consistent=True)
    assert head
    assert (head.owner, head.agent, head.channel, head.incoming) == ("agent", "agent-ann", "webchat", 2)
    assert [(p.channel, p.address, p.how) for p in threads.whole("w1").proofs] == [("email", MAIL, "mail")]


@pytest.mark.parametrize("thread", ["w" + "0f" * 16, "ws" + "a2" * 13])
def test_an_answer_to_what_followed_joins_the_chat_of_a_visitor_and_of_an_account(store: Store, thread: str) -> None:
    way = identities.Identity("email", MAIL, "c1", 0, proven="code")
    c = baton.opened(incoming(thread=thread), "c1")
    sent = forwarding.composed(c, [says_only("We send you a new one.")], way, LATER, "https://site.example/")
    mail = message_from_bytes(render.outgoing(sent, "customerservice@shop.example", "Shop"), policy=default)
    local = mail["Reply-To"].partition("@")[0]
    assert len(local) <= 64
    for sender, joins in ((MAIL, True), ("stranger@customer.example", False)):
        answer = parse.parse(f"From: {sender}\r\nTo: {mail['Reply-To']}\r\nMessage-ID: <x@y.example>\r\n\r\nThanks".encode())
        found = email_thread.thread_of(answer, sender, [mail["Reply-To"]], "customerservice@shop.example", content_id="1", trusted=True)
        assert (found == thread) is joins


def test_a_mail_that_proves_nothing_proves_nothing_here_either(store: Store, held: model.Conversation, clock: Clock) -> None:
    answer = incoming("Thanks!", id="mail-1", at=T0 + 500, channel="email", address=MAIL, meta={"unproven": True})
    table.record(answer)
    turn.handle(keys.message_item(answer), None)
    assert threads.whole("w1").proofs == ()


def test_a_resolved_chat_that_she_opens_again_by_mail_stays_a_chat(store: Store, held: model.Conversation) -> None:
    later = incoming("One more thing", id="mail-2", channel="email", address=MAIL, at=T0 + 10**9)
    again = baton.reopened(replace(held, owner="none"), later)
    assert (again.channel, again.address, again.number) == ("webchat", "w1", 2)
