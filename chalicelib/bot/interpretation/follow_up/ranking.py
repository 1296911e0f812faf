"""Which article does a message that follows an answer ask for? Logistic regression over what searches and passages tell. Pure.

Most such messages ask for something that stands in the article that was told last ("and oolong?", "who pays that?"), and some change
the topic. The candidates are that article, and the best ones for the message alone and for the question that it completes. The weights
were fitted on dialogues (tests/bench/train_follow_ups.py); half of the dialogues were kept out of that.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalicelib.bot.interpretation.follow_up.passages import Passage
from chalicelib.bot.retrieval import Hit

FEATURES = ("last", "alone", "completed", "words", "meaning", "alone_best", "alone_best_of_its_own", "short")
TOLD = 0.4  # probability from which a candidate is told
_BEST = 3  # of each search
_LEAST, _MOST = 0.005, 0.98  # confidences outside say no more
_STATED = 0.3  # meaning from which a passage answers a mere statement that shares no word with it


@dataclass(frozen=True, slots=True)
class Candidate:
    """`hit`: with the probability that its article is asked for, as its confidence. `passages`: of its text, the best first."""

    hit: Hit
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`last`: the article that was told; `offered`: those that were offered instead.
    `alone`, `completed`: hits of the message, and of the whole question that it completes.
    `joins`: does it say itself that it goes on with something? `short`: has it few words of its own?"""

    last: Hit | None
    offered: Sequence[Hit]
    alone: Sequence[Hit]
    completed: Sequence[Hit]
    joins: bool
    short: bool


def ranked(known: Evidence, passages_of: Callable[[Hit], Sequence[Passage]]) -> list[Candidate]:
    """All candidates, the likeliest first."""
    told = [known.last] if known.last else []
    hits = {hit.article: hit for hit in (*told, *known.offered, *known.completed[:_BEST], *known.alone[:_BEST])}
    made = []
    for hit in hits.values():
        found = passages_of(hit)
        made.append(Candidate(Hit(hit.article, probability(features(hit, known, found)), hit.versions), found))
    return sorted(made, key=lambda one: -one.hit.confidence)


def says_it(candidate: Candidate, statement: bool) -> bool:
    """Is it likely enough to be told? A mere statement ("too expensive") must be near to something that the article says."""
    if candidate.hit.confidence < TOLD:
        return False
    return not statement or any(one.words > 0 or one.meaning >= _STATED for one in candidate.passages)


def features(hit: Hit, known: Evidence, passages: Sequence[Passage]) -> list[float]:
    """In the order of FEATURES."""
    is_last = float(known.last is not None and hit.article == known.last.article)
    best = is_last * _log_odds(known.alone[:1], known.alone[0].article if known.alone else "")
    return [
        is_last,
        _log_odds(known.alone, hit.article),
        _log_odds(known.completed, hit.article),
        max((one.words for one in passages), default=0.0),
        max((one.meaning for one in passages), default=0.0),
        best,
        0.0 if known.joins else best,
        is_last * known.short,
    ]


def probability(seen: Sequence[float]) -> float:
    """That this candidate is asked for."""
    weights = _weights()
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in zip(FEATURES, seen, strict=True))
    return 1 / (1 + math.exp(-total))


def _log_odds(hits: Sequence[Hit], article: str) -> float:
    found = next((hit.confidence for hit in hits if hit.article == article), 0.0)
    known = min(max(found, _LEAST), _MOST)
    return math.log(known / (1 - known))


@cache
def _weights() -> dict[str, float]:
    content: dict[str, float] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return content
