"""Whoever says STOP gets one confirmation and then nothing, whatever is on its way; START lifts it; in whatever order they come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.channels import CHANNELS, delivery
from chalicelib.channels.sms import adapter
from chalicelib.conversations import baton, keys, table
from chalicelib.conversations.model import Message
from chalicelib.customers import identities
from tests import threads
from tests.parameters import know
from tests.unit.conftest import T0, Store

OURS, THEIRS = "+12025550199", "+12025550143"


@pytest.fixture(autouse=True)
def known(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, settings__public_url="https://hooks.example")
    monkeypatch.setenv("BUSINESS", "Lantern Tea")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    left: list[Message] = []

    class Provider:
        @staticmethod
        def send(message: Message) -> str:
            left.append(message)
            return "SM1"

    monkeypatch.setitem(CHANNELS, "sms", Provider)
    return left


def text(words: str, at: int = T0, message_id: str = "", **more: Any) -> Message:
    return adapter.incoming(message_id or f"SM{at}", OURS, THEIRS, words, at, **more)


def stored() -> list[Message]:
    return list(threads.whole(adapter.thread(OURS, THEIRS)).messages)


def confirmations() -> list[str]:
    return [m.text for m in stored() if m.meta.get("confirmation")]


def deliver_all(store: Store) -> None:
    for item in store.items():
        if item["type"]["S"] == "outgoing":
            delivery.handle(item, None)


@pytest.mark.parametrize("words", ["STOP", "退订", "TD"])
def test_of_five_waiting_messages_none_leaves_and_one_confirmation_does(words: str, store: Store, sent: list[Message]) -> None:
    table.save(baton.opened(text("hello", T0 - 9), "c1"))
    for number in range(5):
        reply = Message(adapter.thread(OURS, THEIRS), f"r+{number}", "outgoing", "sms", T0 - 5, "A word", THEIRS, by="ann", state="pending")
        table.record(reply)
    assert adapter.take(text(words))
    deliver_all(store)
    assert [m.meta for m in sent] == [{"confirmation": True}]
    failed = [m for m in stored() if m.id.startswith("r+")]
    assert {(m.state, m.detail) for m in failed} == {("failed", delivery.BLOCKED["stopped"])}
    assert len(failed) == 5


def test_the_block_is_stored_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt  # as a SIGKILL

    with monkeypatch.context() as crash:
        crash.setattr(table, "record", broken)
        with pytest.raises(KeyboardInterrupt):
            adapter.take(text("STOP"))
    assert identities.blocked("sms", THEIRS) == "stopped"


def test_a_stop_that_comes_again_after_start_blocks_nobody() -> None:
    stop = text("STOP", T0)
    adapter.take(stop)
    adapter.take(text("START", T0 + 1000))
    assert identities.blocked("sms", THEIRS) == ""
    assert not adapter.take(replace(stop, at=T0 + 2000))  # Twilio's second delivery has a time of ours, which is later
    assert identities.blocked("sms", THEIRS) == ""
    assert len(confirmations()) == 2


def test_said_three_times_is_confirmed_once() -> None:
    for number in range(3):
        adapter.take(text("stop", T0 + number))
    adapter.take(text("stop", T0))
    assert len(confirmations()) == 1


def test_yes_is_consent_only_from_somebody_who_said_stop() -> None:
    adapter.take(text("YES", T0))
    assert "keyword" not in stored()[0].meta
    adapter.take(text("STOP", T0 + 1))
    adapter.take(text("Yes!", T0 + 2))
    assert identities.blocked("sms", THEIRS) == ""
    assert [m.meta.get("keyword") for m in stored() if m.direction == "incoming"] == [None, "stop", "start"]


def test_help_is_answered_in_the_language_of_the_word_also_to_whoever_said_stop() -> None:
    adapter.take(text("STOP", T0))
    adapter.take(text("HELP", T0 + 10))
    adapter.take(text("帮助", T0 + 20))
    english, chinese = confirmations()[1:]
    assert english.startswith("Lantern Tea customer service")
    assert chinese.startswith("【Lantern Tea】")
    assert identities.blocked("sms", THEIRS) == "stopped"


@pytest.mark.parametrize("word", ["STOP", "START", "HELP"])
def test_what_the_provider_answered_itself_is_not_answered_twice(word: str) -> None:
    adapter.take(text(word, said=word))
    assert confirmations() == []
    assert identities.blocked("sms", THEIRS) == ("stopped" if word == "STOP" else "")


@pytest.mark.parametrize("sender", ["72645", "SHOPBOT", OURS])
def test_a_machine_gets_no_confirmation(sender: str) -> None:
    message = adapter.incoming("SM1", OURS, sender, "HELP", T0)
    adapter.take(message)
    assert [m.id for m in threads.whole(message.thread).messages] == ["SM1"]


def test_a_wish_in_words_is_marked_for_a_person() -> None:
    adapter.take(text("Please stop texting me"))
    assert stored()[0].meta["opt_out_request"] is True
    assert identities.blocked("sms", THEIRS) == ""


def test_a_stop_that_only_the_provider_knew_of_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.channels.sms import twilio

    def refuse(_: adapter.Text) -> str:
        raise adapter.Stopped("this customer said STOP")

    monkeypatch.setattr(twilio, "send", refuse)
    with pytest.raises(adapter.Stopped):
        adapter.send(Message(adapter.thread(OURS, THEIRS), "r+1", "outgoing", "sms", T0, "A word", THEIRS, by="ann", state="pending"))
    assert identities.blocked("sms", THEIRS) == "stopped"


def test_items_are_as_small_as_before() -> None:
    """A usual message costs one write and no read."""
    assert keys.message_item(text("Where is my order?")).keys() == {
        "pk",
        "sk",
        "type",
        "text",
        "channel",
        "direction",
        "at",
        "address",
        "by",
        "state",
        "meta",
    }
