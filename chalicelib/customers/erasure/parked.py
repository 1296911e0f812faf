"""Work that waits in queues because it failed: of most only keys are kept there, of a webhook's call that failed the call itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.customers.erasure.footprint import Footprint
from chalicelib.customers.erasure.holding import Found, Holding, Mask

_QUEUES = ("FAILED_QUEUE", "POSTPONED_QUEUE")
_HIDDEN = 60  # seconds that a message is not seen by others meanwhile
_ROUNDS = 200  # of ten messages each; with more there is a bigger trouble, of which an alarm tells


def find(who: Footprint) -> Iterator[Found]:
    """One file with the messages as they are."""
    found = [str(message["Body"]).encode() + b"\n" for queue in _QUEUES for message in _concerning(queue, who)]
    if found:
        yield Found("parked_work", "parked.jsonl", len(found), lambda: found)


def erase(who: Footprint, _mask: Mask) -> Iterator[bool]:
    """What is in another's hands at the moment is not seen: it comes back, and finds nothing to do."""
    for queue in _QUEUES:
        for message in _concerning(queue, who):
            with clients.translated("forget parked work"):
                clients.client("sqs").delete_message(QueueUrl=settings.env(queue), ReceiptHandle=message["ReceiptHandle"])
        yield False


HOLDING = Holding("parked", find, erase)


def concerns(body: str, marks: Sequence[str]) -> bool:
    """Does it name one of these, also as JSON within JSON writes them? Pure."""
    return any(mark in body or json.dumps(mark)[1:-1] in body for mark in marks)


def _concerning(queue: str, who: Footprint) -> list[dict[str, Any]]:
    """Looks at each message once and puts the others back."""
    marks = [*who.threads, *(address for channel, address in who.identities if channel != "account")]
    seen: dict[str, dict[str, Any]] = {}
    for _ in range(_ROUNDS):
        new = [message for message in _received(queue) if message["MessageId"] not in seen]
        if not new:
            break
        seen |= {message["MessageId"]: message for message in new}
    mine = [message for message in seen.values() if concerns(message["Body"], marks)]
    for message in seen.values():
        if message not in mine:
            _release(queue, message["ReceiptHandle"])
    return mine


def _received(queue: str) -> list[dict[str, Any]]:
    with clients.translated("look at parked work"):
        page = clients.client("sqs").receive_message(QueueUrl=settings.env(queue), MaxNumberOfMessages=10, VisibilityTimeout=_HIDDEN)
    found: list[dict[str, Any]] = page.get("Messages", [])
    return found


def _release(queue: str, receipt: str) -> None:
    with clients.translated("put parked work back"):
        clients.client("sqs").change_message_visibility(QueueUrl=settings.env(queue), ReceiptHandle=receipt, VisibilityTimeout=0)
