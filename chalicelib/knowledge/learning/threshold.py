"""How sure must the bot be to answer? The smallest confidence whose precision, judged carefully, meets the business's target. Pure.

What people found out about single answers (`Outcome`) corrects the shipped calibration: log-odds of being right = a + b * log-odds
of the confidence. Before there is any evidence a = 0 and b = 1, as shipped; each outcome moves them a little. The precision at a
threshold is then the mean over all messages above it, and its lower bound takes off what a and b may be wrong by.

Who was asked about an answer matters. Of the answered messages a random few come before an agent, more of those that may well be
wrong than of those that hardly can be, and each stands for all that did not; what an agent judges unasked (mostly what is wrong)
stands for itself alone. `Outcome.chance` says which it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s

TARGET = 0.95  # of the answers, so many are to be right
REVIEWED, RAREST = 0.27, 0.01  # so often an answered message comes before an agent, times its spread, and at least: 3 to 5 % of all
ENOUGH = 30  # outcomes; with fewer the threshold stays
LOWEST, HIGHEST = 0.35, 0.98
RECENT = 1_200  # outcomes; older ones tell of a bot that knew less (chosen on the training part of BANKING77)
UP, DOWN = 0.10, 0.05  # at most so far in one go: losing trust is quick, gaining it takes its time
CAUTION = 1.25  # standard errors between the estimate and its lower bound (tests/bench/choose.py)

_PRIOR_A, _PRIOR_B = 0.7, 0.4  # how far (standard deviations) the shipped calibration may be off
_EDGE = 0.002  # confidences of 0 and 1 have no log-odds
_GRID = 0.01


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person found about the bot's best article for one message, answered with it or handed over.

    `chance`: with which a message like this one comes before a person: `review_chance` for the random review, 1 for a verdict
    given unasked and for a handed-over message whose agent named the article.
    """

    confidence: float
    right: bool
    chance: float = 1.0
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of right answers, from `lower` to `upper` with 95 % certainty, by `reviewed` answers."""

    precision: float
    lower: float
    upper: float
    reviewed: int


@dataclass(frozen=True, slots=True)
class ThresholdChange:
    """The threshold to use from now on. `why`: "evidence", "too little evidence", "one step at a time" or "meets the target".

    `precision` and `lower` are what is expected of the answers at `answer`; 0 with too little evidence.
    """

    answer: float
    before: float
    why: str
    precision: float = 0.0
    lower: float = 0.0
    outcomes: int = 0


def review_chance(confidence: float) -> float:
    """With which an answer comes before an agent: as its outcome may spread. With as many reviews the share of right answers is known
    best so (J. Neyman, On the Two Different Aspects of the Representative Method, 1934)."""
    return max(RAREST, REVIEWED * math.sqrt(max(confidence * (1 - confidence), 0.0)))


def is_sampled(message_id: str, confidence: float) -> bool:
    """Does this answered message belong to the random review? Always the same for the same id and confidence."""
    drawn = int.from_bytes(blake2s(b"review:" + message_id.encode(), digest_size=4).digest(), "big")
    return drawn < review_chance(confidence) * 2**32


def adapted(
    outcomes: Sequence[Outcome], before: float, target: float = TARGET, *, caution: float = CAUTION, up: float = UP, down: float = DOWN
) -> ThresholdChange:
    """The next threshold, at most `up` or `down` away from the one `before` (all between 0 and 1).

    Call it with all outcomes of the last weeks in the order of time, not with the new ones alone; the last RECENT count.
    """
    outcomes = outcomes[-RECENT:]
    if len(outcomes) < ENOUGH:
        return ThresholdChange(before, before, "too little evidence", outcomes=len(outcomes))
    curve = _curve(outcomes, caution)
    wanted = next((at for at, _, lower in curve if lower >= target), HIGHEST)
    answer = round(min(max(wanted, before - down), before + up, HIGHEST), 2)
    answer = max(answer, LOWEST)
    precision, lower = next(((mean, low) for at, mean, low in curve if at >= answer - _GRID / 2), (0.0, 0.0))
    why = "meets the target" if answer == before else "evidence" if abs(answer - wanted) < _GRID / 2 else "one step at a time"
    return ThresholdChange(answer, before, why, round(precision, 4), round(lower, 4), len(outcomes))


def estimate(outcomes: Sequence[Outcome]) -> Estimate | None:
    """What share of the answers is right, without bias: each reviewed answer counts for as many as it stands for. None without any."""
    answered = [o for o in outcomes if o.answered]
    if not answered:
        return None
    weights = [1 / o.chance for o in answered]
    whole = sum(weights)
    share = sum(w for o, w in zip(answered, weights, strict=True) if o.right) / whole
    lower, upper = _wilson(share, _effective(weights))
    return Estimate(round(share, 4), round(lower, 4), round(upper, 4), len(answered))


def _curve(outcomes: Sequence[Outcome], caution: float) -> list[tuple[float, float, float]]:
    """For each threshold that has messages above it: (threshold, precision, lower bound), rising."""
    (a, b), cov = _fit(outcomes)
    points = sorted(((_log_odds(o.confidence), o.confidence, 1 / o.chance) for o in outcomes), reverse=True)
    found, i, weight, right, by_a, by_b = [], 0, 0.0, 0.0, 0.0, 0.0
    for step in range(round(HIGHEST / _GRID), round(LOWEST / _GRID) - 1, -1):
        at = step * _GRID
        while i < len(points) and points[i][1] >= at:
            x, _, w = points[i]
            p = _expit(a + b * x)
            slope = w * p * (1 - p)
            weight, right, by_a, by_b, i = weight + w, right + w * p, by_a + slope, by_b + slope * x, i + 1
        if weight:
            ga, gb = by_a / weight, by_b / weight
            spread = ga * ga * cov[0] + 2 * ga * gb * cov[1] + gb * gb * cov[2]
            found.append((at, right / weight, right / weight - caution * math.sqrt(spread)))
    return found[::-1]


def _fit(outcomes: Sequence[Outcome]) -> tuple[tuple[float, float], tuple[float, float, float]]:
    """(a, b) and their covariance (aa, ab, bb): logistic regression with a normal prior around the shipped calibration."""
    points = list(zip([_log_odds(o.confidence) for o in outcomes], [o.right for o in outcomes], _weights(outcomes), strict=True))
    ra, rb = _PRIOR_A**-2, _PRIOR_B**-2
    a, b = 0.0, 1.0
    for _ in range(25):
        ga, gb, haa, hab, hbb = -ra * a, -rb * (b - 1), ra, 0.0, rb
        for x, right, w in points:
            p = _expit(a + b * x)
            miss, curve = w * (right - p), w * p * (1 - p)
            ga, gb, haa, hab, hbb = ga + miss, gb + miss * x, haa + curve, hab + curve * x, hbb + curve * x * x
        det = haa * hbb - hab * hab
        da, db = (hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det
        # A step of Newton's may be too long far from the goal.
        damping = min(1.0, 1.0 / max(abs(da), abs(db), 1e-9))
        a, b = a + damping * da, max(b + damping * db, 0.05)
        if max(abs(da), abs(db)) < 1e-6:
            break
    return (a, b), (hbb / det, -hab / det, haa / det)


def _weights(outcomes: Sequence[Outcome]) -> list[float]:
    """Answered and handed-over messages each stand for their kind, with no more weight together than they bring evidence."""
    weights = [1 / o.chance for o in outcomes]
    scale = {}
    for kind in (True, False):
        of_kind = [w for o, w in zip(outcomes, weights, strict=True) if o.answered is kind]
        scale[kind] = _effective(of_kind) / sum(of_kind) if of_kind else 0.0
    return [w * scale[o.answered] for o, w in zip(outcomes, weights, strict=True)]


def _effective(weights: Sequence[float]) -> float:
    """How many equally weighted observations tell as much (Kish)."""
    return sum(weights) ** 2 / sum(w * w for w in weights)


def _wilson(share: float, n: float, z: float = 1.96) -> tuple[float, float]:
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _log_odds(confidence: float) -> float:
    c = min(max(confidence, _EDGE), 1 - _EDGE)
    return math.log(c / (1 - c))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else 1 - 1 / (1 + math.exp(x))
