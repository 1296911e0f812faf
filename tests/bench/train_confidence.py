"""`python -m tests.bench.train_confidence`: fits the confidence on simulated knowledge and writes confidence.json.

Each simulated knowledge takes some intents of one data set with few or many examples; it is asked about these intents, about the
intents that were left out (near) and about another data set (far). Train and valid parts only; nothing that is out of scope by label.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge.encoder import encoder
from chalicelib.knowledge.index import confidence, scoring, wordings
from tests.bench.bot_data import Pair, Remembering, by_article, digest, pairs

SEED, BASES = 20261122, 160
SOURCES = {
    "banking77": ["banking77/train"],
    "clinc150": ["clinc150/train", "clinc150/val"],
    "own_shop": ["own_shop_en_zh/train_en", "own_shop_en_zh/train_zh"],
}
ASKED = (160, 60, 40)  # in scope, near, far
WEIGHTS = {"in": 1.0, "near": 1.5, "far": 1.0}  # what is near and yet not known is rarer here than in a shop
KINDS: tuple[confidence.Kind, ...] = ("words", "both", "alone")


@dataclass
class Rows:
    """Evidence (one row for each question), whether the best article was right, and the source of the simulated knowledge."""

    numbers: list[list[float]]
    right: list[bool]
    source: list[str]
    kind: list[str]  # "in", "near", "far"


def simulate(seed: int, chosen: Sequence[str], count: int, enc: Any) -> dict[str, Rows]:
    """Evidence for both models, of `count` simulated bases."""
    chance = np.random.default_rng(seed)
    data = {name: by_article([p for part in parts for p in pairs(part) if p[0]]) for name, parts in SOURCES.items()}
    found = {kind: Rows([], [], [], []) for kind in KINDS}
    for _ in range(count):
        name = str(chance.choice(list(chosen)))
        far = [text for other in SOURCES if other != name for texts in data[other].values() for text in texts]
        _one(chance, name, data[name], far, enc, found)
    return found


def _one(chance: np.random.Generator, name: str, data: dict[str, list[str]], far: list[str], enc: Any, found: dict[str, Rows]) -> None:
    intents = [str(i) for i in chance.permutation(list(data))]
    most = len(intents)
    kept = intents[: int(np.exp(chance.uniform(np.log(2), np.log(most * 0.8))))]
    shots = float(np.exp(chance.uniform(np.log(1), np.log(100))))
    base: list[Pair] = []
    inside: list[Pair] = []
    for intent in kept:
        texts = [str(t) for t in chance.permutation(data[intent])]
        take = int(np.clip(round(shots * chance.uniform(0.6, 1.5)), 1, len(texts) // 2))
        base += [(intent, text) for text in texts[:take]]
        inside += [(intent, text) for text in texts[take:]]
    near = [("", text) for intent in intents[len(kept) :] for text in data[intent]]
    if chance.random() < 0.4 and len(near) > 200:
        refused = [near[i] for i in chance.permutation(len(near))[: int(chance.integers(5, 100))]]
        base += refused
        near = [pair for pair in near if pair not in set(refused)]
    known, alone = wordings.build(base, enc), wordings.build(base, None)
    for kind, some, many in zip(("in", "near", "far"), (inside, near, [("", text) for text in far]), ASKED, strict=True):
        asked = [some[i] for i in chance.permutation(len(some))[:many]]
        texts = [text for _, text in asked]
        words = scoring.by_words(known, texts)
        views = {
            "words": scoring.by_neighbours(known, words),
            "both": scoring.by_meaning(known, texts, words),
            "alone": scoring.by_head(alone, words),
        }
        for model in KINDS:
            for (article, _), view in zip(asked, views[model], strict=True):
                if model == "both" or view.words.any():
                    _note(found[model], alone if model == "alone" else known, view, model, (name, kind, article))


def _note(rows: Rows, known: wordings.Wordings, view: scoring.View, model: confidence.Kind, about: tuple[str, str, str]) -> None:
    order = confidence.nearest(view.scores, 2).tolist()
    rows.numbers.append(confidence.evidence(known, view, order, model))
    rows.right.append(known.ids[order[0]] == about[2])
    rows.source.append(about[0])
    rows.kind.append(about[1])


def fit(rows: Rows, ridge: float = 5.0) -> confidence.Model:
    """Logistic regression by Newton's method."""
    numbers, right = np.array(rows.numbers), np.array(rows.right)
    weights = np.array([WEIGHTS[kind] for kind in rows.kind])
    means, scales = numbers.mean(axis=0), np.maximum(numbers.std(axis=0), 1e-6)
    x = np.column_stack([np.clip((numbers - means) / scales, -4, 4), np.ones(len(numbers))])
    w, hold = np.zeros(x.shape[1]), np.full(x.shape[1], ridge)
    hold[-1] = 0
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ w))
        curve = (x * (weights * p * (1 - p))[:, None]).T @ x + np.diag(hold + 1e-9)
        w += np.linalg.solve(curve, x.T @ (weights * (right - p)) - hold * w)
    return confidence.Model(means, scales, w[:-1], float(w[-1]))


def predicted(model: confidence.Model, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip((numbers - model.means) / model.scales, -4, 4) @ model.weights - model.bias))


def auroc(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The chance that a right answer is held more certain than a wrong one."""
    order = np.argsort(scores, kind="stable")
    rank = np.empty(len(scores))
    rank[order] = np.arange(1, len(scores) + 1)
    many = int(right.sum())
    return float((rank[right].sum() - many * (many + 1) / 2) / (many * (len(right) - many)))


def unseen(seed: int, enc: Any, bases: int) -> dict[str, dict[str, float]]:
    """AUROC on the knowledge of a data set that the model never saw."""
    made = {name: simulate(seed + i, [name], bases, enc) for i, name in enumerate(("banking77", "clinc150"))}
    found: dict[str, dict[str, float]] = {}
    for train, test in (("banking77", "clinc150"), ("clinc150", "banking77")):
        for kind in KINDS:
            a, b = made[train][kind], made[test][kind]
            model = fit(a)
            found.setdefault(test, {})[kind] = round(auroc(predicted(model, np.array(b.numbers)), np.array(b.right)), 3)
    return found


def main() -> None:
    known = encoder.load()
    assert known, "the encoder is not built: python -m infra encoder"
    enc = Remembering(known)
    foreign = unseen(SEED + 1, enc, BASES // 4)
    made = simulate(SEED, list(SOURCES), BASES, enc)
    enc.save()
    stored: dict[str, Any] = {}
    for kind, rows in made.items():
        numbers, right = np.array(rows.numbers), np.array(rows.right)
        model = fit(rows)
        stored[kind] = {
            "means": np.round(model.means, 5).tolist(),
            "scales": np.round(model.scales, 5).tolist(),
            "weights": np.round(model.weights, 5).tolist(),
            "bias": round(model.bias, 5),
        }
        print(
            kind, len(right), "questions, right", round(float(right.mean()), 3), "AUROC", round(auroc(predicted(model, numbers), right), 3)
        )
    how = {
        "by": "python -m tests.bench.train_confidence",
        "data": {name: {"files": parts, "digest": digest(parts)} for name, parts in SOURCES.items()},
        "seed": SEED,
        "bases": BASES,
        "encoder": [known.name, known.version],
        "auroc_on_data_never_seen": foreign,
    }
    confidence.FILE.write_text(json.dumps({"made": how, "models": stored}, indent=1) + "\n")
    print(json.dumps(foreign))


if __name__ == "__main__":
    sys.exit(main())
