"""Three hundred messages over the three channels, each webhook delivered twice, functions killed at random meanwhile.

The oracles are the sinks (what really arrived at phones, mailboxes and browsers) and the table. SEED repeats a run's
choices; it is printed.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from chalicelib.aws import dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.channels.sms import adapter
from chalicelib.conversations import keys
from chalicelib.conversations.model import Message
from infra.local import mails
from infra.local.aws import session
from infra.local.smtp import SUBJECT
from tests.conftest import Stack
from tests.faults.clock import sweep
from tests.people import Mailer, Phone, Visitor, eventually

pytestmark = pytest.mark.slow

CUSTOMERS = 10  # of each channel
QUESTIONS = (
    "How long does shipping take?",
    "How can I return something?",
    "Which payment methods do you accept?",
    "How do I delete my account?",
    "Do you ship abroad?",
    "我想要发票",
    "How do I reset my password?",
    "What does shipping cost?",
    "怎么保存茶叶？",
    "How do I get an invoice?",
)
SEED = int(os.environ.get("SEED", secrets.randbelow(10**6)))
PATIENCE = 300.0
FUNCTIONS = ("BotAnswer", "Deliver", "Send")
BACK = 240  # seconds: a killed bot loads its encoder again
ENOUGH = 5  # kills of each function, or the test has shown nothing


@dataclass
class Killer:
    """Sends SIGKILL to the processes of the functions at random moments until it is stopped."""

    random: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.stopped.wait(self.random.uniform(0.05, 0.4)):
            function = self.random.choice(FUNCTIONS)
            victims = [pid for name, pid in workers() if name == function]
            if victims:
                try:
                    os.kill(self.random.choice(victims), signal.SIGKILL)
                except ProcessLookupError:
                    continue
                self.killed[function] += 1


def _parent(pid: int) -> int:
    """The fourth field of /proc/pid/stat; the second is a name in brackets that may hold anything."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def workers() -> list[tuple[str, int]]:
    """The running processes of these functions of this test's own stack, as (function, pid)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command, mine = (entry / "cmdline").read_text(), _parent(_parent(int(entry.name))) == os.getpid()
        except (OSError, ValueError):
            continue
        if mine and "ministack-lambda-" in command:
            found += [(name, int(entry.name)) for name in FUNCTIONS if f"-{name}-" in command]
    return found


@dataclass
class Cloud:
    """The local AWS as its services see it, with patience: it is busy on purpose."""

    stack: Stack

    def client(self, service: str) -> Any:
        patient = Config(read_timeout=240, retries={"total_max_attempts": 1})
        return session().client(service, endpoint_url=self.stack.addresses.aws, config=patient)


def chat(visitor: Visitor, order: list[str]) -> None:
    for n, question in enumerate(order):
        for _ in range(2):
            visitor.say(question, f"question-{n:04d}")


def text(phone: Phone, order: list[str]) -> None:
    for question in order:
        sent = phone.send(question)
        for _ in range(2 if sent["state"] != "delivered" else 1):
            phone.redeliver(sent["id"])


def mail(cloud: Cloud, address: str, order: list[str]) -> None:
    """As SES does it: the mail lies in the bucket, and the notification comes twice."""
    stack, s3, sns = cloud.stack, cloud.client("s3"), cloud.client("sns")
    outputs, now = stack.addresses.outputs, datetime.now(UTC)
    for question in order:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = address, stack.addresses.support_address, question[:30]
        letter["Message-ID"] = f"<{secrets.token_hex(8)}@customer.example>"
        letter.set_content(question)
        ses_id = mails.new_ses_id()
        raw = mails.received(letter.as_bytes(), ses_id, address, [stack.addresses.support_address], now)
        s3.put_object(Bucket=outputs["MailBucket"], Key=mails.PREFIX + ses_id, Body=raw)
        place = {"topicArn": outputs["MailTopic"], "bucketName": outputs["MailBucket"]}
        told = json.dumps(mails.notification(raw, ses_id, address, [stack.addresses.support_address], place=place, now=now))
        for _ in range(2):
            sns.publish(TopicArn=outputs["MailTopic"], Subject=SUBJECT, Message=told)


def items(cloud: Cloud) -> list[Item]:
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=cloud.stack.addresses.outputs["Table"])
    return [item for page in pages for item in page["Items"]]


@dataclass
class Books:
    """What the table says of this test's customers."""

    incoming: list[Message]
    outgoing: dict[tuple[str, str], Message]
    heads: dict[str, Any]

    def open(self) -> list[str]:
        """What is not settled yet, in words."""
        undecided = [
            f"{m.channel} {m.id}"
            for m in self.incoming
            if not {(m.thread, f"a+{m.id}"), (m.thread, f"h+{m.id}")} & set(self.outgoing)
            and self.heads.get(m.thread, {}).get("owner") not in ("queue", "agent")
        ]
        unsent = [f"{m.channel} {m.id} {m.state}" for m in self.outgoing.values() if m.state == "pending"]
        return undecided + unsent

    def of(self, address: str, *states: str) -> list[Message]:
        return [m for m in self.outgoing.values() if m.address == address and m.state in states]


