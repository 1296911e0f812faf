"""What leaves was stored first, leaves once, and says how far it got."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec import Struct, to_builtins

from chalicelib.aws import push
from chalicelib.channels import CHANNELS, delivery, receipts
from chalicelib.conversations import baton, keys, model, sockets, table
from chalicelib.conversations.model import Message
from chalicelib.customers import identities
from chalicelib.errors import Postponed, Unavailable, Uncertain, Undeliverable
from chalicelib.observability import now
from tests.unit.conftest import Store, incoming


class Provider:
    """A channel whose provider does what the test says, and counts."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.fault: BaseException | None = None

    def send(self, message: Message) -> str:
        if self.fault:
            raise self.fault
        self.sent.append(message.id)
        return f"provider-{len(self.sent)}"


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch) -> Provider:
    provider = Provider()
    monkeypatch.setitem(CHANNELS, "sms", provider)
    return provider


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    pushed: list[tuple[str, dict[str, Any]]] = []

    def post(connection: str, frame: Struct) -> bool:
        pushed.append((connection, to_builtins(frame)))
        return not connection.startswith("gone")

    monkeypatch.setattr(push, "post", post)
    return pushed


def stored(channel: str = "sms", **changes: Any) -> Message:
    table.save(baton.opened(incoming(thread="w1", channel=channel), "c1"))
    m = replace(incoming(), direction="outgoing", id="a+1", state="pending", by="bot", channel=channel, **changes)
    table.record(m)
    return m


def state(m: Message) -> tuple[str, str]:
    found = table.message(m.thread, m.id)
    assert found
    return found.state, found.detail


def deliver(m: Message) -> str:
    """With the image of the first record, as the stream repeats it."""
    return delivery.handle(keys.message_item(m), None)


def test_a_record_that_comes_again_sends_nothing(store: Store, sms: Provider) -> None:
    m = stored()
    assert [deliver(m), deliver(m), deliver(m)] == ["sent", "already_done", "already_done"]
    assert sms.sent == ["a+1"]
    found = table.message("w1", "a+1")
    assert found
    assert (found.state, found.provider_id) == ("sent", "provider-1")


def test_a_passing_fault_is_tried_again_by_the_stream(store: Store, sms: Provider) -> None:
    m = stored()
    sms.fault = Unavailable("throttled")
    with pytest.raises(Unavailable):
        deliver(m)
    assert state(m)[0] == "pending"
    sms.fault = None
    assert deliver(m) == "sent"


def interrupted(m: Message, sms: Provider, fault: BaseException) -> None:
    sms.fault = fault
    with pytest.raises((KeyboardInterrupt, Postponed)):
        deliver(m)
    sms.fault = None


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), Uncertain("no answer")])  # a SIGKILL cleans nothing up either
def test_an_interrupted_message_is_never_sent_twice_and_at_last_calls_a_person(
    store: Store, sms: Provider, fault: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    m = stored()
    interrupted(m, sms, fault)
    with pytest.raises(Postponed):
        deliver(m)
    assert state(m)[0] == "sending"
    later = now() + delivery.SETTLING
    monkeypatch.setattr(delivery, "now", lambda: later)
    assert deliver(m) == "failed"
    assert sms.sent == []
    assert state(m) == ("failed", receipts.INTERRUPTED)
    head = table.head("w1", consistent=True)
    assert head
    assert (head.owner, head.reason) == ("queue", "undelivered")


def test_the_providers_word_settles_an_interrupted_message(store: Store, sms: Provider) -> None:
    m = stored()
    interrupted(m, sms, KeyboardInterrupt())
    receipts.apply("w1", "a+1", "sent", now(), provider_id="provider-7")
    assert deliver(m) == "already_done"
    found = table.message("w1", "a+1")
    assert found
    assert (found.state, found.provider_id) == ("sent", "provider-7")


def test_what_cannot_arrive_says_why(store: Store, sms: Provider) -> None:
    m = stored()
    sms.fault = Undeliverable("no such number")
    assert deliver(m) == "failed"
    assert state(m) == ("failed", "no such number")


def test_a_stop_wins_against_what_is_already_on_its_way(store: Store, sms: Provider) -> None:
    m = stored()
    identities.block("sms", m.address, "stopped", now())
    assert deliver(m) == "failed"
    assert sms.sent == []
    assert state(m) == ("failed", delivery.BLOCKED["stopped"])
    identities.unblock("sms", m.address, now() + 1)
    again = replace(m, id="a+2")
    table.record(again)
    assert deliver(again) == "sent"


def test_the_confirmation_of_a_stop_is_sent_all_the_same(store: Store, sms: Provider) -> None:
    m = stored(meta={"confirmation": True})
    identities.block("sms", m.address, "stopped", now())
    assert deliver(m) == "sent"


def test_a_failed_reply_of_an_agent_leaves_the_baton_with_the_agent(store: Store, sms: Provider) -> None:
    m = stored()
    head = table.head("w1", consistent=True)
    assert head
    waiting = table.save(baton.escalated(head, "m", model.Escalation("r", "r", "billing", "normal", ""), 1))
    table.save(baton.claimed(waiting, "ann", 2))
    sms.fault = Undeliverable("no such number")
    deliver(m)
    after = table.head("w1")
    assert after
    assert after.owner == "agent"


def test_web_chat_reaches_every_tab_and_forgets_the_ones_that_are_gone(store: Store, frames: list[Any]) -> None:
    for connection in ("tab-1", "gone-1", "tab-2"):
        sockets.open_visitor("w1", connection, now() - 60_000)
    m = stored("webchat")
    assert deliver(m) == "sent"
    assert [c for c, _ in frames] == ["gone-1", "tab-1", "tab-2"]
    assert frames[1][1]["message"]["text"] == m.text
    assert sockets.of_visitor("w1", now()) == ["tab-1", "tab-2"]


def test_web_chat_with_nobody_there_waits_for_the_replay(store: Store, frames: list[Any]) -> None:
    m = stored("webchat")
    assert deliver(m) == "nobody_there"
    assert state(m)[0] == "pending"


def test_the_agent_sees_how_far_a_reply_got(store: Store, sms: Provider, frames: list[Any]) -> None:
    sockets.open_console("ann", "console-ann", now())
    sockets.open_console("bea", "console-bea", now())
    deliver(replace(stored(), by="ann", meta={"conversation": "w1.1"}))
    assert frames == [("console-ann", {"type": "conversation", "id": "w1.1"})]


def test_nothing_internal_is_shown_to_a_visitor(store: Store, frames: list[Any]) -> None:
    sockets.open_visitor("w1", "tab-1", now())
    deliver(replace(stored("webchat"), by="agent-7f3", detail="internal", provider_id="p", meta={"conversation": "w1.1"}))
    shown = str(frames)
    assert not [secret for secret in ("agent-7f3", "internal", "provider", "w1.1") if secret in shown]
