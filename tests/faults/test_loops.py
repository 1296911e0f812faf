"""Robots that answer each other: two Baton stacks, out-of-office robots with and without the right headers, a mailing list.

A post office on loopback carries every mail that a stack sends to whoever it is addressed to: the other stack's SMTP entrance, or
a robot. It would go on for a thousand rounds. Each side may send two automatic mails, then there is silence.
"""

from __future__ import annotations

import re
import secrets
import smtplib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import httpx
import pytest

from chalicelib.conversations import ids, keys, memory
from infra.local import mails
from infra.local.house import Addresses, house
from tests.conftest import Stack
from tests.stack.webhooks import Entrance

pytestmark = pytest.mark.slow

MOST = 2  # automatic mails of each side
ROUNDS = 1000
QUIET = 1.0  # seconds in which nothing is left to be done and no mail comes
PATIENCE = 60.0
QUESTION = "How long does shipping take?"
AWAY = "I am on holiday until Monday. For urgent matters write to my colleague."

Letter = tuple[str, list[str], bytes]  # envelope sender, recipients, the mail


@dataclass
class House:
    addresses: Addresses
    carried: set[str] = field(default_factory=set)
    taken: int = 0

    @property
    def support(self) -> str:
        return self.addresses.support_address

    def new_mails(self) -> list[tuple[str, bytes]]:
        """(recipient, raw) of what was sent since the last call."""
        shown = httpx.get(f"{self.addresses.mailbox}/state", timeout=60).raise_for_status().json()["mails"]
        fresh = [m for m in shown if m["direction"] == "out" and m["id"] not in self.carried]
        self.carried |= {m["id"] for m in fresh}
        return [(m["people"][0], httpx.get(f"{self.addresses.mailbox}/messages/{m['id']}/raw").content) for m in fresh]

    def take(self, letter: Letter) -> None:
        sender, recipients, raw = letter
        self.taken += 1
        host, _, port = self.addresses.smtp.partition(":")
        with smtplib.SMTP(host, int(port), timeout=60) as server:
            server.sendmail(sender, recipients, raw)

    def unfinished(self) -> int:
        """Letters not stored yet, mails that nobody decided about, answers not written, ours on their way or not fetched here."""
        items = Entrance(Stack(self.addresses)).items()
        messages = {(m.thread, m.id): m for m in (keys.message(i) for i in items if i["type"]["S"] in ("incoming", "outgoing"))}
        heads = {c.thread: c for c in (keys.conversation(i) for i in items if i["type"]["S"] == "head")}
        theirs = [m for m in messages.values() if m.direction == "incoming"]
        ours = [m for m in messages.values() if m.direction == "outgoing"]
        decided = {m.id: memory.outcome(heads[m.thread].recent, m.id) for m in theirs if m.thread in heads}
        undecided = [m for m in theirs if m.by != "robot" and not decided.get(m.id)]
        unwritten = [m for m in theirs if decided.get(m.id) == "answered" and (m.thread, ids.answer(m.id)) not in messages]
        leaving = [m for m in ours if m.state in ("pending", "sending", "sent")]
        arrived = [m for m in ours if m.state == "delivered"]
        return (self.taken - len(theirs)) + len(undecided) + len(unwritten) + len(leaving) + abs(len(arrived) - len(self.carried))


@dataclass
class PostOffice:
    """`others`: what becomes of a mail to an address that is no house's: the letters that its owner writes then."""

    houses: list[House]
    others: dict[str, Callable[[bytes], list[Letter]]] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)  # automatic mails, by who wrote them to whom
    strips: bool = False  # the signs of robots are lost on the way

    def carry(self) -> int:
        done = 0
        for sender in self.houses:
            for recipient, raw in sender.new_mails():
                done += 1
                self.written[f"{sender.support} -> {_plain(recipient)}"] += 1
                for letter in self._at(recipient, _without_signs(raw) if self.strips else raw):
                    self._deliver(letter)
        return done

    def until_silence(self) -> None:
        since, deadline = time.monotonic(), time.monotonic() + PATIENCE
        while time.monotonic() - since < QUIET:
            if self.carry() or any(h.unfinished() for h in self.houses):
                since = time.monotonic()
            assert self.written.total() < ROUNDS
            assert time.monotonic() < deadline, f"no silence: {self.written}"
            time.sleep(0.2)

    def post(self, letter: Letter) -> None:
        self._deliver(letter)
        self.until_silence()

    def _at(self, recipient: str, raw: bytes) -> list[Letter]:
        if recipient in self.others:
            return self.others[recipient](raw)
        return [("0100018f-bounce@eu-central-1.amazonses.example", [recipient], raw)]

    def _deliver(self, letter: Letter) -> None:
        for house_ in self.houses:
            if any(address.endswith("@" + house_.support.partition("@")[2]) for address in letter[1]):
                house_.take(letter)