def books(cloud: Cloud, addresses: set[str]) -> Books:
    found = items(cloud)
    messages = [keys.message(i) for i in found if i["type"]["S"] in ("incoming", "outgoing")]
    mine = [m for m in messages if m.address in addresses]
    heads = {dynamodb.decode(i)["pk"].removeprefix("T#"): dynamodb.decode(i) for i in found if i["type"]["S"] == "head"}
    outgoing = {(m.thread, m.id): m for m in mine if m.direction == "outgoing"}
    return Books([m for m in mine if m.direction == "incoming"], outgoing, heads)


def settled(cloud: Cloud, addresses: set[str]) -> Books:
    def look() -> Books | None:
        sweep(cloud.stack)  # brings what was killed as often as Lambda tries it
        now = books(cloud, addresses)
        return now if len(now.incoming) >= len(addresses) * len(QUESTIONS) and not now.open() else None

    try:
        return eventually(look, PATIENCE)
    except AssertionError:
        last = books(cloud, addresses)
        raise AssertionError(f"{len(last.incoming)} stored, {len(last.open())} open: {last.open()[:10]}") from None


def in_parallel(work: list[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(job) for job in work]:
            done.result()


def test_nothing_is_lost_or_said_twice_while_functions_are_killed(stack: Stack) -> None:
    print(f"\nSEED={SEED}")
    cloud = Cloud(stack)
    chance = random.Random(SEED)

    def order() -> list[str]:
        return chance.sample(QUESTIONS, len(QUESTIONS))

    visitors = [stack.visitor() for _ in range(CUSTOMERS)]
    phones = [stack.phone() for _ in range(CUSTOMERS)]
    mailers = [stack.mailer() for _ in range(CUSTOMERS)]
    for visitor in visitors:
        visitor.connect()
    addresses = {v.session["visitor"] for v in visitors} | {p.number for p in phones} | {m.address for m in mailers}
    jobs: list[Callable[[], None]] = [partial(chat, visitor, order()) for visitor in visitors]
    jobs += [partial(text, phone, order()) for phone in phones]
    jobs += [partial(mail, cloud, mailer.address, order()) for mailer in mailers]
    killer = Killer(chance)
    thread = threading.Thread(target=killer.run)
    thread.start()
    try:
        in_parallel(jobs)
        eventually(lambda: min(killer.killed[name] for name in FUNCTIONS) >= ENOUGH, BACK)
    finally:
        killer.stopped.set()
        thread.join()
    settled(cloud, addresses)
    eventually(lambda: not in_doubt_though_it_arrived(mailers, phones, books(cloud, addresses)), BACK)
    told = books(cloud, addresses)
    print(f"killed {dict(killer.killed)}; states {dict(Counter((m.channel, m.state) for m in told.outgoing.values()))}")

    once_each(told)
    phones_got_each_text_once(phones, told)
    mailboxes_got_each_mail_once(mailers, told)
    browsers_got_each_message(visitors, told)


def once_each(told: Books) -> None:
    """Every message stored once, and at most one answer of the bot to each."""
    stored = Counter((m.thread, m.id) for m in told.incoming)
    assert len(told.incoming) == 3 * CUSTOMERS * len(QUESTIONS)
    assert set(stored.values()) == {1}
    words = Counter((m.address, m.text) for m in told.incoming)
    assert set(words.values()) == {1}, "a redelivery was stored as a message of its own"
    answers = Counter((thread, message_id.partition("+")[2]) for thread, message_id in told.outgoing)
    assert set(answers.values()) == {1}, "answered and handed over"


def in_doubt_though_it_arrived(mailers: list[Mailer], phones: list[Phone], told: Books) -> list[str]:
    """A kill between the provider's yes and our note of it leaves "sending". The provider's events settle it; what never left stays
    in doubt for ten minutes, and is put before a person then (unit tests move that clock)."""
    wrong = []
    for address, got in [(p.number, p.inbox()) for p in phones] + [(m.address, [mail["text"] for mail in m.inbox()]) for m in mailers]:
        known = told.of(address, "sent", "delivered", "failed")
        for m in told.of(address, "sending"):
            alike = sum(other.text == m.text for other in known)
            if sum(m.text[:60] in text for text in got) > alike:
                wrong.append(f"{m.channel} {m.id}")
    return wrong


def phones_got_each_text_once(phones: list[Phone], told: Books) -> None:
    for phone in phones:
        sent = Counter(text for m in told.of(phone.number, "sent", "delivered") for text in adapter.texts(m))
        doubtful = Counter(text for m in told.of(phone.number, "sending", "failed") for text in adapter.texts(m))
        got = Counter(phone.inbox())
        assert not sent - got, "marked as sent, but it did not arrive"
        assert not got - sent - doubtful, "arrived more often than it was written"


def mailboxes_got_each_mail_once(mailers: list[Mailer], told: Books) -> None:
    for mailer in mailers:
        mine = told.of(mailer.address, "sending", "sent", "delivered", "failed")
        sent = len(told.of(mailer.address, "sent", "delivered"))
        got = eventually(lambda mailer=mailer, sent=sent: len(found := mailer.inbox()) >= sent and (found or True))
        arrived = len(got) if isinstance(got, list) else 0
        assert sent <= arrived <= len(mine), "a mail arrived more often than it was written"


def browsers_got_each_message(visitors: list[Visitor], told: Books) -> None:
    for visitor in visitors:
        ids = Counter(m["id"] for m in visitor.replay())
        assert set(ids.values()) == {1}
        expected = {m.id for m in (*told.incoming, *told.outgoing.values()) if m.thread == visitor.session["visitor"]}
        assert set(ids) == expected
