"""Providers deliver at least once and in no order: each webhook five times at the same moment, and every order of a few."""

from __future__ import annotations

import itertools
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.sync.client import connect

from chalicelib.channels.tags import tagged
from chalicelib.conversations.model import Message
from tests.conftest import Stack
from tests.people import Visitor, eventually
from tests.stack.webhooks import TIMES, Books, Entrance, about, at_once, letter, sent_message, settled, vectors

pytestmark = [pytest.mark.stack, pytest.mark.slow]

QUESTION = "How long does shipping take?"
PERSON = "I want to talk to a person, please."
SCENARIO = (QUESTION, PERSON, "It is about order 1001.")  # ends with a person, in whatever order it arrives
ORDERS = list(itertools.permutations(range(len(SCENARIO))))


@pytest.fixture
def entrance(stack: Stack) -> Entrance:
    return Entrance(stack)


def is_answered(books: Books) -> bool:
    """One question, one answer, and nothing more."""
    return (
        (len(books.incoming), len(books.outgoing)) == (1, 1)
        and len(books.threads) == 1
        and books.outgoing[0].state in ("sent", "delivered")
    )


class TestFiveTimesAtOnce:
    def test_a_mail(self, stack: Stack, entrance: Entrance) -> None:
        mailer = stack.mailer()
        told = entrance.mail(letter(mailer.address, mailer.support, "Shipping", QUESTION))
        at_once([lambda: entrance.publish("MailTopic", told)] * TIMES)
        first = settled(lambda: entrance.books(mailer.address), is_answered)
        entrance.publish("MailTopic", told)  # and once more, long after the answer
        assert settled(lambda: entrance.books(mailer.address), is_answered).incoming == first.incoming
        assert len(mailer.inbox()) == 1

    def test_an_sms(self, stack: Stack, entrance: Entrance) -> None:
        phone = stack.phone()
        form = entrance.text(phone.number, QUESTION)
        answers = at_once([lambda: entrance.twilio(form)] * TIMES)
        assert {(a.status_code, a.text) for a in answers} == {(200, answers[0].text)}
        first = settled(lambda: entrance.books(phone.number), is_answered)
        assert entrance.twilio(form).status_code == 200
        assert settled(lambda: entrance.books(phone.number), is_answered).incoming == first.incoming
        assert len(phone.inbox()) == 1

    def test_a_chat_frame_from_five_tabs(self, stack: Stack, entrance: Entrance) -> None:
        visitor = stack.visitor()
        frame = {"action": "message", "id": f"visitor-{secrets.token_hex(6)}", "text": QUESTION, "token": visitor.session["token"]}
        stored = at_once([lambda: _stored_by_a_tab(visitor, frame)] * TIMES)
        assert len({reply["at"] for reply in stored}) == 1, "every tab is told the time of the one stored message"
        visitor.connect()
        settled(lambda: entrance.books(visitor.address), lambda books: (len(books.incoming), len(books.outgoing)) == (1, 1))
        assert [m["by"] for m in visitor.replay()] == ["you", "bot"]

    def test_an_agents_reply(self, stack: Stack) -> None:
        visitor, agent = stack.visitor(), stack.agent()
        visitor.say(PERSON)
        held = agent.claim(visitor.address)
        body = {"id": f"reply-{secrets.token_hex(6)}", "text": "Here I am."}
        replies = at_once([lambda: agent.call("POST", f"conversations/{held['id']}/replies", body)] * TIMES)
        assert {r.status_code for r in replies} <= {200, 201, 409}
        assert sum(r.status_code == 201 for r in replies) == 1
        eventually(lambda: "Here I am." in [m["text"] for m in visitor.replay()])
        assert [m["text"] for m in visitor.replay()].count("Here I am.") == 1
        agent.resolve_all()


