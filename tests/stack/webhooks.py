"""Webhooks as providers send them, as often and in whatever order a test likes, and what the table says afterwards."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

from chalicelib.aws import dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.channels.tags import tagged
from chalicelib.conversations import keys
from chalicelib.conversations.model import Conversation, Message
from chalicelib.observability import now
from infra.local import mails, twilio
from infra.local.aws import session
from infra.local.smtp import SUBJECT
from tests.conftest import Stack
from tests.people import eventually

T = TypeVar("T")
FIXTURES = Path(__file__).parents[1] / "fixtures"
TIMES = 5  # each webhook comes so often
FORM = "application/x-www-form-urlencoded"


def at_once(acts: Iterable[Callable[[], T]]) -> list[T]:
    """All at the same moment; their results in the order given."""
    waiting = list(acts)
    with ThreadPoolExecutor(max(1, len(waiting))) as pool:
        return list(pool.map(lambda act: act(), waiting))


def settled(look: Callable[[], T], holds: Callable[[T], bool], quiet: float = 1.5) -> T:
    """What `look` gives once it holds, after making sure that it stays so: a late second effect would be seen."""
    try:
        eventually(lambda: holds(look()), 90)
    except AssertionError:
        raise AssertionError(f"never as it should be; last seen: {look()!r}") from None
    until = time.monotonic() + quiet
    while time.monotonic() < until:
        found = look()
        assert holds(found), found
        time.sleep(0.1)
    return look()


@dataclass
class Entrance:
    """The doors of one running stack, and its table."""

    stack: Stack

    def client(self, service: str) -> Any:
        return session().client(service, endpoint_url=self.stack.addresses.aws)

    @cached_property
    def secrets(self) -> dict[str, str]:
        pages = self.client("ssm").get_paginator("get_parameters_by_path")
        found = pages.paginate(Path="/baton/local/", Recursive=True, WithDecryption=True)
        return {p["Name"].removeprefix("/baton/local/"): p["Value"] for page in found for p in page["Parameters"]}

    def publish(self, topic: str, told: Any, subject: str = SUBJECT) -> None:
        """`topic` by its output's name: to a function that it triggers it is the public address."""
        text = told if isinstance(told, str) else json.dumps(told)
        told_of = {"Subject": subject} if subject else {}
        self.client("sns").publish(TopicArn=self.stack.addresses.outputs[topic], Message=text, **told_of)

    def invoke(self, function: str, event: dict[str, Any]) -> str:
        """As its trigger does; the error that it ended with, if any."""
        name = self.stack.addresses.outputs[f"{function}Name"]
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
        told = answer["Payload"].read().decode()
        return told if "FunctionError" in answer else ""

    def failed(self) -> list[dict[str, str]]:
        """Takes all that lies with the failed records, and gives their keys."""
        queue, taken = self.stack.addresses.outputs["FailedQueue"], []
        while page := self.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in page:
                self.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            taken += [json.loads(message["Body"]).get("keys", {}) for message in page]
        return taken

    def waiting(self, queue: str) -> int:
        """How many messages lie there, also those that somebody is looking at."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client("sqs").get_queue_attributes(QueueUrl=self.stack.addresses.outputs[queue], AttributeNames=names)
        return sum(int(found["Attributes"][name]) for name in names)

    def put(self, item: Item) -> None:
        self.client("dynamodb").put_item(TableName=self.stack.addresses.outputs["Table"], Item=item)

    def mail(self, letter: EmailMessage, at: datetime | None = None, ses_id: str = "") -> dict[str, Any]:
        """Puts a mail where SES puts it; gives SES's notification of it."""
        return self.raw_mail(letter.as_bytes(), str(letter["From"]), at, ses_id)

    def raw_mail(self, content: bytes, sender: str, at: datetime | None = None, ses_id: str = "") -> dict[str, Any]:
        """The same for a mail in bytes."""
        outputs, support = self.stack.addresses.outputs, self.stack.addresses.support_address
        moment, ses_id = at or datetime.now(UTC), ses_id or mails.new_ses_id()
        raw = mails.received(content, ses_id, sender, [support], moment)
        self.client("s3").put_object(Bucket=outputs["MailBucket"], Key=mails.PREFIX + ses_id, Body=raw)
        place = {"topicArn": outputs["MailTopic"], "bucketName": outputs["MailBucket"]}
        return mails.notification(raw, ses_id, sender, [support], place=place, now=moment)

    def twilio(self, form: dict[str, str], path: str = "sms/twilio", signature: Any = ...) -> httpx.Response:
        """A signed form of Twilio's; `signature` (None: no header) only where it is to be wrong."""
        url = self.stack.addresses.site + path
        if signature is ...:
            signature = twilio.signature(self.secrets["secrets/twilio_auth_token"], url, form)
        headers = {"Content-Type": FORM} | ({} if signature is None else {"X-Twilio-Signature": str(signature).encode()})
        return httpx.post(url, content=urlencode(form), headers=headers, timeout=60)

    def text(self, phone: str, text: str, sid: str = "") -> dict[str, str]:
        """The form of an incoming SMS."""
        account = self.secrets.get("secrets/twilio_account_sid", "AC" + "0" * 32)
        return twilio.incoming(account, self.stack.addresses.sms_number, phone, text, sid or twilio.new_sid("SM"))

    def items(self) -> list[Item]:
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=self.stack.addresses.outputs["Table"], ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def message(self, of: Message, items: list[Item]) -> Message:
        """The same one as it is now."""
        key = keys.key(keys.thread_pk(of.thread), keys.message_sk(of.id))
        return next(keys.message(i) for i in items if (i["pk"], i["sk"]) == (key["pk"], key["sk"]))

    def blocked(self, channel: str, address: str, items: list[Item]) -> str:
        """Why nothing may be sent there, or ""."""
        name = keys.identity_pk(channel, address)
        return next((str(dynamodb.decode(i).get("blocked", "")) for i in items if i["pk"]["S"] == name), "")

    def books(self, address: str, items: list[Item] | None = None) -> Books:
        """All that the table holds of a customer's address, over all threads; `items` if they were read already."""
        items = self.items() if items is None else items
        messages = [keys.message(i) for i in items if i["type"]["S"] in ("incoming", "outgoing")]
        mine = sorted((m for m in messages if m.address == address), key=lambda m: (m.at, m.id))
        threads = {m.thread for m in mine}
        heads = [keys.conversation(i) for i in items if i["type"]["S"] in ("head", "past") and i["pk"]["S"].removeprefix("T#") in threads]
        return Books(mine, heads)


