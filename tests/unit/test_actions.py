"""Self-service in the bot's turn: what is called and told, whose order it is, and that nothing happens twice or is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib import settings, streams
from chalicelib.bot import turn
from chalicelib.bot.actions import endpoint
from chalicelib.bot.answer import Brain, Context
from chalicelib.bot.context import Look
from chalicelib.bot.language import detect
from chalicelib.conversations import contact, identities, keys, model, proofs, table
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message
from tests.unit.action_shop import SECRET, Shop, open_shop
from tests.unit.conftest import ROOT, T0, Store, incoming
from tests.unit.lantern import ask
from tests.unit.test_model import HAND_OVER

MIA = "mia@customer.example"
STREET = "12 Green Lane, 10115 Berlin"
HOSTILE = Path(__file__).parent.parent / "fixtures" / "hostile"
ARTICLES = {
    "where is my order": "track-order",
    "订单到哪": "track-order",
    "change the address": "change-address",
    "修改地址": "change-address",
    "return": "return-item",
    "invoice": "invoice",
    "how long": "delivery-time",
}


def small_bot(question: str, context: Context, brain: Brain, _look: Look) -> Answer | Escalation:
    """The bot's decision in three lines: sure of some articles, a person for whoever asks for one, unsure of the rest."""
    language = detect(question, context.language)
    urgent, person = "fire" in question, "person" in question or "人工" in question
    facts = {"available": brain.index is not None, "asked_for_person": person, "urgent_topic": "safety" * urgent, "band": "none"}
    if person or urgent or brain.index is None:
        return replace(HAND_OVER, facts=facts | {"language": language}, summary="The story.", text="A person will answer.")
    article = next((article for words, article in ARTICLES.items() if words in question.lower()), "")
    if article and article == context.last_article:
        return replace(HAND_OVER, facts=facts | {"unhelped": True}, text="A person will answer.")
    if article:
        return Answer(f"The article {article}.", article, f"https://shop.example/{article}", 0.9, language)
    if question == "hm":
        return Answer("What do you mean?", "", "", 0.4, language)
    if context.under_way:
        return Answer("What do you mean?", "", "", 0.0, language)
    return replace(HAND_OVER, facts=facts | {"language": language}, summary="The story.", text="A person will answer.")


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, store: Store) -> Iterator[Shop]:
    monkeypatch.setattr(turn, "answer", small_bot)
    monkeypatch.setattr(turn.brain, "load", lambda: Brain(index=object(), rules=None, queues=("billing",), hours=None))
    monkeypatch.setattr(turn, "now", lambda: T0 + 500)
    monkeypatch.setattr(streams, "later", lambda item: None)
    known = settings.Parameters(ROOT.encode(), "", "", "", actions_secret=SECRET)
    monkeypatch.setattr(settings, "parameters", lambda: known)
    monkeypatch.setenv("BUSINESS", "Lantern Tea")
    with open_shop() as running:
        monkeypatch.setenv("ACTIONS_URL", running.address)
        yield running


class Talk:
    """One customer's thread."""

    def __init__(self, thread: str = "w1", **message: Any) -> None:
        self.thread, self.number, self.message = thread, 0, message

    def say(self, text: str, **changes: Any) -> str:
        """The answer, or what happened if nothing was said."""
        self.number += 1
        values = {"thread": self.thread, "id": f"m-{self.number:07d}", "at": T0 + self.number, "address": self.thread}
        self.last = incoming(text, **{**values, **self.message, **changes})
        table.record(self.last)
        happened = turn.handle(keys.message_item(self.last), None)
        said = [m for m in self.heard() if m.id.endswith(f"+{self.last.id}")]
        return said[-1].text if said else happened

    def heard(self) -> list[Message]:
        return [m for m in table.read_thread(self.thread).messages if m.direction == "outgoing"]

    @property
    def head(self) -> Conversation:
        found = table.head(self.thread, consistent=True)
        assert found
        return found

    def summary(self) -> str:
        return str(next(e for _, e in table.read_thread(self.thread).events if e.kind == "escalated").detail["summary"])


def codes(store: Store) -> list[Message]:
    found = [keys.message(i) for i in store.items() if i["type"]["S"] == "outgoing"]
    return sorted((m for m in found if "code_for" in m.meta), key=lambda m: m.at)


