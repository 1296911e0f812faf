"""A small business with three customers whose every word, name and address bears a mark: made by the system's own functions, in any order,
and looked through as a whole, to see what of whom lies anywhere."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from itertools import count
from typing import Any

import pytest

from chalicelib.aws import clients, pauses, streams
from chalicelib.bot.answers.answer import Brain, Context
from chalicelib.bot.answers.context import Look
from chalicelib.bot.learning import unanswered
from chalicelib.bot.messages import brain, deciding, turn
from chalicelib.channels.email import adapter
from chalicelib.channels.sms import adapter as texts
from chalicelib.conversations import baton, files, keys, mail_copies, table
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message
from chalicelib.customers import customer as customers
from chalicelib.customers import identities, merging, proofs, verification
from chalicelib.customers.erasure import jobs, work
from chalicelib.customers.erasure.jobs import Job
from chalicelib.desk import closing, workspace
from chalicelib.governance import roster
from chalicelib.governance.roster import Agent
from chalicelib.insight import erasing as reports
from chalicelib.insight import publish
from chalicelib.knowledge.articles import store as knowledge
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.index import bucket as knowledge_bucket
from chalicelib.knowledge.learning import gap as gap_of
from chalicelib.knowledge.learning import gaps, lessons
from chalicelib.teaching import gaps as gap_desk
from chalicelib.teaching import reviews, teaching
from chalicelib.teaching.schemas import VerdictRequest
from tests import threads
from tests.unit.conftest import T0, Store, make_bucket
from tests.unit.test_baton import HAND_OVER

PEOPLE = "abc"
SUPPORT = "support@shop.example"
OURS = "+4930123456"
MINUTE = 60_000
BUCKETS = ("mails", "files", "knowledge", "reports", "exports")


@dataclass
class World:
    """`at`: its clock (Unix ms). `said`: of each person what was written, in order."""

    store: Store
    agent: Agent
    at: int = T0
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    # --- What people do ------------------------------------------------------------------------------------------

    def mail(self, who: str, *, ask: bool = True, robot: bool = False, twice: bool = False) -> None:
        """A robot's only if she is known by this address: else it is no customer's."""
        if robot and not identities.read("email", address(who)):
            return
        n, mail = self.next(), EmailMessage()
        mail["From"], mail["To"] = f"Zq9{who}name Zq9{who}surname <{address(who)}>", SUPPORT
        mail["Subject"], mail["Message-ID"] = f"zq9{who}subject{n}", f"<{n}@zq9{who}mail.example>"
        if robot:
            mail["Auto-Submitted"] = "auto-replied"
        mail.set_content(said(who, n, ask))
        mail.add_attachment(f"zq9{who}file{n}".encode(), maintype="text", subtype="plain", filename=f"zq9{who}filename{n}.txt")
        for key in [f"raw/{n}"] + ([f"raw/{n}-again"] if twice else []):
            clients.client("s3").put_object(Bucket="mails", Key=key, Body=mail.as_bytes())
            message = adapter.receive(self.notification(key))
            assert message
            if table.record(message):
                self.turn(message)
            else:
                mail_copies.note(message)

    def notification(self, key: str) -> dict[str, Any]:
        stamp = f"2026-09-21T{14 + self.at // 3_600_000 % 8:02d}:{self.at // MINUTE % 60:02d}:00.000Z"
        receipt = {"timestamp": stamp, "action": {"type": "S3", "objectKey": key}, "virusVerdict": {"status": "PASS"}}
        return {
            "notificationType": "Received",
            "mail": {"messageId": key, "source": "x@y.example", "destination": [SUPPORT]},
            "receipt": receipt,
        }

    def chat(self, who: str, *, ask: bool = True) -> None:
        n = self.next()
        content = f"zq9{who}upload{n}".encode()
        sha = files.store(visitor(who), content)
        meta = {"attachments": [files.attachment(f"zq9{who}photo{n}.txt", "text/plain", len(content), sha256=sha)]}
        words = said(who, n, ask)
        self.take(Message(visitor(who), f"chat-{n:08d}", "incoming", "webchat", self.at, words, visitor(who), f"Zq9{who}name", meta=meta))

    def text(self, who: str, *, ask: bool = True, words: str = "") -> None:
        n = self.next()
        self.take(texts.incoming(f"SM{n}", OURS, phone(who), words or said(who, n, ask), self.at))

    def take(self, message: Message) -> None:
        if message.channel == "sms":
            texts.take(message)
        else:
            table.record(message)
        self.turn(message)

    def turn(self, message: Message) -> None:
        head = table.head(message.thread, consistent=True)
        if head and head.owner == "queue":  # what the bot says meanwhile takes its whole mind
            table.save(baton.received(head, message))
        else:
            turn.handle(keys.message_item(message), None)
        self.work_off()

    def prove(self, who: str) -> None:
        """In the chat she asks for a code to her address, and gives it."""
        self.next()
        verification.send(verification.Asker(visitor(who), "net"), ("email", address(who)), f"asked-{self.at}", self.at, language="en")
        proofs.prove(visitor(who), "email", address(who), "code", self.at)
        self.work_off()

    def merge(self, one: str, other: str) -> None:
        self.next()
        known = [self.customer(who) for who in (one, other)]
        if all(known) and known[0] != known[1]:
            merging.carry_out(merging.merge(customers.of(known[0]), customers.of(known[1]), "agent-ann", "by hand", self.at))

    def split(self, one: str, other: str) -> None:
        """If they were merged, they are parted again."""
        self.next()
        if not self.customer(one) or self.customer(one) != self.customer(other):
            return
        whole = customers.of(self.customer(one))
        brought = next((m for m in whole.moves if m.kind == "merge" and not m.undone and m.by == "agent-ann"), None)
        if brought and brought.identities:
            merging.carry_out(merging.split(whole, *keys.split_identity(brought.identities[0]), "agent-ann", self.at))

    # --- What agents do ------------------------------------------------------------------------------------------

    def answer(self, who: str) -> None:
        """An agent takes whatever of hers waits, notes and replies."""
        for c in self.talks(who):
            if c.owner == "queue":
                n = self.next()
                workspace.change(c.id, lambda c: (baton.claimed(c, self.agent.id, self.at), None), also=[roster.slot_taken(self.agent)])
                workspace.note(self.agent, c.id, f"note-{n:08d}", f"zq9{who}note{n}", self.at)
                replied = Message(
                    c.thread, f"r+{n}", "outgoing", c.channel, self.at, f"Dear zq9{who}reply{n}", c.address, "Ann", "agent-ann"
                )
                table.record(replied)

    def resolve(self, who: str) -> None:
        """And resolves what she holds, with the article that answers it."""
        for c in self.talks(who):
            if c.owner == "agent":
                self.next()
                told = teaching.resolving(self.agent, c.id, teaching.Choice(article="returns"), self.at)
                workspace.resolve(self.agent, c.id, self.at, told)

    def judge(self, who: str) -> None:
        for c in self.talks(who):
            for m in threads.whole(c.thread).messages:
                if m.meta.get("article") and not m.meta.get("verdict"):
                    self.next()
                    reviews.take(replace(m, meta=m.meta | {"picked": True}))
                    if self.at % 2:
                        teaching.verdict(self.agent, c.id, m.id, VerdictRequest(verdict="right"), self.at)

    def learn(self) -> None:
        """What `learn` writes down of questions without an article; a supervisor assigns each second one."""
        self.next()
        found = list(unanswered.questions(self.at + 30 * MINUTE, gaps.counted(0)))
        for question in found:
            gap = gap_of.drafted(gap_of.found([question]), question.text, question.reply, question.language)
            gap = gaps.save(gap)
            if question.at % 2:
                gap_desk.assign(self.agent, gap.id, "returns", [question.text], self.at)
        gaps.remember(found)
        lessons.save({"at": self.at, "by": "", "failed": [], "examples": {"list": [{"text": e.text} for e in knowledge.examples()]}})
        rows = [{"question": c.question, "worse": False} for who in PEOPLE for c in self.talks(who) if c.question]
        knowledge_bucket.save_json(f"comparisons/{self.at}.json", {"counts": {}, "questions": rows})

    def report(self, during: bool = False) -> None:
        """Of the day; while it lasts, or when it is over and its facts are recorded."""
        self.next()
        publish.publish("2026-09-21", self.at if during else T0 + 12 * 60 * MINUTE, ["agent-ann"])

    def park(self, who: str) -> None:
        """A webhook's call that failed lies in the queue with all it bore; of somebody who is known, or it is no customer's."""
        if not identities.read("sms", phone(who)):
            return
        n = self.next()
        body = json.dumps(
            {"requestPayload": {"Records": [{"Sns": {"Message": json.dumps({"from": phone(who), "text": f"zq9{who}lost{n}"})}}]}}
        )
        clients.client("sqs").send_message(QueueUrl=self.store.failed, MessageBody=body)

    # --- What is asked ------------------------------------------------------------------------------------------

    def next(self) -> int:
        self.at += MINUTE + 1
        return next(self.numbers)

    def customer(self, who: str) -> str:
        """Whoever she is by her addresses, the first that is known."""
        for name in (("email", address(who)), ("webchat", visitor(who)), ("sms", phone(who))):
            known = identities.read(*name)
            if known and known.customer:
                return customers.current(known.customer)
        return ""

    def customers_of(self, who: str) -> list[str]:
        """All that her addresses belong to: nobody has proven that they are one."""
        found = [identities.read(*name) for name in (("email", address(who)), ("webchat", visitor(who)), ("sms", phone(who)))]
        return list(dict.fromkeys(customers.current(one.customer) for one in found if one and one.customer))

    def talks(self, who: str) -> list[Conversation]:
        return [c for customer in self.customers_of(who) for c in customers.exactly(customer).conversations]

    def work_off(self) -> None:
        handlers = {"proof": proofs.handle, "move": merging.handle}
        while records := [
            r for r in self.store.stream() if r["eventName"] == "INSERT" and r["dynamodb"]["NewImage"]["type"]["S"] in handlers
        ]:
            streams.process({"Records": records}, "deliver", handlers)

    # --- The end --------------------------------------------------------------------------------------------------

    def house(self) -> work.House:
        return work.house([reports.HOLDING], closing.close, lambda: self.at)

    def begin(self, who: str) -> Job:
        """The erasure of her first customer, ordered."""
        return work.order("erase", self.customers_of(who)[0], "agent-sue", self.at, force=True)

    def erase(self, who: str, force: bool = True) -> list[Job]:
        return [self.through(work.order("erase", customer, "agent-sue", self.at, force=force)) for customer in self.customers_of(who)]

    def export(self, who: str) -> bytes:
        """Everything in the archives that are made of her, with the names of the files."""
        content = b""
        for customer in self.customers_of(who):
            job = self.through(work.order("export", customer, "agent-sue", self.at))
            assert job.state == "done", job.error
            stored = clients.client("s3").get_object(Bucket="exports", Key=job.archive)["Body"].read()
            with zipfile.ZipFile(io.BytesIO(stored)) as archive:
                assert archive.testzip() is None
                content += b"".join(name.encode() + archive.read(name) for name in archive.namelist())
        return content

    def through(self, job: Job) -> Job:
        """As the clock has it worked at, to its end."""
        for _ in range(50):
            if jobs.get(job.id).is_over:
                break
            self.at += 5 * MINUTE
            work.work(job.id, self.house(), self.at + 10 * MINUTE)
        return jobs.get(job.id)

    def everything(self) -> dict[str, str]:
        """Whatever is stored anywhere, in every version, by where it is."""
        found: dict[str, str] = {}
        dynamodb, s3, sqs = (clients.client(name) for name in ("dynamodb", "s3", "sqs"))
        for name in ("conversations", "notes", "knowledge"):
            for item in dynamodb.scan(TableName=name, ConsistentRead=True)["Items"]:
                found[f"{name} {item['pk']['S']} {item['sk']['S']}"] = json.dumps(item, ensure_ascii=False)
        for bucket in BUCKETS:
            for version in s3.list_object_versions(Bucket=bucket).get("Versions", []):
                body = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
                found[f"{bucket} {version['Key']} {version['VersionId']}"] = version["Key"] + body.decode("utf-8", "replace")
        for queue in (self.store.failed, self.store.postponed):
            page = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
            found |= {f"{queue} {m['MessageId']}": m["Body"] for m in page.get("Messages", [])}
        return found


def address(who: str) -> str:
    return f"zq9{who}mail@zq9{who}mail.example"


def phone(who: str) -> str:
    return f"+1202555014{PEOPLE.index(who)}"


def visitor(who: str) -> str:
    return "w" + who * 32


def said(who: str, n: int, ask: bool) -> str:
    """Something that is known (a question), or that only people can answer; the words are such as no mask covers."""
    return f"why is the zq9{who}thing{n} so slow?" if ask else f"the zq9{who}broken{n} teapot leaks"


def marks(who: str) -> re.Pattern[str]:
    """Whatever tells of her: her marked words, her number, her chat. Keyed names are base32 or hexadecimal: none holds a zq9."""
    return re.compile(rf"zq9{who}\w*|{re.escape(phone(who))}|{visitor(who)}", re.IGNORECASE)


def tell(world: World, who: str) -> dict[str, list[str]]:
    """Where something of her lies."""
    found = {where: sorted({m.lower() for m in marks(who).findall(where + content)}) for where, content in world.everything().items()}
    return {where: told for where, told in found.items() if told}


@pytest.fixture(name="world")
def make_world(store: Store, ann: Agent, monkeypatch: pytest.MonkeyPatch) -> World:
    named = {"MAIL_BUCKET": "mails", "FILES_BUCKET": "files", "KNOWLEDGE_BUCKET": "knowledge", "REPORTS_BUCKET": "reports"}
    named |= {"EXPORTS_BUCKET": "exports", "SUPPORT_ADDRESS": SUPPORT, "SMS_NUMBER": OURS, "BUSINESS": "Lantern Tea"}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    for bucket in BUCKETS:
        make_bucket(bucket)
        clients.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    made = World(store, ann)

    def answered(question: str, context: Context, brain: Brain, look: Look) -> Answer | Escalation:
        if "?" not in question:
            return replace(HAND_OVER, summary=question, text="A person will answer.", facts={"band": "none", "said": question})
        return Answer("Because of the snow.", "returns", confidence=0.9, outcome="answer", told=("answer",))

    monkeypatch.setattr(deciding, "answer", answered)
    monkeypatch.setattr(brain, "load", lambda: Brain(index=object(), rules=None, queues=("billing",), hours=None))
    monkeypatch.setattr(pauses, "begin", lambda item: None)
    for module in (turn, merging):
        monkeypatch.setattr(module, "now", lambda: made.at + 2 * MINUTE)
    teaching.forget()
    knowledge.put_article(Article("returns", "en", "How to return something", "text", "text", body="text"), 0, "test", T0)
    return made
