"""`python -m tests.bench.choose [kernel_ridge|words|threshold|caution]`: what there is to choose, chosen by a rule on train and valid parts

Each part prints every candidate with what it reached, and which one the rule takes; the code's constants are set by hand to these.
The order matters: kernel_ridge, then `python -m tests.bench.train_confidence`, then the others. No test part is read here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from math import sqrt
from typing import Any
from unittest.mock import patch

import numpy as np

from chalicelib.knowledge.encoder import encoder
from chalicelib.knowledge.index import kernel_ridge, scoring
from chalicelib.knowledge.index.kernel_ridge import Shape
from chalicelib.knowledge.index.wordings import Wordings
from tests.bench import bot_learning
from tests.bench.bot_cost import by_words
from tests.bench.bot_data import Pair, Remembering, pairs
from tests.bench.bot_quality import asked, known, sure, top

Ask = tuple[str, list[Pair], list[Pair]]  # name, knowledge, questions
FEW = [Shape(width, damping) for width, damping in product((1.5, 2.0, 3.0), (0.02, 0.05, 0.1, 0.2))]
MANY = [Shape(1.0, damping) for damping in (0.01, 0.03, 0.1)]
ALIKE, SURE = (0.7, 0.8, 0.9), (0.9, 0.95, 0.98)
LOST = 0.1  # points of top-1 that may be lost on a data set when words alone are believed
REJECTED = (99.0, 78.0)  # percent of what is far, of siblings, that the goal wants rejected
THRESHOLDS = [step / 20 for step in range(10, 20)]
CAUTION = (1.25, 1.5, 1.0, 0.75, 0.5)  # less than 0.5 lets a bot that is too sure of itself stay so (tests/unit/test_threshold.py)
SEEDS = (1, 2, 3, 4, 5)


def inside(name: str) -> list[Pair]:
    return [pair for pair in pairs(name) if pair[0] not in ("", "chat")]


def without(some: Iterable[Pair], taken: Iterable[Pair]) -> list[Pair]:
    held = set(taken)
    return [pair for pair in some if pair not in held]


def few() -> list[Ask]:
    """Few examples of each article; asked what else lies in train, or valid."""
    banking, clinc = pairs("banking77/train"), inside("clinc150/val")
    made: list[Ask] = []
    for shots in ("5", "10"):
        base = pairs(f"banking77/train_{shots}")
        made.append((f"BANKING77 {shots}", base, without(banking, base)[::4]))
        made.append((f"CLINC150 {shots}", inside(f"clinc150/train_{shots}"), clinc[::2]))
    return [*made, ("SMP2017", inside("smp2017_zh/train"), inside("smp2017_zh/valid"))]


def many() -> list[Ask]:
    """Nine tenths of train; asked the tenth."""
    whole = pairs("banking77/train")
    asked_for = whole[::10]
    return [("BANKING77 9/10", without(whole, asked_for), asked_for)]


def reached(base: Wordings, questions: Sequence[Pair]) -> float:
    return top(asked(base, [text for _, text in questions], 1), [article for article, _ in questions])


def shapes(enc: Any) -> None:
    """The highest mean of top-1 over all sets; nothing that words alone decide."""
    for name, candidates, sets in (("FEW", FEW, few()), ("MANY", MANY, many())):
        means = {}
        for shape in candidates:
            with patch.multiple(kernel_ridge, **{name: shape}), patch.multiple(scoring, SURE=2.0):
                figures = [reached(known(base, enc), questions) for _, base, questions in sets]
            means[shape] = float(np.mean(figures))
            print(name, tuple(shape), *(f"{found:.1f}" for found in figures), f"mean {means[shape]:.2f}", flush=True)
        print(name, "chosen:", tuple(max(means, key=lambda shape: means[shape])), flush=True)


def words(enc: Any) -> None:
    """The limits with which words alone decide most often, of those that lose at most LOST of top-1 on every set."""
    sets = [(name, known(base, enc), questions) for name, base, questions in [*few(), *many()]]
    with patch.multiple(scoring, SURE=2.0):
        whole = [reached(base, questions) for _, base, questions in sets]
    shares = {}
    for alike, limit in product(ALIKE, SURE):
        with patch.multiple(scoring, ALIKE=alike, SURE=limit):
            lost = [before - reached(base, questions) for before, (_, base, questions) in zip(whole, sets, strict=True)]
            share = float(np.mean([by_words(base, [text for _, text in questions]) for _, base, questions in sets]))
        print(alike, limit, "lost", *(f"{one:+.2f}" for one in lost), f"words alone {100 * share:.1f} %", flush=True)
        if max(lost) <= LOST:
            shares[alike, limit] = share
    print("words chosen:", max(shares, key=lambda limits: shares[limits]) if shares else "never", flush=True)


def threshold(enc: Any) -> None:
    """The smallest one at which what is rejected of both kinds, less one standard error, reaches the goal."""
    base = known(pairs("banking77_oos/train"), enc)
    kinds = [sure(asked(base, [text for _, text in pairs(f"banking77_oos/{kind}_oos_valid")], 1)) for kind in ("ood", "id")]
    chosen = None
    for at in THRESHOLDS:
        shares = [float((kind < at).mean()) for kind in kinds]
        lower = [100 * (share - sqrt(share * (1 - share) / len(kind))) for share, kind in zip(shares, kinds, strict=True)]
        print(at, *(f"{100 * share:.1f} (less one standard error {low:.1f})" for share, low in zip(shares, lower, strict=True)))
        if chosen is None and all(low >= least for low, least in zip(lower, REJECTED, strict=True)):
            chosen = at
    print("threshold chosen:", chosen, flush=True)


def stream(seed: int) -> list[Pair]:
    """As the benchmark's, of training parts: three quarters to be learned, a quarter about something else."""
    chance = np.random.default_rng(seed)
    near = without(pairs("banking77/train"), pairs("banking77/train_5"))
    far = [("", text) for _, text in inside("clinc150/train")]
    count = bot_learning.MESSAGES * 3 // 4
    some = [near[i] for i in chance.permutation(len(near))[:count]]
    some += [far[i] for i in chance.permutation(len(far))[: bot_learning.MESSAGES - count]]
    return [some[i] for i in chance.permutation(len(some))]


def caution(enc: Any) -> None:
    """The smallest one with which the last messages of the streams are answered right at the target, all streams together."""
    held = {}
    for value in CAUTION:
        ends = []
        for seed in SEEDS:
            ends += bot_learning.run(stream(seed), enc, value)[-bot_learning.END :]
        answered = [one.right for one in ends if one.answered]
        share = np.mean([one.answered for one in ends if one.inside])
        held[value] = float(np.mean(answered))
        print(value, f"{100 * share:.1f} % at {100 * held[value]:.2f} %", flush=True)
    print("caution chosen:", min((value for value in CAUTION if held[value] >= bot_learning.TARGET), default=max(CAUTION)), flush=True)


PARTS: dict[str, Callable[[Any], None]] = {"head": shapes, "words": words, "threshold": threshold, "caution": caution}


def main() -> None:
    made = encoder.load()
    assert made, "the encoder is not built: python -m infra encoder"
    enc = Remembering(made)
    for name in sys.argv[1:] or PARTS:
        PARTS[name](enc)
    enc.save()


if __name__ == "__main__":
    main()
