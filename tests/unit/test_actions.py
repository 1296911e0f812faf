"""Self-service in the bot's turn: what is called and told, and whose order it is."""

from __future__ import annotations

import re

import pytest

from chalicelib import settings
from chalicelib.bot.messages import turn
from chalicelib.conversations import keys
from chalicelib.customers import identities, proofs, verification
from tests.unit.action_shop import Shop
from tests.unit.action_talk import MIA, STREET, Talk, codes, digits, open_for_business  # noqa: F401 - a fixture among them
from tests.unit.conftest import T0, Store


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
    assert "Green Lane" not in talk.head.flow, "only the order is remembered"
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
    assert talk.say("上海市黄浦区南京东路100号，三楼左手边，靠近地铁站").startswith("请核对：修改收货地址\n订单号：A-10346")
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
    assert "Would you like one of us" in talk.say("222222")
    assert "a colleague will look at it" in talk.say("333333")
    assert talk.head.owner == "queue"
    assert "Identity: not proven" in talk.summary()
    assert shop.paths() == ["orders/contact"]


def test_an_address_that_gets_no_mail_gets_no_code(shop: Shop, store: Store) -> None:
    identities.block("email", "li@customer.example", "bounced", T0)
    talk = Talk()
    assert "no other address of order A-10346" in talk.say("change the address of A-10346")
    assert (codes(store), talk.head.owner) == ([], "bot")
    talk.say("yes")
    assert talk.head.owner == "queue"


class TestLimits:
    """What one customer uses up is her own."""

    def test_strangers_keep_no_owner_from_her_code(self, shop: Shop, store: Store) -> None:
        for n in range(20):
            stranger = Talk(f"w{n}", meta={"network": "a"})
            for _ in range(4):
                stranger.say("change the address of A-10344")
                stranger.say("stop")
        assert len(codes(store)) == verification.OF_NETWORK
        owner = Talk("w99", meta={"network": "b"})
        assert "I have sent a code" in owner.say("change the address of A-10344")
        assert owner.say(digits(*codes(store, "w99"))).startswith("What is the new delivery address?")

    def test_who_is_refused_hears_how_long_and_stays_with_the_bot(self, shop: Shop, store: Store) -> None:
        for n in range(verification.TO_ADDRESS):
            Talk(f"w{n}", meta={"network": f"n{n}"}).say("change the address of A-10344")
        late = Talk("w99", meta={"network": "z"})
        said = late.say("change the address of A-10344")
        assert "No code can be sent to m•••@c•••.example just now" in said
        assert re.search(r"In \d+ minutes it works again", said)
        assert (late.head.owner, len(codes(store))) == ("bot", verification.TO_ADDRESS)
        early = Talk("w0", meta={"network": "n0"})
        early.number = 1
        assert "your last one is still good" in early.say("send it again")
        (code,) = codes(store, "w0")
        assert early.say(digits(code)).startswith("What is the new delivery address?")

    def test_an_hour_later_it_works_again(self, shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        talk = Talk()
        talk.say("change the address of A-10344")
        for _ in range(3):
            said = talk.say("send it again")
        assert "still good" in said
        later = T0 + settings.HOUR
        monkeypatch.setattr(turn, "now", lambda: later)
        talk.say("change the address of A-10344", at=later)
        assert len(codes(store)) == 4


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
        assert (talk.head.owner, '"step":"done"' in talk.head.flow) == ("queue", True)
        assert talk.summary().endswith("not finished. Order number: A-10344. Identity: proven.")

    def test_two_misses_call_a_person(self, shop: Shop) -> None:
        talk = Talk()
        talk.say("where is my order?")
        talk.say("yes")
        assert "I found no order number" in talk.say("such a thing was never mentioned to any customer, I think")
        assert "a colleague will go on" in talk.say("green tea is better than black tea in the evening")
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


def test_the_head_stays_within_one_write_unit(shop: Shop, store: Store) -> None:
    talk = Talk("w" + "a" * 26, name="Mia Maximilian Example")
    talk.say("please change the address of my last order, which is A-10344, as I have moved to another town")
    talk.say(digits(codes(store)[0]))
    talk.say("12 Green Lane, Building 7, Third Floor, 10115 Berlin, Germany")
    (head,) = (i for i in store.items() if i["type"]["S"] == "head")
    size = sum(len(name) + len(str(next(iter(value.values()))).encode()) for name, value in head.items())
    assert size < 1_024
    assert talk.head.flow
