"""The line of waiting conversations: SQS hands each agent another one, the table says who really waits.

A received message is hidden from other agents for a moment, so fifty agents who press the button at once do not fight
for one conversation. The claim itself is a conditional write. If the queues are silent (a message vanished, SQS is
down), the index is asked, so nothing waits unseen; the sweep puts vanished messages back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.aws import clients
from chalicelib.business import lines
from chalicelib.conversations import table
from chalicelib.conversations.model import URGENCIES, Conversation
from chalicelib.errors import BatonError
from chalicelib.observability import log

# Long enough for a few conditional writes, short enough that a crash delays nobody noticeably.
HIDDEN_SECONDS = 20

# A ticket in another agent's hands for a moment is not overlooked; one that is so much older (ms) is.
OVERLOOKED_MS = 60_000


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place in the line; `receipt` is empty if it was found in the index."""

    conversation: str
    waiting_since: int
    url: str = ""
    receipt: str = ""


def enqueue(c: Conversation) -> None:
    """Puts a waiting conversation into its queue. Twice does no harm: a stale ticket is dropped by whoever gets it."""
    body = {"conversation": c.id, "waiting_since": c.waiting_since, "queue": c.queue, "urgency": c.urgency}
    with clients.translated("put a conversation into its queue"):
        clients.client("sqs").send_message(QueueUrl=lines.url(c.queue, c.urgency), MessageBody=json.dumps(body))


def depth(queue: str, urgency: str) -> int:
    """How many tickets a queue holds, hidden ones included (approximately, as SQS counts)."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
    with clients.translated("count a queue"):
        found = clients.client("sqs").get_queue_attributes(QueueUrl=lines.url(queue, urgency), AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def candidates(skills: tuple[str, ...]) -> Iterator[list[Ticket]]:
    """By urgency: who waits in the queues of these skills, the longest first; tickets not taken must be released."""
    for urgency in URGENCIES:
        tickets = [t for skill in skills for t in _receive(skill, urgency)]
        overlooked = _overlooked(tickets, skills, urgency)
        yield sorted((*tickets, *overlooked), key=lambda t: t.waiting_since)


def drop(ticket: Ticket) -> None:
    """Taken, or stale."""
    if ticket.receipt:
        with clients.translated("delete a ticket"):
            clients.client("sqs").delete_message(QueueUrl=ticket.url, ReceiptHandle=ticket.receipt)


def release(tickets: Sequence[Ticket]) -> None:
    """Not taken: visible to the next agent at once."""
    for url in {t.url for t in tickets if t.receipt}:
        receipts = [t.receipt for t in tickets if t.url == url]
        entries = [{"Id": str(n), "ReceiptHandle": r, "VisibilityTimeout": 0} for n, r in enumerate(receipts)]
        with clients.translated("release tickets"):
            clients.client("sqs").change_message_visibility_batch(QueueUrl=url, Entries=entries)


def _receive(skill: str, urgency: str) -> list[Ticket]:
    try:
        url = lines.url(skill, urgency)
        with clients.translated("ask a queue"):
            page = clients.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS)
    except BatonError as error:
        log.warning("queue_silent", queue=skill, urgency=urgency, error=str(error))
        return []
    return [_ticket(message, url) for message in page.get("Messages", [])]


def _ticket(message: dict[str, Any], url: str) -> Ticket:
    body = json.loads(message["Body"])
    return Ticket(body["conversation"], body["waiting_since"], url, message["ReceiptHandle"])


def _overlooked(tickets: list[Ticket], skills: tuple[str, ...], urgency: str) -> list[Ticket]:
    """Whoever waits in the index clearly longer than every ticket: returned with an old age, or the ticket vanished."""
    known = {t.conversation for t in tickets}
    before = min((t.waiting_since for t in tickets), default=0) - OVERLOOKED_MS
    waiting = (c for skill in skills for c in table.waiting(skill, urgency, limit=10))
    return [Ticket(c.id, c.waiting_since) for c in waiting if c.id not in known and (not tickets or c.waiting_since < before)]
