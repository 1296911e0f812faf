"""When self-service goes wrong: the customer is told honestly, a person takes over, and nothing happens twice or is lost."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.bot.actions import endpoint
from chalicelib.bot.messages import turn
from chalicelib.conversations import baton, keys, table
from tests import threads
from tests.unit.action_shop import Shop
from tests.unit.action_talk import MIA, STREET, Talk, open_for_business  # noqa: F401 - a fixture among them
from tests.unit.conftest import T0
from tests.unit.test_baton import HAND_OVER


class TestFailures:
    @pytest.mark.parametrize("bad", [(500, {}, b""), (302, {"Location": "/x"}, b""), (200, {}, b"<html>"), "hang up", (200, {}, b"{}")])
    def test_the_customer_is_told_honestly_and_a_person_takes_over(self, shop: Shop, bad: Any) -> None:
        talk = Talk()
        shop.bad = [bad, bad]
        said = talk.say("where is my order A-10342?")
        assert said.startswith("I am sorry: our order system did not give me an answer")
        assert said.endswith("A person will answer.")
        assert (talk.head.owner, talk.head.queue, talk.head.reason) == ("queue", "orders", "self-service order-status: failed")
        assert "Order number: A-10342" in talk.summary()

    def test_in_the_language_of_the_conversation(self, shop: Shop) -> None:
        talk = Talk("w1", language="en")  # what the page says
        talk.say("我的订单到哪了")
        shop.bad = [(500, {}, b"")] * 2
        assert talk.say("A-10342").startswith("抱歉")
        event = next(e for _, e in threads.whole("w1").events if e.kind == "escalated")
        assert event.detail["facts"]["language"] == "zh"
        assert event.detail["reason_zh"] == "自助服务“查询订单”：办理失败"

    def test_an_undeclared_outcome_and_a_missing_field_are_failures(self, shop: Shop) -> None:
        shop.bad = [(200, {}, b'{"outcome": "refunded"}')]
        assert Talk("w1").say("where is my order A-10342?").startswith("I am sorry")
        shop.bad = [(200, {}, b'{"outcome": "done", "fields": {"status": "<b>x</b>"}}')]
        assert Talk("w2").say("where is my order A-10342?").startswith("I am sorry")

    def test_a_refusal_with_a_reason_is_told(self, shop: Shop) -> None:
        talk = Talk("e1", channel="email", address=MIA, meta={"verified": True})
        assert talk.say("copy of the invoice of A-10344, please").startswith("Order A-10344 has no invoice yet")
        late = Talk("e2", channel="email", address=MIA, meta={"verified": True})
        late.say("return A-10345, I do not need it")
        assert late.say("yes").startswith("Order A-10345 can no longer be returned by itself")
        assert late.head.owner == "queue"


class TestTwice:
    def test_a_record_that_comes_again_does_nothing_again(self, shop: Shop) -> None:
        talk = Talk()
        talk.say("where is my order A-10342?")
        assert turn.handle(keys.message_item(talk.last), None) == "answered"
        assert (len(shop.calls), len(talk.heard())) == (1, 1)

    def test_a_crash_after_the_call_repeats_it_under_the_same_id(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        talk = Talk("e1", channel="email", address=MIA, meta={"verified": True})
        talk.say("change the address of A-10344")
        talk.say(STREET)
        with monkeypatch.context() as crash:
            crash.setattr(turn.table, "save", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                talk.say("yes")
        assert turn.handle(keys.message_item(talk.last), None) == "answered"
        ids = [key for path, key, _ in shop.calls if path == "orders/address"]
        assert (len(ids), len(set(ids)), shop.orders.known["A-10344"].changes) == (2, 1, 1)
        assert talk.heard()[-1].text.startswith("Done")

    def test_an_offer_costs_no_more_writes_than_its_article(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        saved: list[Any] = []
        real = table.save
        monkeypatch.setattr(turn.table, "save", lambda c, *args, **more: saved.append(more["messages"]) or real(c, *args, **more))
        talk = Talk()
        talk.say("where is my order?")
        talk.say("A-10342")
        assert [len(messages) for messages in saved] == [0, 1]

    def test_the_answer_comes_too_late_when_a_person_took_over(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        talk = Talk()
        talk.say("where is my order?")
        before = talk.head
        real = endpoint.call

        def person_first(*args: Any) -> endpoint.Reply:
            if talk.head.owner == "bot":
                table.save(baton.claimed(table.save(baton.escalated(before, "x", HAND_OVER, T0)), "ann", T0))
            return real(*args)

        monkeypatch.setattr(endpoint, "call", person_first)
        assert talk.say("A-10342") == "seen"
        assert (talk.head.agent, len(talk.heard())) == ("ann", 1)