def digits(message: Message) -> str:
    found = re.search(r"\d{6}", contact.filled(message).text)
    assert found
    return found[0]


def test_an_order_in_the_first_question_is_looked_up_at_once(shop: Shop) -> None:
    talk = Talk()
    assert talk.say("where is my order A-10342?").startswith("Your order A-10342 is on its way.")
    assert shop.paths() == ["orders/status"]
    assert shop.calls[0][2]["values"] == {"order": "A-10342"}
    assert "您的订单 A-10343 已送达" in Talk("w2").say("我的订单到哪了 A-10343")


def test_else_the_article_comes_first_and_the_question_after_it(shop: Shop) -> None:
    talk = Talk()
    said = talk.say("Where is my order?")
    assert said == "The article track-order.\n\nI can look at once: what is your order number?"
    assert talk.heard()[0].link == "https://shop.example/track-order"
    assert "is on its way" in talk.say("A-10342")
    assert "was delivered" in talk.say("no, the order is A-10343")
    assert talk.say("how long does it take?") == "The article delivery-time."
    assert talk.head.flow == ""


def test_the_number_may_come_in_a_sentence_that_asks_again(shop: Shop) -> None:
    talk = Talk()
    talk.say("Where is my order?")
    assert "is on its way" in talk.say("where is my order A-10342")
    asks = Talk("w2")
    asks.say("Where is my order?")
    assert asks.say("where is my order??") == "A person will answer.", "the article did not help"


def test_no_to_an_offer_is_no_complaint(shop: Shop) -> None:
    talk = Talk()
    talk.say("I want to return something")
    assert talk.say("no").startswith("All right")
    assert talk.head.owner == "bot"