class TestEveryOrder:
    """The end is the same whatever came first: all stored once, in one thread, in the customer's order where it is known."""

    def test_mails_of_one_chain(self, stack: Stack, entrance: Entrance) -> None:
        """A reply that arrives before the mail that it replies to; each mail twice. A customer for each order."""
        start = datetime.now(UTC) - timedelta(minutes=5)
        people = {order: stack.mailer() for order in ORDERS}
        for order, mailer in people.items():
            ids = [f"<{n}.{secrets.token_hex(6)}@customer.example>" for n in range(len(SCENARIO))]
            told = []
            for n, text in enumerate(SCENARIO):
                subject = "Order" if n == 0 else "Re: Order"
                mail = letter(mailer.address, mailer.support, subject, text, message_id=ids[n], references=ids[:n])
                told.append(entrance.mail(mail, start + timedelta(minutes=n)))
            for n in (*order, *reversed(order)):
                entrance.publish("MailTopic", told[n])
        for books in _ends(entrance, [mailer.address for mailer in people.values()]):
            assert books.texts == list(SCENARIO), "in the order in which they were written"

    def test_texts_of_one_phone(self, stack: Stack, entrance: Entrance) -> None:
        phones = {order: stack.phone() for order in ORDERS}
        for order, phone in phones.items():
            forms = [entrance.text(phone.number, text) for text in SCENARIO]
            for n in (*order, *reversed(order)):
                assert entrance.twilio(forms[n]).status_code == 200
        for books in _ends(entrance, [phone.number for phone in phones.values()]):
            assert sorted(books.texts) == sorted(SCENARIO)

    def test_frames_of_one_visitor(self, stack: Stack, entrance: Entrance) -> None:
        visitors = {order: stack.visitor() for order in ORDERS}
        for order, visitor in visitors.items():
            ids = [f"visitor-{n}-{secrets.token_hex(4)}" for n in range(len(SCENARIO))]
            for n in (*order, *reversed(order)):
                visitor.say(SCENARIO[n], ids[n])
        ends = _ends(entrance, [visitor.address for visitor in visitors.values()])
        for visitor, books in zip(visitors.values(), ends, strict=True):
            assert sorted(books.texts) == sorted(SCENARIO)
            assert [m["id"] for m in visitor.replay()] == [m.id for m in books.messages]

    def test_what_ses_tells_of_a_mail(self, entrance: Entrance) -> None:
        """Delivered, then bounced after all: in whatever order it is told, the address takes nothing more."""
        events = {v["id"]: v["event"] for v in vectors("ses/sending-events.json", "events")}
        told = [events[name] for name in ("delivery-eventType", "delivery-delay", "bounce-permanent-general-eventType")]
        orders = list(itertools.permutations(told))
        sent = [sent_message(entrance, "email", f"{secrets.token_hex(4)}@customer.example") for _ in orders]
        for message, order in zip(sent, orders, strict=True):
            for event in (*order, *reversed(order)):
                entrance.publish("MailEventsTopic", about(event, message))
        _all_end(entrance, sent, ("bounced", "bounced"))

    def test_what_twilio_tells_of_a_text(self, entrance: Entrance) -> None:
        orders = list(itertools.permutations(("sent", "undelivered", "delivered")))
        sent = [sent_message(entrance, "sms", f"+1202{secrets.randbelow(8_000_000) + 2_000_000}") for _ in orders]
        for message, order in zip(sent, orders, strict=True):
            path = f"sms/twilio/status?thread={message.thread}&message={tagged(message.id)}"
            for state in (*order, *reversed(order)):
                form = {"MessageSid": "SM" + "1" * 32, "MessageStatus": state, "To": message.address, "ErrorCode": "30003"}
                assert entrance.twilio(form, path).status_code == 204
        _all_end(entrance, sent, ("delivered", ""))


def _all_end(entrance: Entrance, sent: list[Message], end: tuple[str, str]) -> None:
    """(state, why the address takes nothing more) of each message."""

    def look() -> set[tuple[str, str]]:
        items = entrance.items()
        return {(entrance.message(m, items).state, entrance.blocked(m.channel, m.address, items)) for m in sent}

    settled(look, lambda ends: ends == {end})


def _ends(entrance: Entrance, addresses: list[str]) -> list[Books]:
    """How it ended for each customer, once it has ended for all."""

    def look() -> list[Books]:
        items = entrance.items()
        return [entrance.books(address, items) for address in addresses]

    return settled(look, lambda found: all(map(_is_handed_over, found)))


def _is_handed_over(books: Books) -> bool:
    replies = [m.id for m in books.outgoing]
    return (
        len(books.incoming) == len(SCENARIO) and len(books.threads) == 1 and books.owners == ["queue"] and len(replies) == len(set(replies))
    )


def _stored_by_a_tab(visitor: Visitor, frame: dict[str, Any]) -> dict[str, Any]:
    with connect(f"{visitor.session['socket']}?token={visitor.session['token']}", open_timeout=60) as socket:
        socket.send(json.dumps(frame))
        while True:
            heard: dict[str, Any] = json.loads(socket.recv(timeout=30))
            if heard["type"] == "stored":
                return heard
