"""The line of waiting conversations: the index tells who is first, SQS hands each agent another one, the table says who really waits.

SQS keeps no order: of ten thousand tickets it hands out any ten. So only tickets of those who wait (nearly) longest count, the others go
back at once; whoever has no such ticket takes one of the first out of the index. A received message is hidden from other agents for a
moment, so fifty agents who press the button at once do not fight for one conversation; those who come by the index choose at random among
the first. The claim itself is a conditional write. If the queues are silent (a message vanished, SQS is down), the index is enough, so
nothing waits unseen; the sweep puts vanished messages back.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.aws import clients
from chalicelib.business import lines
from chalicelib.conversations import work
from chalicelib.conversations.model import URGENCIES, Conversation
from chalicelib.errors import BatonError
from chalicelib.observability import log

# Long enough for a few conditional writes, short enough that a crash delays nobody noticeably.
HIDDEN_SECONDS = 20

# So much later (ms) than the first of the line somebody may have come and be claimed before her.
TOLERANCE = 60_000

_FIRST = 8  # of each partition of each line that are looked at
_TOGETHER = 8  # who are as good as equally long in the line


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
    """By urgency: who waits in the queues of these skills and may be next, as `in_order` has them; tickets not taken must be released."""
    for urgency in URGENCIES:
        lines = [(skill, urgency) for skill in skills]
        tickets = [ticket for page in work.at_once(_receive, lines) for ticket in page]
        waiting = work.longest(lines, _FIRST)
        chosen, others = in_order(tickets, waiting, random.shuffle)
        release(others)
        yield chosen


def in_order(
    tickets: Sequence[Ticket], waiting: Sequence[Conversation], shuffle: Callable[[list[Ticket]], None]
) -> tuple[list[Ticket], list[Ticket]]:
    """Whom to try, and which tickets to give back, as somebody else has waited clearly longer: the tickets first, each is one agent's;
    then those of the index, mixed among their like, so that not all agents try the same. Pure. `waiting`: the longest first."""
    latest = waiting[0].waiting_since + TOLERANCE if waiting else None
    chosen = sorted((t for t in tickets if latest is None or t.waiting_since <= latest), key=lambda t: t.waiting_since)
    known = {t.conversation for t in chosen}
    found = [Ticket(c.id, c.waiting_since) for c in waiting if c.id not in known and c.waiting_since <= (latest or 0)]
    for start in range(0, len(found), _TOGETHER):
        group = found[start : start + _TOGETHER]
        shuffle(group)
        chosen += group
    return chosen, [t for t in tickets if t.conversation not in known]


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


def _receive(line: tuple[str, str]) -> list[Ticket]:
    try:
        url = lines.url(*line)
        with clients.translated("ask a queue"):
            page = clients.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS)
    except BatonError as error:
        log.warning("queue_silent", queue=line[0], urgency=line[1], error=str(error))
        return []
    return [_ticket(message, url) for message in page.get("Messages", [])]


def _ticket(message: dict[str, Any], url: str) -> Ticket:
    body = json.loads(message["Body"])
    return Ticket(body["conversation"], body["waiting_since"], url, message["ReceiptHandle"])
