"""What learning is worth: 3 examples per article to start with, then 4,000 messages that agents answer where the bot does not.

Three quarters are BANKING77's test questions, a quarter is far out of scope. What an agent answers becomes an example at once; every
night the index is built anew and the threshold follows its target. Wrong answers that nobody reviews stay unnoticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from chalicelib.knowledge.index import scoring, wordings
from chalicelib.knowledge.index.wordings import Wordings
from chalicelib.knowledge.learning import threshold
from chalicelib.knowledge.learning.threshold import Outcome
from tests.bench.bot_data import Pair, by_article, pairs
from tests.bench.bot_quality import Line, default

SEED, START, MESSAGES, NIGHT, SOON, END = 7, 3, 4_000, 400, 25, 1_000
OTHERS = (1, 2, 3, 4)  # seeds of further streams, which tell what chance does to one
TARGET = 0.94  # the goal's precision


class Seen(NamedTuple):
    """What became of a message: was it about something that the articles answer, was it answered, was the best article right, and how
    sure of it was the bot?"""

    inside: bool
    answered: bool
    right: bool
    sure: float


@dataclass
class Desk:
    """The bot and what it was taught so far."""

    known: Wordings
    taught: list[Pair]
    answer: float
    caution: float
    fresh: list[Pair] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def stream(seed: int) -> list[Pair]:
    chance = np.random.default_rng(seed)
    test, far = pairs("banking77/test"), pairs("banking77_oos/ood_oos_test")
    some = [test[i] for i in chance.permutation(len(test))[: MESSAGES * 3 // 4]]
    some += [("", text) for _, text in far[: MESSAGES // 4]]
    return [some[i] for i in chance.permutation(len(some))]


def learning(encoder: Any) -> list[Line]:
    seen = run(stream(SEED), encoder)
    ends = [seen[-END:], *(run(stream(seed), encoder)[-END:] for seed in OTHERS)]
    shown = ", ".join(_figure(end) for end in ends)
    hindsight = f"{100 * _hindsight(ends[0]):.1f} %, {100 * float(np.mean([_hindsight(end) for end in ends])):.1f} %"
    together = _figure([one for end in ends for one in end])
    return [
        _line("first", seen[:NIGHT]),
        _line("last", ends[0], "78 % at 94 %", "85 % at 95 %"),
        Line(f"… the last of {len(ends)} streams in other orders, together ({shown})", together),
        Line(f"… with the threshold that gives {100 * TARGET:.0f} % in hindsight: the first stream, the mean of all", hindsight),
    ]


def run(messages: Sequence[Pair], encoder: Any, caution: float = threshold.CAUTION) -> list[Seen]:
    """What became of each message, in their order."""
    base = [(article, text) for article, texts in by_article(pairs("banking77/train_5")).items() for text in texts[:START]]
    desk = Desk(wordings.build(base, encoder), base, default(), caution)
    seen = []
    for number, (article, text) in enumerate(messages):
        if number and number % NIGHT == 0:
            _night(desk, encoder)
        elif number % SOON == 0:
            desk.known = wordings.with_fresh(desk.known, desk.fresh)
        seen.append(_message(desk, number, article, text))
    return seen


def _message(desk: Desk, number: int, article: str, text: str) -> Seen:
    found = scoring.rank(desk.known, [text], limit=1)
    best, sure = found[0] if found else ("", 0.0)
    answered, right = bool(found) and sure >= desk.answer, best == article
    reviewed = not answered or threshold.is_sampled(f"m{number}", sure)
    if reviewed:
        desk.fresh.append((article, text))
        if found:
            desk.outcomes.append(Outcome(sure, right, threshold.review_chance(sure) if answered else 1.0, answered))
    return Seen(bool(article), answered, right, sure)


def _night(desk: Desk, encoder: Any) -> None:
    desk.taught += desk.fresh
    desk.fresh = []
    desk.known = wordings.build(list(dict.fromkeys(desk.taught)), encoder)
    desk.answer = threshold.adapted(desk.outcomes, desk.answer, TARGET, caution=desk.caution).answer


def _line(name: str, seen: Sequence[Seen], least: str = "", aim: str = "") -> Line:
    whole = f"{100 * float(np.mean([one.answered for one in seen])):.1f} %"
    named = f"learning, {name} {len(seen):,} messages: share in scope answered at precision (of all messages {whole})"
    return Line(named, _figure(seen), least, aim)


def _figure(seen: Sequence[Seen]) -> str:
    inside = float(np.mean([one.answered for one in seen if one.inside]))
    return f"{100 * inside:.1f} % at {100 * float(np.mean([one.right for one in seen if one.answered])):.1f} %"


def _hindsight(seen: Sequence[Seen]) -> float:
    """The greatest share in scope that one threshold for all of them would have answered at the target."""
    ordered = sorted(seen, key=lambda one: -one.sure)
    right, inside = (np.cumsum([getattr(one, name) for one in ordered]) for name in ("right", "inside"))
    meets = right / np.arange(1, len(ordered) + 1) >= TARGET
    return float(inside[meets].max(initial=0)) / max(int(inside[-1]), 1)
