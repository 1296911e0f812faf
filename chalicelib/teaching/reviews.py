"""The random review: of the bot's answers a few come before an agent, so that the bot's precision is known and not only its complaints.

Which ones, their ids decide, the moment they leave. What a customer picked among three is put on the same list: her choice proposes
an example, and an agent's yes makes it one.
"""

from __future__ import annotations

from typing import Any

from chalicelib import settings
from chalicelib.aws.dynamodb import Item
from chalicelib.aws.streams import Handler
from chalicelib.conversations import asking, keys, table
from chalicelib.conversations.model import Message
from chalicelib.errors import BatonError
from chalicelib.knowledge.learning import threshold, verdicts
from chalicelib.knowledge.learning.verdicts import Review
from chalicelib.observability import log

_SHOWN = 1_500  # characters of an answer


def also(deliver: Handler) -> Handler:
    """The handler of outgoing messages, which then looks whether this one is to be reviewed."""

    def handle(item: Item, old: Item | None) -> str:
        outcome = deliver(item, old)
        take(keys.message(item))
        return outcome

    return handle


def take(message: Message) -> None:
    """Puts a chosen answer on the list. Never raises: an answer leaves whether or not it can be reviewed."""
    if not is_wanted(message):
        return
    try:
        verdicts.propose(_review(message))
    except BatonError as error:
        log.error("review_lost", error=f"{type(error).__name__}: {error}")


def is_wanted(message: Message) -> bool:
    """Is it an answer out of an article, and chosen? Pure."""
    chosen = message.meta.get("picked") or threshold.is_sampled(message.id, _confidence(message))
    return bool(asking.answered(message) and message.meta.get("article") and chosen)


def listed(now: int) -> dict[str, Any]:
    """What is to be reviewed; what the reviews so far say of all answers; how sure the bot must be."""
    found = threshold.estimate(verdicts.outcomes(verdicts.latest(now)))
    return {
        "reviews": verdicts.reviews(),
        "estimate": found,
        "target": float(settings.optional("PRECISION_TARGET", str(threshold.TARGET))),
        "thresholds": verdicts.thresholds(10),
    }


def _review(answer: Message) -> Review:
    from chalicelib.knowledge.learning.masking import masked

    asked = table.message(answer.thread, asking.answered(answer))
    head = table.head(answer.thread)
    names = {asked.name if asked else "", head.name if head else ""} - {""}
    return Review(
        conversation=head.id if head else "",
        message=answer.id,
        at=answer.at,
        kind="pick" if answer.meta.get("picked") else "sample",
        question=masked(asking.question_of(answer, asked), names),
        answer=answer.text[:_SHOWN],
        article=str(answer.meta["article"]),
        confidence=_confidence(answer),
        language=answer.language,
    )


def _confidence(answer: Message) -> float:
    return float(answer.meta.get("confidence", 0))
