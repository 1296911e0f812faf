"""Fits the weights of chalicelib/bot/interpretation/follow_up/ranking.py: `python -m tests.bench.train_follow_ups`.

Logistic regression (ridge, Newton's method) over the candidates of every message that follows an answer, in the half of the dialogues
that is not held out (tests/fixtures/dialogues). Prints how often the right article comes first, for both halves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.bot import brain
from chalicelib.bot.context import Context
from chalicelib.bot.follow_ups import carried
from chalicelib.bot.interpretation.follow_up import ranking
from chalicelib.bot.interpretation.follow_up.contextual import evidence
from chalicelib.bot.interpretation.follow_up.ranking import FEATURES
from chalicelib.bot.interpretation.follow_up.scope import Scope
from chalicelib.knowledge import encoder, index
from chalicelib.knowledge.index import Index
from infra.articles import read_folder
from tests.unit.dialogue_player import dialogues, is_held_out
from tests.unit.lantern import FOLDER

DAY = "2026-11-30"
RIDGE, ROUNDS = 1.0, 50
KINDS = ("leaning", "corrections", "silence", "offer", "wording", "polite-wrapping", "again", "two", "thanks", "feeling")


@dataclass(frozen=True)
class Row:
    """One message after an answer: its candidates' features by article, and the articles that are right (none: it is not told)."""

    candidates: dict[str, list[float]]
    right: frozenset[str]


def rows(known: Index, held_out: bool) -> Iterator[Row]:
    for language in ("en", "zh"):
        for dialogue in dialogues(language):
            if is_held_out(dialogue) == held_out and dialogue["kind"] in KINDS:
                yield from _rows(known, dialogue)


def _rows(known: Index, dialogue: dict[str, Any]) -> Iterator[Row]:
    question = article = ""
    for turn in dialogue["turns"]:
        right = [one.partition(":")[2] for one in turn.get("right", "").split(" or ") if one.startswith("answer:")]
        if article and right:
            context = Context(channel="webchat", now=0, language=dialogue["language"], last_question=question, last_article=article)
            yield Row(evidence(turn["say"], Scope(known, context, DAY)), frozenset(right))
        if right:
            question, article = carried(question, turn["say"]) if question else turn["say"], right[0]


def fitted(of: list[Row]) -> dict[str, float]:
    x = np.array([seen for row in of for seen in row.candidates.values()])
    y = np.array([float(article in row.right) for row in of for article in row.candidates])
    mean, spread = x.mean(0), x.std(0) + 1e-6
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    w = np.zeros(z.shape[1])
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-z @ w))
        gradient = z.T @ (p - y) + RIDGE * np.r_[w[:-1], 0]
        w -= np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + RIDGE * np.eye(len(w)), gradient)
    slopes = w[:-1] / spread
    weights = {name: round(float(slope), 4) for name, slope in zip(FEATURES, slopes, strict=True)}
    return weights | {"bias": round(float(w[-1] - slopes @ mean), 4)}


def first_right(of: list[Row]) -> tuple[int, int]:
    """How often the likeliest candidate is right, and of how many."""
    best = [max(row.candidates, key=lambda name: ranking.probability(row.candidates[name])) for row in of]
    return sum(article in row.right for article, row in zip(best, of, strict=True)), len(of)


def main() -> None:
    base = brain.shipped()
    meaning = encoder.load()
    known = index.read(*index.build(read_folder(FOLDER, base.queues), (), meaning), meaning)
    fit, held = list(rows(known, held_out=False)), list(rows(known, held_out=True))
    file = Path(ranking.__file__).with_suffix(".json")
    file.write_text(json.dumps(fitted(fit), indent=2) + "\n")
    ranking._weights.cache_clear()
    for name, of in (("fitted on", fit), ("held out", held)):
        right, all_of = first_right(of)
        print(f"right article first, {name}: {right} of {all_of}")


if __name__ == "__main__":
    main()