def test_without_an_endpoint_the_bot_only_answers(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACTIONS_URL")
    assert Talk().say("where is my order A-10342?") == "The article track-order."


def test_a_change_asks_for_proof_and_for_a_yes(shop: Shop, store: Store) -> None:
    talk = Talk()
    assert "write your order number" in talk.say("please change the address")
    assert "m•••@c•••.example" in talk.say("A-10344")
    (code,) = codes(store)
    assert (code.channel, code.address) == ("email", MIA)
    assert code.thread != talk.thread
    assert talk.say("000000") != talk.say(digits(code))
    assert talk.heard()[-1].text.startswith("What is the new delivery address?")
    shown = talk.say(STREET + ", second floor, please ring")
    assert "Order number: A-10344" in shown
    assert STREET in shown
    assert shop.paths() == ["orders/contact"]
    assert talk.say("yes").startswith("Done: order A-10344 now goes to 12 Green Lane")
    assert shop.orders.known["A-10344"].address.startswith(STREET)
    assert talk.head.flow == ""
    assert proofs.is_known("w1", "email", MIA)
    second = Talk("w1")
    second.number = talk.number
    assert "Why do you send it back" in second.say("return A-10343"), "proven in this chat: no second code"
    assert len(codes(store)) == 1


def test_in_chinese_too(shop: Shop, store: Store) -> None:
    talk = Talk()
    assert "请告诉我订单号" in talk.say("我想修改地址")
    assert "六位验证码" in talk.say("A-10346")
    assert "验证码" in codes(store)[0].text
    assert talk.say(f"验证码是{digits(codes(store)[0])}").startswith("请问新的收货地址")
    assert talk.say("上海市黄浦区南京东路100号，三楼左手边，靠近地铁站").startswith("请核对：\n订单号: A-10346")
    assert talk.say("是的").startswith("已修改：订单 A-10346")


def test_a_mail_by_dmarc_and_a_text_by_its_carrier_are_proof(shop: Shop, store: Store) -> None:
    mail = Talk("e1", channel="email", address=MIA, meta={"verified": True})
    assert "What is the new delivery address?" in mail.say("Hello,\n\nplease change the address of A-10344.\n\nMia")
    assert "Please check" in mail.say(f"Hello,\n\n{STREET}\n\nBest regards\nMia")
    assert mail.say("Yes\n\nBest, Mia").endswith(f"now goes to {STREET}.")
    text = Talk("s1", channel="sms", address="+12025550143")
    assert "What is the new delivery address?" in text.say("change the address of A-10347")
    assert codes(store) == []
    assert "六位" in Talk("e2", channel="email", address=MIA).say("修改地址 A-10344"), "a mail that nobody vouches for is no proof"
    assert Talk("e3", channel="email", address="eve@customer.example", meta={"verified": True}).say("change the address of A-10344") != ""
    assert {m.address for m in codes(store)} == {MIA}


def test_another_ones_order_is_not_touched(shop: Shop, store: Store) -> None:
    talk = Talk()
    talk.say("change the address of A-10344")
    talk.say("111111")
    assert "a colleague will go on" in talk.say("222222")
    assert talk.head.owner == "queue"
    assert "Identity: not proven" in talk.summary()
    assert shop.paths() == ["orders/contact"]


def test_codes_are_limited_and_a_blocked_address_gets_none(shop: Shop, store: Store) -> None:
    for n in range(3):
        Talk(f"w{n}").say("change the address of A-10344")
    fourth = Talk("w9")
    assert "Too many codes" in fourth.say("change the address of A-10344")
    assert (fourth.head.owner, len(codes(store))) == ("queue", 3)
    identities.block("email", "li@customer.example", "bounced", T0)
    assert "could not make sure" in Talk("w10").say("change the address of A-10346")


class TestOnTheWay:
    def test_it_is_left_and_nothing_was_changed(self, shop: Shop) -> None:
        talk = Talk()
        talk.say("return A-10343")
        assert talk.say("never mind").startswith("All right")
        assert (talk.head.flow, talk.head.owner) == ("", "bot")

    def test_a_question_in_the_middle_is_answered_and_it_goes_on(self, shop: Shop) -> None:
        talk = Talk()
        talk.say("where is my order?")
        talk.say("yes")
        assert talk.say("how long does delivery take?") == (
            "The article delivery-time.\n\nWhat is your order number? It begins with A and has five digits, as A-10342."
        )
        assert "is on its way" in talk.say("A-10342")

    @pytest.mark.parametrize("words", ["I want to talk to a person", "人工", "there is a fire"])
    def test_a_person_at_any_time_with_what_was_gathered(self, shop: Shop, store: Store, words: str) -> None:
        talk = Talk()
        talk.say("change the address of A-10344")
        talk.say(digits(codes(store)[0]))
        assert talk.say(words) == "A person will answer."
        assert (talk.head.owner, talk.head.flow) == ("queue", "")
        assert talk.summary().endswith("not finished. Order number: A-10344. Identity: proven.")

    def test_two_misses_call_a_person(self, shop: Shop) -> None:
        talk = Talk()
        talk.say("where is my order?")
        talk.say("yes")
        assert "I found no order number" in talk.say("what would that be, I wonder, and where could it be written down")
        assert "a colleague will go on" in talk.say("I really do not know where to find anything like that here")
        assert (talk.head.owner, talk.head.queue) == ("queue", "orders")

    def test_a_picture_in_the_middle_goes_to_a_person_with_what_was_gathered(self, shop: Shop) -> None:
        talk = Talk()
        talk.say("where is my order?")
        talk.say("yes")
        talk.say("", meta={"attachments": [{"name": "x.png"}]})
        assert talk.head.owner == "queue"
        assert 'Self-service "Order status"' in talk.summary()

    def test_an_address_in_two_messages_waits_for_the_second(self, shop: Shop, store: Store) -> None:
        talk = Talk()
        talk.say("change the address of A-10344")
        talk.say(digits(codes(store)[0]))
        assert talk.say("12 Green Lane") == "waits"
        assert talk.say("10115 Berlin") == "waits"
        paused = keys.message_item(talk.last) | {"paused": {"BOOL": True}}
        assert turn.handle(paused, None) == "answered"
        assert "New address: 12 Green Lane 10115 Berlin" in talk.heard()[-1].text

    def test_it_expires(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        talk = Talk()
        talk.say("where is my order?")
        later = T0 + 31 * 60_000
        monkeypatch.setattr(turn, "now", lambda: later)
        assert talk.say("and my number would be A-10342 I think, is it not?", at=later) == "A person will answer."


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
        event = next(e for _, e in table.read_thread("w1").events if e.kind == "escalated")
        assert event.detail["facts"]["language"] == "zh"
        assert event.detail["reason_zh"] == "自助服务“查询订单”：办理失败"

    def test_an_undeclared_outcome_and_a_missing_field_are_failures(self, shop: Shop) -> None:
        shop.bad = [(200, {}, b'{"outcome": "refunded"}')]
        assert Talk("w1").say("where is my order A-10342?").startswith("I am sorry")
        shop.bad = [(200, {}, b'{"outcome": "done", "fields": {"status": "<b>x</b>"}}')]
        assert Talk("w2").say("where is my order A-10342?").startswith("I am sorry")

    def test_an_unknown_order_is_asked_again_once(self, shop: Shop) -> None:
        talk = Talk()
        assert talk.say("where is my order A-99999?").startswith("I know no order A-99999.")
        talk.say("A-99998")
        assert talk.head.owner == "queue"

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
                table.save(model.claimed(table.save(model.escalated(before, "x", HAND_OVER, T0)), "ann", T0))
            return real(*args)

        monkeypatch.setattr(endpoint, "call", person_first)
        assert talk.say("A-10342") == "seen"
        assert (talk.head.agent, len(talk.heard())) == ("ann", 1)


def test_the_head_stays_within_one_write_unit(shop: Shop, store: Store) -> None:
    talk = Talk("w" + "a" * 26, name="Mia Maximilian Example")
    talk.say("please change the address of my last order, which is A-10344, as I have moved to another town")
    talk.say(digits(codes(store)[0]))
    talk.say("12 Green Lane, Building 7, Third Floor, 10115 Berlin, Germany")
    (head,) = (i for i in store.items() if i["type"]["S"] == "head")
    size = sum(len(name) + len(str(next(iter(value.values()))).encode()) for name, value in head.items())
    assert size < 1_024
    assert talk.head.flow


def test_no_injection_starts_an_action(shop: Shop) -> None:
    """Nor gets into one: test_action_flow."""
    strings = [str(entry["value"]) for entry in json.loads((HOSTILE / "prompt-injection.json").read_text("utf-8"))["strings"]]
    for number, text in enumerate(strings):
        talk = Talk(f"w{number}")
        talk.say(text)
        assert not talk.head.flow, text
    assert shop.calls == []


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("has A-10342 shipped yet?", "order-status"),
        ("status of A-10342 please", "order-status"),
        ("麻煩查一下 A-10342", "order-status"),
        ("I'd like to give A-10343 back", "return"),
        ("我想退掉A-10343", "return"),
        ("A-10344: wrong delivery address", "change-address"),
        ("帮我把A-10344的地址改一下", "change-address"),
        ("A-10342 receipt", "invoice-copy"),
        ("我要補開發票 A-10342", "invoice-copy"),
        ("A-10342 is cold and tastes of nothing", ""),
        ("status and receipt of A-10342", ""),
    ],
)
def test_beside_a_number_a_phrase_is_enough(shop: Shop, text: str, action: str) -> None:
    Talk("e1", channel="email", address=MIA, meta={"verified": True}).say(text)
    assert [body["action"] for _, _, body in shop.calls][:1] == ([action] if action else [])


class TestRules:
    """The shipped table, with the bot's own ear."""

    @pytest.mark.parametrize(
        "text", ["A-10342", "2", "123456", STREET, "yes", "no", "是的", "上海市黄浦区南京东路100号", "我不喜歡", "stop", "it is damaged"]
    )
    @pytest.mark.parametrize("known", [{}, {"tier": "vip"}, {"channel": "email"}, {"misses": 1}], ids=str)
    def test_a_value_hands_nothing_over(self, text: str, known: dict[str, Any]) -> None:
        assert isinstance(ask(text, under_way=True, **known), Answer)

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("A-10342, and I want to talk to a person", "asked-for-person"),
            ("转人工", "asked-for-person"),
            ("12 Green Lane. I had an allergic reaction to your tea", "urgent-safety"),
            ("this is fraud, I did not order A-10342", "urgent-fraud"),
            ("你们这些骗子，气死我了！！", "upset"),
        ],
    )
    def test_whoever_needs_a_person_gets_one(self, text: str, rule: str) -> None:
        decided = ask(text, under_way=True)
        assert isinstance(decided, Escalation)
        assert decided.rule == rule
