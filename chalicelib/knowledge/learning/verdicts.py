"""What people found out about the bot, in the knowledge table: verdicts on its answers, articles named at the end of what it handed
over, and the answers that wait for a random review.

| pk               | sk                     | what |
|------------------|------------------------|------|
| `VERDICTS#month` | `conversation/message` | a verdict; the month is that of the answer, so that a changed verdict replaces the first one |
| `REVIEWS`        | time and message       | an answer that is to be reviewed |
| `THRESHOLDS`     | time                   | how sure the bot must be, from that time on |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2s
from typing import Any, Literal

from chalicelib.knowledge.articles import items
from chalicelib.knowledge.learning.threshold import Outcome, ThresholdChange, review_chance

Judgement = Literal["right", "wrong", "escalate", "better", "article", "no_article"]
Via = Literal["story", "review", "resolve"]

SHOWN = 50
_MONTHS = 3
_FIRST = 2026 * 12  # nothing is older
_REVIEWS, _THRESHOLDS = "REVIEWS", "THRESHOLDS"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`article`: what the bot answered with, or held to be nearest; `better`: what the agent named. `via` "resolve": the bot had
    handed over, and `verdict` is "article" or "no_article". `picked`: the customer chose it among three, or a language model did,
    so its confidence says nothing. `example`: the id of the example that came of it. `asked_at`: Unix ms of the answer or the hand-over."""

    conversation: str
    message: str
    verdict: Judgement
    article: str
    confidence: float
    asked_at: int
    via: Via
    by: str
    at: int
    better: str = ""
    picked: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """An answer of the bot that an agent is to judge: chosen at random ("sample"), or picked by a customer among three ("pick").

    `question` is masked; `at`: Unix ms of the answer.
    """

    conversation: str
    message: str
    at: int
    kind: Literal["sample", "pick"]
    question: str
    answer: str
    article: str
    confidence: float
    language: str

    @property
    def id(self) -> str:
        return _review_id(self.conversation, self.message, self.at)


def put(verdict: Verdict) -> Verdict | None:
    """Stores it in the place of an earlier one on the same answer, which is returned; the review of this answer is done."""
    before = of(verdict.conversation, verdict.message, verdict.asked_at)
    kept = {name: value for name, value in asdict(verdict).items() if value not in ("", False)}
    items.put(_family(verdict.asked_at), f"{verdict.conversation}/{verdict.message}", kept)
    items.delete(_REVIEWS, _review_id(verdict.conversation, verdict.message, verdict.asked_at))
    return before


def of(conversation: str, message: str, asked_at: int) -> Verdict | None:
    values = items.get(_family(asked_at), f"{conversation}/{message}")
    return _verdict(values) if values else None


def latest(now: int) -> list[Verdict]:
    """All of this month and the two before."""
    day, found = datetime.fromtimestamp(now / 1000, UTC), list[Verdict]()
    for back in range(_MONTHS):
        year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
        found += [_verdict(values) for values in items.query(f"VERDICTS#{year:04d}-{month + 1:02d}")]
    return found


def every() -> Iterator[Verdict]:
    """Since the first month that there was a bot."""
    now = datetime.now(UTC)
    for month in range(_FIRST, now.year * 12 + now.month):
        year, number = divmod(month, 12)
        yield from (_verdict(values) for values in items.query(f"VERDICTS#{year:04d}-{number + 1:02d}"))


def rename(verdict: Verdict, conversation: str) -> None:
    """The verdict stays counted, under a name that leads nowhere."""
    message = blake2s(f"{conversation}/{verdict.message}".encode(), digest_size=8).hexdigest()
    family, named = _family(verdict.asked_at), replace(verdict, conversation=conversation, message=message, example="")
    items.put(family, f"{conversation}/{message}", {name: value for name, value in asdict(named).items() if value not in ("", False)})
    items.delete(family, f"{verdict.conversation}/{verdict.message}")


def drop(review: Review) -> None:
    """It is not to be reviewed any more."""
    items.delete(_REVIEWS, review.id)


def outcome(verdict: Verdict) -> Outcome | None:
    """What a verdict tells of the bot's calibration; None if nothing."""
    if verdict.picked:
        return None
    if verdict.via == "resolve":
        right = verdict.verdict == "article" and verdict.better == verdict.article
        return Outcome(verdict.confidence, right, answered=False) if verdict.confidence else None
    chance = review_chance(verdict.confidence) if verdict.via == "review" else 1.0
    return Outcome(verdict.confidence, verdict.verdict == "right", chance)


def right_article(verdict: Verdict) -> str:
    """The one that answers the question, as far as the verdict says; "" if none does."""
    return verdict.article if verdict.verdict == "right" else verdict.better


def outcomes(verdicts: Iterable[Verdict]) -> list[Outcome]:
    """In the order of time."""
    return [found for verdict in sorted(verdicts, key=lambda v: v.asked_at) if (found := outcome(verdict))]


def propose(review: Review) -> bool:
    """Puts an answer on the list of reviews; False if it is there, or was judged already."""
    if of(review.conversation, review.message, review.at):
        return False
    return items.put_once(_REVIEWS, review.id, asdict(review))


def reviews(limit: int = SHOWN) -> list[Review]:
    """What is to be reviewed, the newest first."""
    return [Review(**values) for values in items.query(_REVIEWS, newest_first=True, limit=limit)]


def is_review(conversation: str, message: str, at: int) -> bool:
    return items.get(_REVIEWS, _review_id(conversation, message, at)) is not None


def threshold() -> float | None:
    """How sure the bot must be, as learned; None before the first time."""
    found = [values["answer"] for values in items.query(_THRESHOLDS, newest_first=True, limit=1)]
    return float(found[0]) if found else None


def thresholds(limit: int = SHOWN) -> list[dict[str, float | int | str]]:
    """Each with the Move's fields and `at`, the newest first."""
    return list(items.query(_THRESHOLDS, newest_first=True, limit=limit))


def set_threshold(move: ThresholdChange, at: int) -> None:
    items.put(_THRESHOLDS, f"{at:013d}", {**asdict(move), "at": at})


def _verdict(values: dict[str, Any]) -> Verdict:
    """What is empty or zero is not stored."""
    return Verdict(**{"article": "", "confidence": 0.0, **values})


def _family(asked_at: int) -> str:
    return f"VERDICTS#{datetime.fromtimestamp(asked_at / 1000, UTC):%Y-%m}"


def _review_id(conversation: str, message: str, at: int) -> str:
    return f"{at:013d}-{blake2s(f'{conversation}/{message}'.encode(), digest_size=8).hexdigest()}"
