"""An address is proven by six digits that were sent there, and by nothing else; the answers tell nobody who is known here."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from msgspec import to_builtins

from chalicelib.aws import push
from chalicelib.channels import CHANNELS, delivery
from chalicelib.channels.email import parse, render
from chalicelib.channels.email import thread as email_thread
from chalicelib.channels.webchat import adapter
from chalicelib.conversations import keys, table
from chalicelib.conversations.model import Message
from chalicelib.customers import identities, verification
from chalicelib.governance import limits
from tests import resets
from tests.unit.conftest import T0, Store

MAIL, PHONE = "ann@customer.example", "+12025550143"
Frames = list[dict[str, Any]]


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch, store: Store) -> Frames:
    pushed: Frames = []
    monkeypatch.setattr(push, "post", lambda _, frame: pushed.append(to_builtins(frame)) or True)
    monkeypatch.setenv("SUPPORT_ADDRESS", "support@shop.example")
    monkeypatch.setenv("SMS_NUMBER", "+12025550199")
    monkeypatch.setenv("BUSINESS", "Lantern Tea")
    resets.forget_limits()
    return pushed


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What the providers get."""
    taken: list[Message] = []

    class Provider:
        @staticmethod
        def send(message: Message) -> str:
            taken.append(message)
            return "provider-id"

    for channel in ("email", "sms"):
        monkeypatch.setitem(CHANNELS, channel, Provider)
    return taken


class Visitor:
    def __init__(self, frames: Frames, source: str = "") -> None:
        session = adapter.session("", T0)
        self.name, self.token, self.frames, self.asked = session["visitor"], session["token"], frames, 0
        self.source = source

    def tell(self, action: str, now: int = T0, **frame: Any) -> dict[str, Any]:
        self.asked += 1
        whole = {"action": action, "token": self.token, "id": f"client-{self.asked:04d}", **frame}
        adapter.receive(json.dumps(whole), self.name, now, self.source)
        return self.frames[-1]


@pytest.fixture
def visitor(frames: Frames) -> Visitor:
    return Visitor(frames)


def deliver(store: Store) -> None:
    for record in store.stream():
        item = record["dynamodb"]["NewImage"]
        if (record["eventName"], item["type"]["S"]) == ("INSERT", "outgoing"):
            assert delivery.handle(item, None) == "sent"


def digits(message: Message) -> str:
    found = re.search(r"\b\d{6}\b", message.text)
    assert found
    return found[0]


def overtaken(real: Callable[..., Any], first: Callable[[], Any]) -> Callable[..., Any]:
    """A function before whose first call somebody else does something."""
    waiting = [first]

    def call(*args: Any, **more: Any) -> Any:
        if waiting:
            waiting.pop()()
        return real(*args, **more)

    return call


@pytest.mark.parametrize(("typed", "channel", "address"), [(" Ann@Customer.example ", "email", MAIL), ("(202) 555-0143", "sms", PHONE)])
def test_a_code_that_comes_back_proves_the_address(
    store: Store, visitor: Visitor, sent: list[Message], typed: str, channel: str, address: str
) -> None:
    assert visitor.tell("contact", address=typed)["type"] == "contact"
    deliver(store)
    assert [(m.channel, m.address) for m in sent] == [(channel, address)]
    wide = digits(sent[0]).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert visitor.tell("prove", T0 + 599_000, address=typed, code=f" {wide[:3]} {wide[3:]} ")["address"] == address
    assert visitor.frames[-1]["type"] == "proven"
    (proof,) = (keys.proof(i) for i in store.items() if i["type"]["S"] == "proof")
    assert (proof.channel, proof.address, proof.how) == (channel, address, "code")
    assert visitor.tell("prove", T0 + 3_600_000, address=typed, code="")["type"] == "proven"  # the answer had got lost


def test_the_code_stands_in_no_item_and_in_no_thread_of_the_visitor(store: Store, visitor: Visitor, sent: list[Message]) -> None:
    visitor.tell("contact", address=MAIL)
    deliver(store)
    assert digits(sent[0]) not in json.dumps(store.items())
    (stored,) = (keys.message(i) for i in store.items() if i["type"]["S"] == "outgoing")
    assert stored.thread.startswith("e")
    assert verification.HIDDEN in stored.text
    assert visitor.tell("replay", after=0)["messages"] == []


def test_a_wrong_code_an_old_one_and_another_visitors_prove_nothing(store: Store, visitor: Visitor, sent: list[Message]) -> None:
    visitor.tell("contact", address=MAIL)
    deliver(store)
    good = digits(sent[0])
    wrong = f"{(int(good) + 1) % 1_000_000:06d}"
    assert visitor.tell("prove", address=MAIL, code=wrong)["code"] == "forbidden"
    assert visitor.tell("prove", address="bob@customer.example", code=good)["code"] == "forbidden"
    assert Visitor(visitor.frames).tell("prove", address=MAIL, code=good)["code"] == "forbidden"
    assert visitor.tell("prove", T0 + 600_000, address=MAIL, code=good)["code"] == "forbidden"
    assert not [i for i in store.items() if i["type"]["S"] == "proof"]


