"""What learning is worth: 3 examples per article to start with, then 4,000 messages that agents answer where the bot does not.

Three quarters are BANKING77's test questions, a quarter is far out of scope. What an agent answers becomes an example at once; every
night the index is built anew and the threshold follows its target. Wrong answers that nobody reviews stay unnoticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chalicelib.knowledge import scoring, threshold, wordings
from chalicelib.knowledge.threshold import Outcome
from chalicelib.knowledge.wordings import Wordings
from tests.bench.bot_data import Pair, by_article, pairs
from tests.bench.bot_quality import Line, default

SEED, START, MESSAGES, NIGHT, SOON = 7, 3, 4_000, 400, 25
TARGET = 0.94  # the goal's precision
Seen = tuple[bool, bool, bool]


@dataclass
class Desk:
    """The bot and what it was taught so far."""

    known: Wordings
    taught: list[Pair]
    answer: float
    caution: float
    fresh: list[Pair] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def stream() -> list[Pair]:
    chance = np.random.default_rng(SEED)
    test, far = pairs("banking77/test"), pairs("banking77_oos/ood_oos_test")
    some = [test[i] for i in chance.permutation(len(test))[: MESSAGES * 3 // 4]]
    some += [("", text) for _, text in far[: MESSAGES // 4]]
    return [some[i] for i in chance.permutation(len(some))]


def learning(encoder: Any) -> list[Line]:
    seen = run(stream(), encoder)
    return [*_window("first", seen[:NIGHT]), *_window("last", seen[-1_000:], "78 % at 94 %", "85 % at 95 %")]


def run(messages: Sequence[Pair], encoder: Any, caution: float = threshold.CAUTION) -> list[Seen]:
    """Of each message: is it in scope, was it answered, was the best article right."""
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
    reviewed = not answered or threshold.is_sampled(f"m{number}")
    if reviewed:
        desk.fresh.append((article, text))
        if found:
            desk.outcomes.append(Outcome(sure, right, threshold.SAMPLED if answered else 1.0, answered))
    return bool(article), answered, right


def _night(desk: Desk, encoder: Any) -> None:
    desk.taught += desk.fresh
    desk.fresh = []
    desk.known = wordings.build(list(dict.fromkeys(desk.taught)), encoder)
    desk.answer = threshold.adapted(desk.outcomes, desk.answer, TARGET, caution=desk.caution).answer


def _window(name: str, seen: Sequence[Seen], least: str = "", aim: str = "") -> list[Line]:
    answered = [right for _, yes, right in seen if yes]
    inside = [yes for within, yes, _ in seen if within]
    precision = 100 * float(np.mean(answered))
    figure = f"{100 * float(np.mean(inside)):.1f} % at {precision:.1f} %"
    whole = f"{100 * len(answered) / len(seen):.1f} %"
    return [
        Line(f"learning, {name} {len(seen):,} messages: share in scope answered at precision (of all messages {whole})", figure, least, aim)
    ]
