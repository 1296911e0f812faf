"""The scenes of a customer's day. Each is what some customer or agent would see; the names are those of the demo's articles."""

import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from baton_client.models import Conversation

from infra.demo.customers import Correspondent, DidNotHappenError, Phone, Visitor, wait_for
from infra.demo.desk import Desk
from infra.demo.story import Story

Json = dict[str, Any]

PATIENCE = 30.0  # seconds; cold functions on a busy machine
SILENCE = 1.5  # seconds in which a second answer would have come

CHAT = (
    ("Mia", "en", ("How do I return an item?", "How long does delivery take?", "Which payment methods do you accept?")),
    ("李薇", "zh", ("怎么退货？", "运费多少钱？")),
)
MAILS = (
    ("Delivery", "Hello,\n\nhow long does delivery take?\n\nNoor"),
    ("退货", "你好，\n\n怎么退货？\n\n谢谢"),
    ("Invoice", "Hi, I need an invoice for my company.\n\nBest regards\nNoor"),
)
TEXTS = ("How do I return an item?", "How can I pay?", "运费多少钱？")


@dataclass(frozen=True, slots=True)
class Day:
    """The scenes share the addresses and the story."""

    addresses: Json
    story: Story

    @property
    def pages(self) -> str:
        return str(self.addresses["phone"]).rpartition("/")[0]

    def play(self) -> None:
        for name, language, questions in CHAT:
            with self.story.scene(f"{name} asks in the web chat"), Visitor(self.addresses["site"], name, language) as visitor:
                self.chat(visitor, questions)
        with self.story.scene("Noor writes mails"):
            self.mail()
        with self.story.scene("SMS from a phone, and the provider delivers one twice"):
            self.sms()
        with self.story.scene("Mia looks after her orders by herself"), Visitor(self.addresses["site"], "Mia", "en") as visitor:
            self.orders(visitor)
        with self.story.scene("Mia asks for a person"), Visitor(self.addresses["site"], "Mia", "en") as visitor:
            self.person(visitor)
        with self.story.scene("Noor is not content with the bot's mail"):
            self.mail_to_person()
        with self.story.scene("The day's report"):
            self.report()

    def chat(self, visitor: Visitor, questions: tuple[str, ...]) -> None:
        for question in questions:
            self.story.tell("web chat", visitor.name, question)
            with self.story.timed("web chat") as took:
                visitor.ask(question)
                answer = visitor.next_message(PATIENCE)
            self.story.tell("web chat", "bot", answer["text"], took())
            self.story.check(answer["by"] == "bot" and bool(answer.get("link")), "no article answers that")
            self.story.check(_is_chinese(answer["text"]) == (visitor.language == "zh"), "the answer is in another language")

    def mail(self) -> None:
        for subject, text in MAILS:
            noor = Correspondent(self.pages)
            self.story.tell("e-mail", noor.address, text)
            with self.story.timed("e-mail") as took:
                noor.write(text, subject)
                answer = self._mail(noor, 1)
            self.story.tell("e-mail", "bot", answer["text"], took())
            self.story.check(answer["subject"] == f"Re: {subject}", f"the answer's subject is {answer['subject']}")

    def sms(self) -> None:
        for text in TEXTS:
            phone = Phone(self.pages)
            self.story.tell("SMS", phone.number, text)
            with self.story.timed("SMS") as took:
                name = phone.text(text)
                answer = wait_for(f"an SMS to {phone.number}", PATIENCE, phone.received)[0]
            self.story.tell("SMS", "bot", answer["text"], took())
        phone.redeliver(name)
        self.story.tell("SMS", "provider", "delivers the last SMS again")
        time.sleep(SILENCE)
        self.story.check(len(phone.received()) == 1, f"{len(phone.received())} answers to one SMS that was delivered twice")
        self.story.tell("SMS", phone.number, "has got one answer, not two")

    def orders(self, visitor: Visitor) -> None:
        """The shop behind it: infra/demo/shop.py. The code goes to the mailbox of the order's owner."""
        order = f"A-104{secrets.randbelow(20):02}"
        owner = Correspondent(self.pages, f"owner{order[-2:]}@customer.example")
        before = len(owner.received())
        self._said(visitor, "Where is my order A-10342?", "A-10342 is on its way")
        self._said(visitor, "I need to change my delivery address", "order number")
        self._said(visitor, order, "code of six digits")
        self._said(visitor, "I did not get it", "a new code")
        mail = wait_for("both codes by mail", PATIENCE, lambda: sorted(owner.received(), key=lambda m: m["at"])[before + 1 :])[-1]
        code = re.findall(r"\b\d{6}\b", mail["text"])[0]
        self.story.tell("e-mail", "bot", mail["text"])
        self._said(visitor, code, "new delivery address")
        street = f"{secrets.randbelow(900) + 100} Green Lane, second courtyard, 10115 Berlin"
        self._said(visitor, street, "Please check")
        self._said(visitor, "yes", street)

    def _said(self, visitor: Visitor, text: str, wanted: str) -> None:
        self.story.tell("web chat", visitor.name, text)
        visitor.ask(text)
        answer = visitor.next_message(PATIENCE)["text"]
        self.story.tell("web chat", "bot", answer)
        self.story.check(wanted in answer, f'"{wanted}" is not in the answer')

    def person(self, visitor: Visitor) -> None:
        wish = f"The tea set of my order {secrets.randbelow(900_000) + 100_000} arrived broken. I want to talk to a person, please."
        self.story.tell("web chat", visitor.name, wish)
        visitor.ask(wish)
        self.story.tell("web chat", "bot", visitor.next_message(PATIENCE)["text"])
        ann = self._desk("agent")
        self.story.tell("agent", ann.agent.name, "signs in")
        claimed = self._claim(ann, wish)
        summary = next((event.detail.summary for event in ann.read(claimed.id).events if event.kind == "escalated"), "")
        self.story.tell("agent", ann.agent.name, f"claims it ({claimed.queue}, {claimed.urgency}) and reads: {summary}")
        ann.note(claimed.id, uuid4().hex, "Broken tea set: send a new one, no return needed.")
        self.story.tell("agent", ann.agent.name, "notes for colleagues: send a new one, no return needed")
        began = time.monotonic()
        self._reply(ann, claimed.id, "I am sorry, Mia! A new tea set leaves us today, and you need not send anything back. Ann")
        got = visitor.next_message(PATIENCE)
        self.story.tell("web chat", f"{got.get('name') or 'agent'} (to {visitor.name})", got["text"], time.monotonic() - began)
        self.story.check(got["by"] == "agent", f"the reply came from {got['by']}")
        ann.resolve(claimed.id)
        after = ann.read(claimed.id)
        self.story.check(after.conversation.owner == "none", "the conversation is not resolved")
        self.story.check(len(after.notes) == 1, "the note is not kept")
        self.story.tell("agent", ann.agent.name, "resolves it")
        with suppress(DidNotHappenError):
            extra = visitor.next_message(SILENCE)
            self.story.check("send a new one" not in extra["text"], "a note reached the customer")

    def mail_to_person(self) -> None:
        noor = Correspondent(self.pages)
        noor.write("How long does delivery take?", "Delivery")
        first = self._mail(noor, 1)
        self.story.tell("e-mail", "bot", first["text"])
        text = "That does not help me. Can I speak to a human?"
        self.story.tell("e-mail", noor.address, "replies: " + text)
        noor.write(text, reply_to=first["id"])
        self._mail(noor, 2)
        ann = self._desk("agent")
        claimed = self._claim(ann, noor.address)
        began = time.monotonic()
        self._reply(ann, claimed.id, "Hello Noor, your parcel is on its way and arrives on Tuesday. Ann")
        mail = self._mail(noor, 3)
        self.story.tell("e-mail", "agent's reply", mail["text"], time.monotonic() - began)
        self.story.check(mail["subject"] == "Re: Delivery", "the reply has left the thread")
        ann.resolve(claimed.id)
        self.story.tell("agent", ann.agent.name, "resolves it")

    def report(self) -> None:
        sam, day = self._desk("supervisor"), datetime.now(UTC).strftime("%Y-%m-%d")
        before = sam.reports().get(day, 0)
        began = time.monotonic()
        sam.order_report(day)
        self.story.tell("report", sam.agent.name, f"orders the report of {day}")
        wait_for("the report", PATIENCE * 2, lambda: sam.reports().get(day, 0) > before)
        links = sam.report(day).to_dict()
        pages = {kind: httpx.get(links[kind], timeout=15).raise_for_status().text for kind in ("json", "csv", "html")}
        self.story.check("<html" in pages["html"] and pages["csv"].count("\n") > 1, "the report is empty")
        told = f"{pages['csv'].count(chr(10)) - 1} conversations as CSV, {len(pages['html']) // 1000} kB as a page"
        self.story.tell("report", "ready:", told, time.monotonic() - began)

    def _desk(self, role: str) -> Desk:
        login = next(login for login in self.addresses["logins"] if login["role"] == role)
        return Desk.sign_in(self.addresses["api"], login["email"], login["password"])

    def _claim(self, desk: Desk, wanted: str) -> Conversation:
        def look() -> Conversation | None:
            try:
                return desk.claim(wanted)
            except DidNotHappenError:
                return None

        # Older conversations may wait before ours: whoever looks through them needs room for them meanwhile.
        sam = self._desk("supervisor")
        sam.hold(desk.agent, 100)
        try:
            claimed: Conversation = wait_for("the conversation in the queue", PATIENCE, look)
            return claimed
        finally:
            sam.hold(desk.agent, desk.agent.max_open)

    def _reply(self, desk: Desk, conversation: str, text: str) -> None:
        """The console repeats a reply whose answer was lost: the second must not be sent."""
        name = uuid4().hex
        for expected in (201, 200):
            status = desk.reply(conversation, name, text)
            self.story.check(status == expected, f"a reply got HTTP {status}, not {expected}")
        self.story.tell("agent", desk.agent.name, f"replies (and repeats the call, which sends nothing): {text}")

    def _mail(self, noor: Correspondent, count: int) -> Json:
        mails = wait_for(f"mail {count} to {noor.address}", PATIENCE, lambda: (found := noor.received())[count - 1 :] and found)
        return dict(mails[count - 1])


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)