def test_after_five_tries_even_the_right_code_is_refused_and_only_a_new_one_helps(
    store: Store, visitor: Visitor, sent: list[Message]
) -> None:
    visitor.tell("contact", address=MAIL)
    deliver(store)
    for _ in range(5):
        assert visitor.tell("prove", address=MAIL, code="000000x")["code"] == "forbidden"
    assert visitor.tell("prove", address=MAIL, code=digits(sent[0]))["code"] == "too_many"
    visitor.tell("contact", T0 + 1, address=MAIL)
    deliver(store)
    assert visitor.tell("prove", T0 + 2, address=MAIL, code=digits(sent[1]))["type"] == "proven"


def test_so_many_codes_an_hour_for_a_visitor(visitor: Visitor) -> None:
    for _ in range(verification.ASKED):
        assert visitor.tell("contact", address=MAIL)["type"] == "contact"
    refused = visitor.tell("contact", address=MAIL)
    assert refused["code"] == "too_many"
    assert 0 < refused["retry_after"] <= 3600
    for n in range(verification.OF_ASKER - verification.ASKED):
        assert visitor.tell("contact", address=f"a{n}@customer.example")["type"] == "contact"
    assert visitor.tell("contact", address="b@customer.example")["code"] == "too_many"
    assert visitor.tell("contact", T0 + 3_600_000, address=MAIL)["type"] == "contact"


def asked_by_many(frames: Frames, count: int, address: str, source: str = "") -> Counter[str]:
    """What as many new visitors are answered who each ask for one code."""
    answers: Counter[str] = Counter()
    for n in range(count):
        answer = Visitor(frames, source).tell("contact", address=address.format(n=n + 1000))
        answers[answer.get("code", answer["type"])] += 1
    return answers


def test_a_stranger_keeps_no_owner_from_her_code(visitor: Visitor) -> None:
    """New chats cost nothing, but they come from somewhere."""
    assert asked_by_many(visitor.frames, 40, MAIL, "203.0.113.7") == {
        "contact": verification.OF_NETWORK,
        "too_many": 40 - verification.OF_NETWORK,
    }
    owner = Visitor(visitor.frames, "198.51.100.7")
    for _ in range(verification.ASKED):
        assert owner.tell("contact", address=MAIL)["type"] == "contact"


def test_no_mailbox_is_flooded_by_many_networks(visitor: Visitor) -> None:
    answers: Counter[str] = Counter()
    for network in range(10):
        answers += asked_by_many(visitor.frames, 10, MAIL, f"203.0.{network}.7")
    assert answers["contact"] == verification.TO_ADDRESS


def test_one_network_does_not_use_up_the_texts_of_all(visitor: Visitor) -> None:
    asked = asked_by_many(visitor.frames, 30, "+1202555{n:04d}", "203.0.113.7")
    assert asked == {"contact": verification.TEXTS_OF_NETWORK, "too_many": 30 - verification.TEXTS_OF_NETWORK}
    assert Visitor(visitor.frames, "198.51.100.7").tell("contact", address=PHONE)["type"] == "contact"


def test_what_a_browser_says_of_its_network_does_not_count(visitor: Visitor) -> None:
    for n in range(verification.OF_NETWORK):
        Visitor(visitor.frames, "203.0.113.7").tell("contact", address=MAIL, network=f"made up {n}")
    assert Visitor(visitor.frames, "203.0.113.7").tell("contact", address=MAIL, network="another")["code"] == "too_many"


def test_a_network_is_kept_by_a_name_of_that_day(store: Store) -> None:
    mark = limits.mark("203.0.113", T0)
    assert mark == limits.mark("203.0.113", T0 + 60_000)
    assert mark not in (limits.mark("203.0.114", T0), limits.mark("203.0.113", T0 + 86_400_000))
    assert "203" not in mark
    assert limits.mark("", T0) == ""


def test_nobody_learns_whether_an_address_is_known_and_a_blocked_one_gets_nothing(
    store: Store, visitor: Visitor, sent: list[Message]
) -> None:
    identities.ensure("email", "known@customer.example", T0, "mail")
    identities.block("email", "blocked@customer.example", "complaint", T0)
    names = ("known", "unknown", "blocked")
    answers = [visitor.tell("contact", address=f"{name}@customer.example") for name in names]
    shapes = {json.dumps(a).replace(name, "X").replace(a["id"], "ID") for a, name in zip(answers, names, strict=True)}
    assert len(shapes) == 1
    deliver(store)
    assert [m.address.partition("@")[0] for m in sorted(sent, key=lambda m: m.address)] == ["known", "unknown"]


