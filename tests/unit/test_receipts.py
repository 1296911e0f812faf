"""What a provider tells of our messages: in any order and as often as it likes, the end is the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels import receipts
from chalicelib.conversations import baton, table
from chalicelib.conversations.model import Message, State
from chalicelib.customers import identities
from tests.unit.conftest import T0, Store, incoming

EVENTS = list(get_args(receipts.Event))


def stored(**changes: object) -> Message:
    question = incoming(thread="e1", channel="email", address="Mia@Shop.example")
    table.save(baton.opened(question, "c1"))
    m = replace(question, direction="outgoing", id="a+1", state="sent", by="bot", at=T0 + 1)
    m = replace(m, **changes)  # type: ignore[arg-type]
    table.record(m)
    return m


def state() -> State:
    found = table.message("e1", "a+1")
    assert found
    return found.state


def owner() -> str:
    head = table.head("e1", consistent=True)
    assert head
    return head.owner


@given(events=st.lists(st.sampled_from(EVENTS), max_size=5), start=st.sampled_from(["pending", "sending", "sent"]))
def test_every_order_ends_alike(events: list[receipts.Event], start: State) -> None:
    ends = set()
    for order in permutations(events):
        end = start
        for event in (*order, *order[:1]):  # and one comes twice
            end = receipts.following(end, event)
        ends.add(end)
    assert len(ends) == 1


def test_nothing_undoes_a_bounce_and_a_late_delivery_report_corrects_a_failure() -> None:
    assert receipts.following("bounced", "delivered") == "bounced"
    assert receipts.following("failed", "delivered") == "delivered"
    assert receipts.following("delivered", "sent") == "delivered"


def test_a_hard_bounce_blocks_the_address_and_calls_a_person(store: Store) -> None:
    m = stored()
    assert receipts.apply("e1", "a+1", "bounced", T0 + 9, detail="no such mailbox", permanent=True, address="mia@shop.example") == "bounced"
    assert identities.blocked("email", m.address) == "bounced"
    assert owner() == "queue"
    assert receipts.apply("e1", "a+1", "bounced", T0 + 9, permanent=True) == "bounced"


def test_a_full_mailbox_blocks_nothing(store: Store) -> None:
    m = stored()
    receipts.apply("e1", "a+1", "bounced", T0 + 9, detail="mailbox full")
    assert state() == "bounced"
    assert identities.blocked("email", m.address) == ""


def test_a_bounce_of_a_resolved_conversation_wakes_it_up(store: Store) -> None:
    stored(by="ann")
    head = table.head("e1")
    assert head
    table.save(replace(head, owner="none", resolved_at=T0 + 5, resolved_by="ann"))
    receipts.apply("e1", "a+1", "bounced", T0 + 9)
    assert owner() == "queue"


def test_a_complaint_blocks_but_the_mail_did_arrive(store: Store) -> None:
    m = stored()
    receipts.apply("e1", "a+1", "complaint", T0 + 9)
    assert state() == "sent"
    assert identities.blocked("email", m.address) == "complaint"


@pytest.mark.parametrize(("message", "address"), [("a+1", "other@shop.example"), ("a+2", ""), ("m-0000001", "")])
def test_events_about_somebody_else_change_nothing(store: Store, message: str, address: str) -> None:
    m = stored()
    table.record(incoming(thread="e1", channel="email"))
    assert receipts.apply("e1", message, "bounced", T0 + 9, permanent=True, address=address) == "unknown"
    assert state() == "sent"
    assert identities.blocked("email", m.address) == ""


def test_the_newest_word_about_an_address_wins(store: Store) -> None:
    identities.block("sms", "+49301", "stopped", 200)
    identities.unblock("sms", "+49301", 100)
    assert identities.blocked("sms", "+49301") == "stopped"
    identities.unblock("sms", "+49301", 300)
    identities.block("sms", "+49301", "stopped", 200)
    assert identities.blocked("sms", "+49301") == ""


def test_a_blocked_stranger_who_writes_becomes_a_customer(store: Store) -> None:
    m = incoming(channel="email", address="mia@shop.example")
    identities.block("email", m.address, "bounced", 1)
    known = identities.whose(m)
    assert known.customer
    assert identities.whose(m) == known
    assert identities.blocked("email", m.address) == "bounced"


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"by": "bot"}, False),
        ({"by": "agent-ann"}, True),
        ({"by": "bot", "meta": {"unasked": True}}, True),
        ({"by": "bot", "meta": {"confirmation": True}}, True),
    ],
)
def test_only_what_somebody_waits_for_is_followed_unless_everything_is(
    changes: dict[str, object], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    m = replace(incoming(), direction="outgoing", **changes)  # type: ignore[arg-type]
    assert receipts.are_wanted(m) is wanted
    monkeypatch.setenv("DELIVERY_REPORTS", "all")
    assert receipts.are_wanted(m)