@dataclass
class Books:
    """`messages` in the order of time."""

    messages: list[Message]
    conversations: list[Conversation]

    @property
    def threads(self) -> set[str]:
        return {m.thread for m in self.messages}

    @property
    def incoming(self) -> list[Message]:
        return [m for m in self.messages if m.direction == "incoming"]

    @property
    def outgoing(self) -> list[Message]:
        return [m for m in self.messages if m.direction == "outgoing"]

    @property
    def texts(self) -> list[str]:
        """The customer's words."""
        return [m.text for m in self.incoming]

    @property
    def owners(self) -> list[str]:
        return [c.owner for c in self.conversations]


def letter(sender: str, support: str, subject: str, text: str, *, message_id: str = "", references: Iterable[str] = ()) -> EmailMessage:
    """A customer's mail; `references` are message ids with brackets, the newest last."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, support, subject
    mail["Message-ID"] = message_id or f"<{secrets.token_hex(8)}@customer.example>"
    chain = list(references)
    if chain:
        mail["In-Reply-To"], mail["References"] = chain[-1], " ".join(chain)
    mail.set_content(text)
    return mail


def vectors(name: str, part: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FIXTURES / name).read_text("utf-8"))[part]
    return found


def sent_message(entrance: Entrance, channel: Any, address: str) -> Message:
    """A message of ours that a provider has taken."""
    thread, at = f"{channel[0]}{secrets.token_hex(10)}", now()
    made = Message(thread, f"r+{secrets.token_hex(8)}", "outgoing", channel, at, "Hello", address, by="agent-x", state="sent")
    entrance.put(keys.message_item(made))
    return made


def about(event: dict[str, Any], message: Message) -> dict[str, Any]:
    """An event of SES's, told of this message."""
    text = json.dumps(event)
    for address in event["mail"]["destination"][:1]:
        text = text.replace(address, message.address)
    about: dict[str, Any] = json.loads(text)
    about["mail"]["tags"] = {**about["mail"].get("tags", {}), "thread": [message.thread], "message": [tagged(message.id)]}
    return about