OURS = ["support@shop.example", "SUPPORT+eabc.def@shop.example"]
NO_MAIL = ["", "ann", "ann@", "@customer.example", "a@b.example, c@d.example", "a b@c.example", "ann@customer.example\r\nBcc: x@y.example"]
NO_PHONE = ["+4915112345678", "110", "+12", "9" * 400]


@pytest.mark.parametrize("address", [*OURS, *NO_MAIL, *NO_PHONE])
def test_what_we_cannot_or_must_not_write_to_is_refused(store: Store, visitor: Visitor, address: str) -> None:
    assert visitor.tell("contact", address=address)["code"] == "bad_request"
    assert not [i for i in store.items() if i["type"]["S"] == "outgoing"]


def test_the_same_frame_again_sends_no_second_code(store: Store, visitor: Visitor, sent: list[Message]) -> None:
    for n in range(2):
        visitor.tell("contact", T0 + n, address=MAIL, id="client-same")
    deliver(store)
    assert len(sent) == 1
    assert visitor.tell("prove", address=MAIL, code=digits(sent[0]))["type"] == "proven"


def test_the_same_frame_twice_at_once_sends_one_code_which_is_good(
    store: Store, visitor: Visitor, sent: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page asks again on a new connection while the first function still works."""
    first = overtaken(identities.blocked, lambda: visitor.tell("contact", T0 + 1, address=MAIL, id="same-id-1"))
    monkeypatch.setattr(identities, "blocked", first)
    assert visitor.tell("contact", T0 + 2, address=MAIL, id="same-id-1")["type"] == "contact"
    deliver(store)
    assert len(sent) == 1
    code = digits(sent[0])
    monkeypatch.setattr(
        verification, "check", overtaken(verification.check, lambda: visitor.tell("prove", T0 + 3, address=MAIL, code=code))
    )
    assert visitor.tell("prove", T0 + 4, address=MAIL, code=code)["type"] == "proven"
    assert [frame["type"] for frame in visitor.frames[-2:]] == ["proven", "proven"]


def test_texts_for_all_visitors_together_have_a_ceiling(visitor: Visitor) -> None:
    answers: Counter[str] = Counter()
    for n in range(verification.TEXTS + 5):
        answer = Visitor(visitor.frames).tell("contact", address=f"+1202555{n + 1000:04d}")
        answers[answer.get("code", answer["type"])] += 1
    assert answers == {"contact": verification.TEXTS, "too_many": 5}


def test_codes_are_six_digits_and_spread_evenly(store: Store) -> None:
    made = [verification.code("w1", "email", MAIL, at) for at in range(2_000)]
    assert all(re.fullmatch(r"\d{6}", code) for code in made)
    assert len(set(made)) > 1_990
    firsts = Counter(code[0] for code in made)
    assert min(firsts.values()) > 140


def test_both_languages_say_the_same_things(store: Store, visitor: Visitor, sent: list[Message]) -> None:
    visitor.tell("contact", address=MAIL, language="zh-CN")
    visitor.tell("contact", address="b@customer.example", language="de")
    deliver(store)
    texts = {m.language: m.text for m in sent}
    assert texts.keys() == {"zh", "en"}
    assert all("Lantern Tea" in text and re.search(r"\d{6}", text) for text in texts.values())
    assert {m.subject for m in sent} == {"Your code for Lantern Tea", "Lantern Tea验证码"}


def test_a_codes_mail_answers_nothing_and_an_answer_to_it_joins_no_chat(store: Store, visitor: Visitor, sent: list[Message]) -> None:
    visitor.tell("contact", address=MAIL)
    deliver(store)
    mail = message_from_bytes(render.outgoing(sent[0], "support@shop.example", "Lantern Tea"), policy=default)
    assert mail["Subject"] == "Your code for Lantern Tea"
    assert mail["Auto-Submitted"]
    answer = parse.parse(f"From: {MAIL}\r\nTo: {mail['Reply-To']}\r\nMessage-ID: <x@y.example>\r\n\r\nWhat is this?".encode())
    thread = email_thread.thread_of(answer, MAIL, [mail["Reply-To"]], "support@shop.example", content_id="1", trusted=True)
    assert thread == sent[0].thread != visitor.name


def test_a_message_without_a_code_leaves_as_it_is(store: Store) -> None:
    m = Message("w1", "r+1", "outgoing", "email", T0, verification.HIDDEN, MAIL)
    assert verification.filled(m) is m
    table.record(m)


def test_a_stage_without_mail_asks_for_a_number(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no address to write from: asked again in a moment, it would have none either."""
    monkeypatch.delenv("SUPPORT_ADDRESS")
    refused = visitor.tell("contact", address=MAIL)
    assert (refused["type"], refused["code"], refused["message"]) == ("error", "bad_request", "give a telephone number: we send no mails")
