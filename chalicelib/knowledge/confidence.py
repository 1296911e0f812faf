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

if TYPE_CHECKING:
    from chalicelib.knowledge.scoring import View
    from chalicelib.knowledge.wordings import Wordings

Kind = Literal["words", "both", "alone"]

FILE = Path(__file__).parent / "confidence.json"
_AGREEING = (3, 10)  # nearest wordings that are asked whether they belong to the article
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
    """The numbers for the first article of `order` (places of articles, the best first): NAMES says what they are."""
    best = order[0]
    has = view.owners != -1
    mine = view.owners == best
    scores = view.scores
    rival = scores[order[1]] if len(order) > 1 else 0.0
    similar = view.similar
    own, other = _most(similar, mine), _most(similar, has & ~mine)
    refused = _most(similar, ~has)
    mean, spread = known.near.both if kind == "both" else known.near.words
    count, articles = len(view.owners), len(known.ids)
    near = _nearest(similar, _AGREEING[1])
    agree = view.owners[near] == best
    voices = np.exp(_VOTING * similar[near])
    heard = view.heard
    found = [
        float(scores[best]),
        float(scores[best] - rival),
        own,
        own - other,
        (own - mean) / spread,
        (other - mean) / spread,
        float(agree[: _AGREEING[0]].mean()),
        float((voices * agree).sum() / voices.sum()),
        float(similar[near].mean()),
        refused - own if refused > 0 else -1.0,
        max(0.0, refused - 0.5),
        math.log1p(int(mine.sum())),
        math.log(articles),
        math.log1p(count / articles),
        heard.known,
        heard.mass,
        math.log1p(heard.words),
        float(heard.han),
        mean,
    ]
    if kind != "words":
        own_words, other_words = _most(view.words, mine), _most(view.words, has & ~mine)
        exps = np.exp(8 * (scores - scores[best]))
        found += [
            own_words,
            own_words - other_words,
            float(1 / exps.sum()),
            float((scores[best] - scores.mean()) / max(float(scores.std()), 1e-3)),
            float(scores[best]) * float(scores[best] - rival),
            own * own,
            (own * (1 + 0.3) - 0.3 * own_words),
        ]
    return found


def _most(values: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    return float(values.max(where=where, initial=0.0))


def _nearest(similar: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    from chalicelib.knowledge.scoring import nearest

    return nearest(similar, count)
