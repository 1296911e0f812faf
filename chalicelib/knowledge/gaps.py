"""Gaps: questions that keep coming and that no article answers, in the knowledge table; and how one grows. What is stored is masked.

| pk      | sk                    | what |
|---------|-----------------------|------|
| `GAPS`  | id                    | a gap, with the number of its version; its id follows from its first question and stays |
| `ASKED` | time and conversation | this question has been counted |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2s
from typing import Any, Literal

from chalicelib.errors import NotFound
from chalicelib.knowledge import items

State = Literal["open", "approved", "assigned", "rejected"]

SAMPLES, REPLIES, RECENT = 8, 3, 40  # so many are kept
KEPT = 30 * 86_400_000  # ms: what was asked only once is forgotten, and a question need not be known as counted any longer
_GAPS, _ASKED = "GAPS", "ASKED"


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


def everything() -> list[Gap]:
    """What is asked most stands first."""
    return sorted((_gap(values) for values in items.query(_GAPS)), key=lambda g: (-g.count, -g.last_at, g.id))


def get(gap_id: str) -> Gap:
    """Raises NotFound."""
    values = items.get(_GAPS, gap_id)
    if not values:
        raise NotFound("there is no such gap")
    return _gap(values)


def save(gap: Gap) -> Gap:
    """The next version. Raises Conflict if somebody was faster."""
    written = replace(gap, version=gap.version + 1)
    items.put(_GAPS, gap.id, {name: value for name, value in asdict(written).items() if value not in ("", 0, ())}, gap.version)
    return written


def counted(since: int) -> set[str]:
    """The ids of the questions since then (Unix ms) that were counted."""
    return {str(values["id"]) for values in items.query(_ASKED, since=f"{since:013d}")}


def remember(questions: Iterable[Question]) -> None:
    """These were counted."""
    items.write_many(((_ASKED, q.id), {"id": q.id}) for q in questions)


def tidy(now: int) -> None:
    """Forgets what was asked once, long ago, and that long ago something was counted."""
    before = now - KEPT
    gone = [(_GAPS, g.id) for g in everything() if g.count == 1 and g.state == "open" and not g.edited and g.last_at < before]
    for values in items.query(_ASKED):
        if int(str(values["id"]).partition("-")[0]) >= before:
            break
        gone.append((_ASKED, str(values["id"])))
    items.write_many((), gone)


def _is_back(gap: Gap) -> bool:
    """Twice as often and at least ten times more than when it was rejected."""
    return gap.state == "rejected" and gap.count >= max(2 * gap.decided_count, gap.decided_count + 10)


def _gap(values: Mapping[str, Any]) -> Gap:
    lists = {name: tuple(values.get(name, ())) for name in ("samples", "replies", "recent")}
    return Gap(**{**values, **lists})
