"""What customers would see of a list of messages, with a language model that reads where the bot is not sure, and without one.

Each message is a chat of its own, so nothing is stored and no action is called; the model is asked as the bot would ask it. The command is
in infra/operate/evaluate.py.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chalicelib.bot.answers.answer import Answer, Brain, Context, Escalation, answer, examined
from chalicelib.bot.answers.case import Case
from chalicelib.bot.reading import consulting, following
from chalicelib.bot.reading.consulting import Call, Consulted
from chalicelib.bot.reading.following import Outcome
from infra.errors import DeployError

ASKED = Path(__file__).parent / "demo" / "asked"  # what people typed to the demo shop, a file for each language
WANTS = ("answer", "both", "urgent", "person", "courtesy", "decline")
_SHAPE = '{"text": "how long does delivery take", "good": ["delivery-time"], "want": "answer"}'


@dataclass(frozen=True, slots=True)
class Row:
    """A message, the articles that answer it, and what should come of it (one of WANTS). `page`: the language of the page it is typed on,
    "" to go by its own."""

    text: str
    good: tuple[str, ...]
    want: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a customer sees. `sure`: articles that are told as the answer; `offered`: that are told as what may help, or that she may
    choose; `kind`: the outcome, "person" or "urgent"."""

    kind: str
    sure: frozenset[str] = frozenset()
    offered: frozenset[str] = frozenset()

    def is_as_wanted(self, row: Row) -> bool:
        """Is it right for what should come of the message?"""
        match row.want:
            case "answer" | "both":
                return bool((self.sure or self.offered) & set(row.good))
            case "urgent":
                return self.kind == "urgent"
            case "person":
                return self.kind in ("person", "urgent")
            case "courtesy":
                return self.kind not in ("person", "urgent")
        return not self.sure


@dataclass(frozen=True, slots=True)
class Told:
    """One row: what she sees without the model and with it; `done`: the call, None where nobody was asked; `why` it was not heard."""

    row: Row
    without: Seen
    with_model: Seen
    done: Consulted | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of `answerable` messages that an article answers: `answered`, of these `right`; `offered` (a list, or what may help), of these with
    a `right_offered`; `handed_over`. Of the `others`: `invented`, an answer that nobody has. `as_wanted`: of all."""

    answerable: int
    answered: int
    right: int
    offered: int
    right_offered: int
    handed_over: int
    others: int
    invented: int
    as_wanted: int


def read(path: Path, page: str = "") -> list[Row]:
    """A file of JSON lines as `_SHAPE`. Raises DeployError with the line that is not."""
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip():
            rows.append(_row(line, f"{path.name}, line {number}", page))
    if not rows:
        raise DeployError(f"{path.name} has no message", f"write a line for each: {_SHAPE}")
    return rows


def demo() -> list[Row]:
    """What people typed to the demo shop."""
    return [row for page in ("en", "zh") for row in read(ASKED / f"{page}.jsonl", page)]


def told(rows: Iterable[Row], mind: Brain, call: Call, at: int) -> Iterator[Told]:
    """Each row as it comes. `mind`: what the bot knows; `call`: the model; `at`: now (Unix ms)."""
    for row in rows:
        context = Context("webchat", at, language=row.page, page=row.page, facts=mind.facts, opened=lambda: [at])
        case, decided = examined(row.text, context, mind), answer(row.text, context, mind)
        without = _seen(decided)
        known, asked = consulting.question(case, ()) if following.is_open(case, decided) else ((), None)
        if not asked:
            yield Told(row, without, without)
            continue
        done = consulting.consulted(known, asked, call)
        found = consulting.outcome(case, done)
        yield Told(row, without, _after(case, found) or without, done, found.flaw)


def figures(seen: Sequence[tuple[Row, Seen]]) -> Figures:
    """Counted as a customer would."""
    answerable = [(row, one) for row, one in seen if row.good]
    others = [one for row, one in seen if not row.good]
    sure = [(row, one) for row, one in answerable if one.sure]
    offered = [(row, one) for row, one in answerable if one.offered and not one.sure]
    return Figures(
        answerable=len(answerable),
        answered=len(sure),
        right=sum(bool(one.sure & set(row.good)) for row, one in sure),
        offered=len(offered),
        right_offered=sum(bool(one.offered & set(row.good)) for row, one in offered),
        handed_over=sum(one.kind in ("person", "urgent") for _, one in answerable),
        others=len(others),
        invented=sum(bool(one.sure) for one in others),
        as_wanted=sum(one.is_as_wanted(row) for row, one in seen),
    )


def reasons(done: Iterable[Told]) -> list[tuple[str, int]]:
    """Why the model was not heard where it was asked, the most frequent first."""
    return Counter(one.why for one in done if one.why).most_common()


def _row(line: str, where: str, page: str) -> Row:
    try:
        known: Any = json.loads(line)
        text, good, want = known["text"], known.get("good", []), known.get("want", "answer" if known.get("good") else "decline")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DeployError(f"{where} cannot be read: {error}", f"each line as {_SHAPE}") from error
    if not isinstance(text, str) or not text.strip() or not isinstance(good, list) or not all(isinstance(one, str) for one in good):
        raise DeployError(f"{where}: text must be words, good a list of articles' ids", f"each line as {_SHAPE}")
    if want not in WANTS:
        raise DeployError(f"{where}: want is {want!r}", f"one of {', '.join(WANTS)}")
    return Row(text, tuple(good), want, page)


def _after(case: Case, found: Outcome) -> Seen | None:
    """What she sees of what the model made of it; None: the same as without it."""
    if found.raised:
        raised = _seen(answer(case.question, replace(case.context, raised=found.raised), case.brain))
        return raised if raised.kind in ("person", "urgent") else Seen("person" if found.raised == "person" else "urgent")
    return _seen(found.said) if found.said else None


def _seen(decided: Answer | Escalation) -> Seen:
    if isinstance(decided, Escalation):
        return Seen("urgent" if decided.facts.get("urgent_topic") else "person")
    articles = frozenset(filter(None, (decided.article, *decided.also)))
    if decided.outcome == "answer" and not decided.is_tentative:
        return Seen("answer", sure=articles)
    listed = decided.offered if decided.outcome in ("offer", "answer") else ()
    return Seen(decided.outcome, offered=articles | frozenset(listed))
