"""How sure is the best article? A logistic model over the evidence for it, trained once on simulated knowledge (tests/bench). Numpy.

The weights lie in confidence.json, with how they were made. "words": by neighbours in words, which comes first; "both": by the
head over words and meaning; "alone": by the head of knowledge that was built without an encoder.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

NONE = -1  # as in wordings.py

if TYPE_CHECKING:
    from chalicelib.knowledge.index.scoring import View
    from chalicelib.knowledge.index.wordings import Wordings

Kind = Literal["words", "both", "alone"]

FILE = Path(__file__).parent / "confidence.json"
_AGREEING = (3, 10)  # nearest wordings that are asked whether they belong to the article
_LOOKED_AT = 30  # nearest wordings among which a rival is looked for
_VOTING = 6.0  # how fast a wording's voice falls off


@dataclass(frozen=True, slots=True)
class Model:
    """`means` and `scales` bring each number of the evidence to the same size before it counts by its weight."""

    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float


@cache
def models() -> dict[str, Model]:
    """By kind of evidence."""
    stored = json.loads(FILE.read_text("utf-8"))["models"]
    return {
        kind: Model(np.array(m["means"]), np.array(m["scales"]), np.array(m["weights"]), float(m["bias"])) for kind, m in stored.items()
    }


def estimated(kind: Kind, numbers: Sequence[float]) -> float:
    """The chance (0..1) that the article is right which this is the evidence for."""
    model = models()[kind]
    size = np.clip((np.array(numbers) - model.means) / model.scales, -4, 4)
    return 1 / (1 + math.exp(-float(size @ model.weights) - model.bias))


def evidence(known: Wordings, view: View, order: Sequence[int], kind: Kind) -> list[float]:
    """The numbers for the first article of `order` (places of articles, the best first)."""
    best = order[0]
    mine = np.flatnonzero(view.owners == best)
    scores, similar, heard = view.scores, view.similar, view.heard
    rival = float(scores[order[1]]) if len(order) > 1 else 0.0
    near = nearest(similar, _LOOKED_AT)
    own, other = _most(similar, mine), _rival(similar, view.owners, near, best)
    refused = _most(similar, np.flatnonzero(view.owners == NONE))
    near = near[: _AGREEING[1]]
    agree = view.owners[near] == best
    voices = np.exp(_VOTING * similar[near])
    articles = len(known.ids)
    found = [
        float(scores[best]),
        float(scores[best]) - rival,
        own,
        own - other,
        float(agree[: _AGREEING[0]].mean()),
        float((voices * agree).sum() / voices.sum()),
        float(similar[near].mean()),
        refused - own if refused > 0 else -1.0,
        max(0.0, refused - 0.5),
        math.log1p(len(mine)),
        math.log(articles),
        math.log1p(len(view.owners) / articles),
        heard.known,
        heard.mass,
        math.log1p(heard.words),
        float(heard.han),
    ]
    if kind != "words":
        found += _more(known, view, mine, (float(scores[best]), rival), (own, other))
    return found


def _more(known: Wordings, view: View, mine: NDArray[np.int64], score: tuple[float, float], nearness: tuple[float, float]) -> list[float]:
    """Where the head has spoken: is the question as near to the article as the article's own wordings are to each other?"""
    (best, rival), (own, other) = score, nearness
    own_words = _most(view.words, mine)
    other_words = _rival(view.words, view.owners, nearest(view.words, _LOOKED_AT), int(view.owners[mine[0]]))
    built = mine[mine < len(known.owners)]
    usual = known.near.own[built]
    beside = built[nearest(view.similar[built], 3)]
    local = float(known.near.own[beside].mean()) if len(beside) else own
    margin = float((known.near.own - known.near.other)[beside].mean()) if len(beside) else own - other
    many = float(len(usual) > 1)
    return [
        own_words,
        own_words - other_words,
        float(1 / np.exp(8 * (view.scores - best)).sum()),
        (best - float(view.scores.mean())) / max(float(view.scores.std()), 1e-3),
        best * (best - rival),
        own * own,
        many * (own - float(usual.mean())) if len(usual) else 0.0,
        many * (own - local),
        many * (own - other - margin),
        float(view.similar[beside].sum() - max(0, 3 - len(beside))) / 3,
        many,
    ]


def nearest(similar: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The places of the greatest numbers, the greatest first; of equals the first."""
    count = min(count, len(similar))
    some = np.sort(np.argpartition(-similar, count - 1)[:count]) if count < len(similar) else np.arange(len(similar))
    found: NDArray[np.int64] = some[np.argsort(-similar[some], kind="stable")]
    return found


def _most(values: NDArray[np.float32], places: NDArray[np.int64]) -> float:
    return max(0.0, float(values[places].max())) if len(places) else 0.0


def _rival(values: NDArray[np.float32], owners: NDArray[np.int32], near: NDArray[np.int64], best: int) -> float:
    """The greatest of the values that belong to another article; it is nearly always among the nearest."""
    others = near[(owners[near] != best) & (owners[near] != NONE)]
    if len(others):
        return max(0.0, float(values[others[0]]))
    return _most(values, np.flatnonzero((owners != best) & (owners != NONE)))
