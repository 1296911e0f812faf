"""What a self-service answer says of itself, and the look at an order for a customer who waits for a person already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as testing
from hypothesis import strategies as st

from chalicelib.bot.actions import calls, run
from chalicelib.conversations import table
from chalicelib.conversations.model import Answer, Conversation, Escalation
from tests.unit.action_shop import Shop
from tests.unit.action_talk import MIA, STREET, Talk, codes, digits, open_for_business  # noqa: F401 - a fixture among them
from tests.unit.conftest import T0, Store, incoming


def never(*_args: Any) -> Any:
    raise AssertionError("a look asks the bot nothing")


def case(text: str, **message: Any) -> run.Case:
    said = incoming(text, **message)
    waiting = Conversation(said.thread, 1, said.channel, said.address, T0, owner="queue")
    return run.Case(waiting, said, text, T0, False, never, never)


class TestGlance:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("my number is A-10342", "Your order A-10342 is on its way."),
            ("it is about a10343", "Your order A-10343 was delivered."),
            ("10342", "Your order A-10342 is on its way."),
            ("order 10344 please hurry", "Your order A-10344 is being packed."),
            ("订单号是A-10342，很急", "您的订单 A-10342 已发货，正在运输途中。"),
            ("訂單編號 A-10342，很急", "您的訂單 A-10342 已出貨，正在運送途中。"),
            ("10343", "Your order A-10343 was delivered."),
        ],
    )
    def test_an_orders_number_is_looked_up(self, shop: Shop, store: Store, text: str, told: str) -> None:
        answer = run.glance(case(text))
        assert answer
        assert (answer.text, answer.article, answer.outcome) == (told, "", "action:order-status")
        assert (answer.choices, codes(store), shop.paths()) == ((), [], ["orders/status"])
        assert [i for i in store.items() if i["type"]["S"] in ("head", "counter", "code")] == []

    @pytest.mark.parametrize(
        "text", ["hurry up!", "", "I live in 10115 Berlin", "A-99999", "A-10342 and A-10343", "+4930123456", "123456", STREET]
    )
    def test_anything_else_is_nothing(self, shop: Shop, store: Store, text: str) -> None:
        assert run.glance(case(text)) is None

    @pytest.mark.parametrize("bad", [(500, {}, b""), (200, {}, b"<html>"), (200, {}, b'{"outcome": "done"}'), "hang up"])
    def test_an_endpoint_that_fails_is_nothing(self, shop: Shop, store: Store, bad: Any) -> None:
        shop.bad = [bad, bad]
        assert run.glance(case("A-10342")) is None

    def test_without_an_endpoint_it_is_nothing(self, shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ACTIONS_URL")
        assert run.glance(case("A-10342")) is None
        assert shop.calls == []

    def test_whoever_proved_it_is_shown_all(self, shop: Shop, store: Store) -> None:
        answer = run.glance(case("A-10342", thread="e1", channel="email", address=MIA, meta={"verified": True}))
        assert answer
        assert "arrives on Wednesday, 23 September" in answer.text

    @testing(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=60))
    def test_it_never_raises(self, shop: Shop, store: Store, text: str) -> None:
        assert run.glance(case(text)) is None or "1034" in text


class TestOutcomes:
    def outcomes(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Those of all that is said from now on; PERSON for a hand-over."""
        seen: list[str] = []
        real = run.moved

        def moved(case: calls.Case, decided: Answer | Escalation | None) -> Any:
            made = real(case, decided)
            seen.append(made.said.outcome if isinstance(made.said, Answer) else "PERSON")
            return made

        monkeypatch.setattr(run, "moved", moved)
        return seen

    def test_every_step_of_an_action_names_it(self, shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        seen, talk = self.outcomes(monkeypatch), Talk()
        for text in ("change the address of A-10344", "what code?", "no mail came", "12"):
            talk.say(text)
        talk.say(digits(codes(store)[-1]))
        for text in (STREET + ", second floor", "no", "2", STREET + ", third floor, left", "yes"):
            talk.say(text)
        assert seen == ["action:change-address"] * 10
        assert shop.orders.known["A-10344"].address.endswith("third floor, left")

    def test_an_article_above_an_offer_keeps_its_own(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        seen, talk = self.outcomes(monkeypatch), Talk()
        for text in ("please cancel my order", "never mind", "A-10342", "how long does delivery take?"):
            talk.say(text)
        assert seen == ["", "action:cancel", "action:order-status", ""]

    def test_a_refusal_and_a_person(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        seen, talk = self.outcomes(monkeypatch), Talk()
        for text in ("A-99999", "A-99998"):
            talk.say(text)
        assert seen == ["action:order-status", "PERSON"]


def test_a_deployment_may_show_everything_at_once(shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_SHOW", "all")
    said = Talk().say("where is my order A-10342?")
    assert (
        said == "Your order A-10342 is on its way and arrives on Wednesday, 23 September.\nFollow it here: https://carrier.example/A-10342"
    )
    assert shop.paths() == ["orders/status"]


def test_days_are_those_of_the_business(shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """T0 is a Monday's afternoon in London, and Tuesday in Auckland."""
    monkeypatch.setenv("ACTIONS_SHOW", "all")
    monkeypatch.setenv("TIME_ZONE", "Pacific/Auckland")
    assert "arrives tomorrow (Wednesday, 23 September)" in Talk().say("where is my order A-10342?")


def test_an_order_is_remembered_while_she_waits_and_nothing_is_under_way(shop: Shop, store: Store) -> None:
    talk = Talk()
    talk.say("where is my order A-10342?")
    talk.say("I want to talk to a person")
    head = table.head("w1", consistent=True)
    assert head
    assert (head.owner, '"step":"done"' in head.flow) == ("queue", True)


TEXTS = st.one_of(
    st.text(min_size=1, max_size=40),
    st.sampled_from(
        [
            "A-10344",
            "10342",
            "LT-1",
            "no",
            "yes",
            "send it again",
            "what code?",
            "my phone",
            "code",
            "cancel it",
            "帮我取消",
            "没有订单号",
            "123456",
            "退了它",
            "算了",
        ]
    ),
)
STARTS = ["", '{"action":"cancel","slot":"order"}', '{"action":"order-status","step":"ask","slot":"order"}']
STARTS += ['{"action":"order-status","step":"done","values":{"order":"A-10342"},"less":true}']
STARTS += ['{"action":"cancel","step":"code","values":{"order":"A-10344"},"to":"email#mia@customer.example"}']
STARTS += ['{"action":"return","step":"ask","slot":"reason","values":{"order":"A-10343"},"proven":true}']


@testing(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(STARTS), st.lists(TEXTS, min_size=1, max_size=5))
def test_whatever_is_written_something_is_said(shop: Shop, store: Store, start: str, texts: list[str]) -> None:
    """In every state; a flow that is kept can be read again, and stays small enough for the head."""

    def decide(_c: Conversation, _text: str, _waits: bool) -> Answer:
        return Answer("What do you mean?", "", confidence=0.0, language="en")

    def to_person(_c: Conversation, rule: str, why: str, queue: str) -> Escalation:
        return Escalation(rule, why, queue, "normal", "", text="A person will answer.")

    head = Conversation("w1", 1, "webchat", "w1", T0, flow=start.replace("{", '{"until":9999999999999,', 1) if start else "")
    for number, text in enumerate(texts):
        said = incoming(text, id=f"m-{number:07d}")
        made = run.moved(run.Case(head, said, text, T0, False, decide, to_person), None)
        assert made.said.text.strip(), text
        assert len(made.flow.encode()) < 1_000
        if isinstance(made.said, Escalation):
            return
        head = replace(head, flow=made.flow)