def _without_signs(raw: bytes) -> bytes:
    return re.sub(rb"^(?:Auto-Submitted|X-Auto-Response-Suppress):.*\r?\n", b"", raw, flags=re.MULTILINE)


def _plain(address: str) -> str:
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0]}@{domain}"


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[House]]:
    with house(_folder(tmp_path_factory)) as one, house(_folder(tmp_path_factory), support="help@teapot.example") as two:
        yield [House(one), House(two)]


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("house")


@pytest.fixture
def office(houses: list[House]) -> PostOffice:
    for h in houses:
        h.new_mails()  # what an earlier test left
    return PostOffice(houses)


def write(sender: str, to: str, subject: str, text: str, **headers: str) -> Letter:
    """Headers by name with `_` for `-`."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{secrets.token_hex(8)}@{sender.partition('@')[2]}>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return sender, [to], mail.as_bytes()


def away(address: str, to: str, honest: bool) -> Callable[[bytes], list[Letter]]:
    """A robot that answers every mail: to where it came from, or to where answers are asked for."""

    def answer(raw: bytes) -> list[Letter]:
        mail = mails.parse(raw)
        there = parseaddr(str(mail[to]))[1]
        signs = {"Auto_Submitted": "auto-replied", "In_Reply_To": str(mail["Message-ID"]).strip()} if honest else {}
        return [write(address, there, f"Re: {mail['Subject']}", AWAY, **signs)]

    return answer


@pytest.mark.parametrize("to", ["From", "Reply-To"])
@pytest.mark.parametrize("honest", [True, False], ids=["honest", "without-a-sign"])
def test_an_out_of_office_robot(office: PostOffice, honest: bool, to: str) -> None:
    customer, us = f"mia-{secrets.token_hex(4)}@customer.example", office.houses[0].support
    office.others[customer] = away(customer, to, honest)
    office.post(write(customer, us, "Shipping", QUESTION))
    assert 1 <= office.written[f"{us} -> {customer}"] <= (1 if honest else MOST)


@pytest.mark.parametrize("stripped", [False, True], ids=["as-sent", "headers-stripped-on-the-way"])
def test_two_stacks(office: PostOffice, stripped: bool) -> None:
    """Somebody puts one's address into the other's contact form. On the way a gateway may even take the robots' signs away."""
    one, two = office.houses
    office.strips = stripped
    office.post(write(two.support, one.support, "A question", "How can I return something?" if stripped else QUESTION))
    told = {pair: count for pair, count in office.written.items() if one.support in pair and two.support in pair}
    assert told, "the first mail is answered, or this shows nothing"
    assert max(told.values()) <= MOST, told
    assert len(told) <= 2


@pytest.mark.parametrize("honest", [True, False], ids=["list", "mere-alias"])
def test_a_mailing_list_that_we_are_on(office: PostOffice, honest: bool) -> None:
    """It sends everything that it gets to all members, our own answers as well. An alias does so without a sign."""
    us, list_address = office.houses[0].support, f"tea-{secrets.token_hex(4)}@lists.example"
    signs = b"List-Id: <tea.lists.example>\r\nPrecedence: list\r\nList-Unsubscribe: <mailto:off@lists.example>\r\n" if honest else b""

    def expand(raw: bytes) -> list[Letter]:
        return [("owner-tea@lists.example", [us], signs + raw)]

    member = f"li-{secrets.token_hex(4)}@customer.example"
    office.others[list_address] = expand
    office.others[member] = lambda _raw: []
    _, _, first = write(member, list_address, "Shipping", QUESTION, Reply_To=list_address)
    for letter in expand(first):
        office.post(letter)
    count = office.written[f"{us} -> {list_address}"] + office.written[f"{us} -> {member}"]
    assert count <= (0 if honest else MOST)
