"""Which article does a message that follows an answer ask for, and do its passages answer it? Logistic regression. Pure.

Most such messages ask for something that stands in the article that was told last ("and oolong?", "who pays that?"), and some change
the topic. The candidates are that article, the best ones for the message alone and for the question that it completes, and those with
the nearest passages. The weights were fitted by tests/bench/train_follow_ups.py, those of articles on dialogues of which half was kept
out, those of passages on follow-ups to another shop's articles.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalicelib.bot.interpretation.contextual.passages import Passage
from chalicelib.bot.interpretation.retrieval import Hit

FEATURES = (
    *("last", "alone", "completed"),
    *("words", "alike", "answers", "whole"),
    *("words_ahead", "alike_ahead", "answers_ahead", "whole_ahead"),
    *("alone_best", "alone_best_of_its_own", "short"),
)
TELLS = ("article", "ahead", "words", "alike", "answers", "whole", "gap", "statement", "joins")
ALONE = (
    *("confidence", "confidence_ahead"),
    *("words", "alike", "answers"),
    *("words_ahead", "alike_ahead", "answers_ahead"),
    "found",
)
TOLD = 0.4  # probability from which a candidate is told
_BEST = 3  # of each search
_LEAST, _MOST = 0.005, 0.98  # confidences outside say no more
_STATED = 1.5  # nearness from which a passage answers a mere statement that shares no word with it


@dataclass(frozen=True, slots=True)
class Candidate:
    """`hit`: with the probability that its article is asked for, as its confidence. `passages`: of its text, the best first. `seen`: the
    features, in the order of FEATURES."""

    hit: Hit
    passages: Sequence[Passage]
    seen: list[float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`last`: the article that was told; `offered`: those that were offered instead.
    `alone`, `completed`: hits of the message, and of the whole question that it completes; `near`: articles that have the nearest passages.
    `joins`: does it say itself that it goes on with something? `short`: has it few words of its own?"""

    last: Hit | None
    offered: Sequence[Hit]
    alone: Sequence[Hit]
    completed: Sequence[Hit]
    near: Sequence[Hit]
    joins: bool
    short: bool


def ranked(known: Evidence, passages_of: Callable[[Hit], Sequence[Passage]]) -> list[Candidate]:
    """All candidates, the likeliest first."""
    told = [known.last] if known.last else []
    every = (*told, *known.offered, *known.completed[:_BEST], *known.alone[:_BEST], *known.near)
    hits = {hit.article: hit for hit in every}
    passages = {name: passages_of(hit) for name, hit in hits.items()}
    made = []
    for name, hit in hits.items():
        others = [one for other, found in passages.items() if other != name for one in found]
        seen = features(hit, known, passages[name], others)
        made.append(Candidate(Hit(name, probability(seen), hit.versions), passages[name], seen))
    return sorted(made, key=lambda one: -one.hit.confidence)


def says_it(candidate: Candidate, statement: bool) -> bool:
    """Is it likely enough to be told? A mere statement ("too expensive") must be near to something that the article says."""
    if candidate.hit.confidence < TOLD:
        return False
    return not statement or any(one.words > 0 or one.answers >= _STATED for one in candidate.passages)


def features(hit: Hit, known: Evidence, passages: Sequence[Passage], others: Sequence[Passage]) -> list[float]:
    """In the order of FEATURES. `others`: passages of the other candidates."""
    is_last = float(known.last is not None and hit.article == known.last.article)
    best = is_last * _odds(known.alone[:1], known.alone[0].article if known.alone else "")
    own = _most(passages)
    return [
        is_last,
        _odds(known.alone, hit.article),
        _odds(known.completed, hit.article),
        *own,
        *(mine - other for mine, other in zip(own, _most(others), strict=True)),
        best,
        0.0 if known.joins else best,
        is_last * known.short,
    ]


def _most(passages: Sequence[Passage]) -> list[float]:
    seen = [(one.words, one.alike, one.answers, one.whole) for one in passages]
    return [max(column) for column in zip(*seen, strict=True)] if seen else [0.0] * 4


def probability(seen: Sequence[float]) -> float:
    """That this candidate is asked for."""
    return logistic("articles", FEATURES, seen)


def answering(candidates: Sequence[Candidate], statement: bool, joins: bool) -> float:
    """The probability that the best passages of the likeliest candidate answer the message."""
    return logistic("passages", TELLS, tells(candidates, statement, joins))


def tells(candidates: Sequence[Candidate], statement: bool, joins: bool) -> list[float]:
    """In the order of TELLS."""
    best, *others = candidates
    first, *further = best.passages
    likely = best.hit.confidence
    second = max((one.hit.confidence for one in others), default=0.0)
    gap = first.score - further[0].score if further else first.score
    return [
        math.log(likely / (1 - likely)),
        likely - second,
        *(first.words, first.alike, first.answers, first.whole, gap),
        float(statement),
        float(joins),
    ]


def logistic(model: str, names: Sequence[str], seen: Sequence[float]) -> float:
    """A probability, by the weights of a model in ranking.json."""
    weights = _weights()[model]
    total = weights["bias"] + sum(weights[name] * value for name, value in zip(names, seen, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _odds(hits: Sequence[Hit], article: str) -> float:
    return log_odds(next((hit.confidence for hit in hits if hit.article == article), 0.0))


def log_odds(confidence: float) -> float:
    """Within what a confidence tells."""
    known = min(max(confidence, _LEAST), _MOST)
    return math.log(known / (1 - known))


@cache
def _weights() -> dict[str, dict[str, float]]:
    content: dict[str, dict[str, float]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return content
