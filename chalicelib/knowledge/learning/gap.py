"""A gap: a question that keeps coming and that no article answers; and how it grows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2s
from typing import Any, Literal

State = Literal["open", "approved", "assigned", "rejected"]

SAMPLES, REPLIES, RECENT = 8, 3, 40  # so many are kept


@dataclass(frozen=True, slots=True)
class Question:
    """A question without an article. `text` and `reply` (an agent's answer to it, "" if there was none) are masked; `at`: Unix ms."""

    conversation: str
    at: int
    text: str
    language: str
    reply: str = ""

    @property
    def id(self) -> str:
        return f"{self.at:013d}-{self.conversation}"


@dataclass(frozen=True, slots=True)
class Gap:
    """`samples`: {"text", "language", "at", "conversation"}, the newest last. `title`, `body`: the draft, in `language`. `edited`: by
    whom, then it is no longer drafted anew. `decided_count`: how often it had been asked when it was approved, assigned or rejected."""

    id: str
    count: int
    first_at: int
    last_at: int
    samples: tuple[Mapping[str, Any], ...]
    replies: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    language: str = ""
    title: str = ""
    body: str = ""
    edited: str = ""
    state: State = "open"
    article: str = ""
    decided_by: str = ""
    decided_at: int = 0
    decided_count: int = 0
    version: int = 0


def found(questions: Sequence[Question]) -> Gap:
    """A new gap out of at least one question."""
    ordered = sorted(questions, key=lambda q: q.at)
    first = ordered[0]
    name = blake2s(first.id.encode(), digest_size=6).hexdigest()
    return grown(Gap(name, 0, first.at, first.at, ()), ordered)


def grown(gap: Gap, questions: Sequence[Question]) -> Gap:
    """With further questions, none counted twice. Rejected, it comes back only when it has grown a lot."""
    new = [q for q in sorted(questions, key=lambda q: q.at) if q.id not in gap.recent]
    if not new:
        return gap
    known = {s["text"] for s in gap.samples}
    fresh = {
        q.text: {"text": q.text, "language": q.language, "at": q.at, "conversation": q.conversation} for q in new if q.text not in known
    }
    replies = dict.fromkeys((*gap.replies, *(q.reply for q in new if q.reply)))
    bigger = replace(
        gap,
        count=gap.count + len(new),
        first_at=min(gap.first_at, new[0].at),
        last_at=max(gap.last_at, new[-1].at),
        samples=(*gap.samples, *fresh.values())[-SAMPLES:],
        replies=tuple(replies)[-REPLIES:],
        recent=(*gap.recent, *(q.id for q in new))[-RECENT:],
    )
    return replace(bigger, state="open", article="") if _is_back(bigger) else bigger


def drafted(gap: Gap, title: str, body: str, language: str) -> Gap:
    """With a draft of its article, unless a person has edited it."""
    return gap if gap.edited or gap.state != "open" else replace(gap, title=title, body=body, language=language)


def decided(gap: Gap, state: State, by: str, at: int, article: str = "") -> Gap:
    return replace(gap, state=state, decided_by=by, decided_at=at, decided_count=gap.count, article=article)


def _is_back(gap: Gap) -> bool:
    """Twice as often and at least ten times more than when it was rejected."""
    return gap.state == "rejected" and gap.count >= max(2 * gap.decided_count, gap.decided_count + 10)
