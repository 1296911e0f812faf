"""Fits the weights of chalicelib/bot/interpretation/contextual/ranking.py: `python -m tests.bench.train_follow_ups`.

Logistic regression (ridge, Newton's method). Which article: over the candidates of every message that follows an answer, in the half of
the dialogues that is not held out (tests/fixtures/dialogues). Whether its passages answer: over follow-ups to another shop's articles
(tests/fixtures/follow_ups), of which a third asks for what no article tells. Which article an unsure question asks for: over the questions
to that shop. Prints how often each is right where it was not fitted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from chalicelib.bot.answers.context import Context
from chalicelib.bot.interpretation import unsure
from chalicelib.bot.interpretation.contextual import ranking
from chalicelib.bot.interpretation.contextual.completion import carried
from chalicelib.bot.interpretation.contextual.meaning import ANSWERS, evidence
from chalicelib.bot.interpretation.contextual.ranking import ALONE, FEATURES, TELLS
from chalicelib.bot.interpretation.contextual.scope import Scope
from chalicelib.bot.interpretation.courtesies.politeness import core
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.messages import brain
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.plain_text import plain_text
from chalicelib.knowledge.encoder import encoder, passage_encoder
from chalicelib.knowledge.index import index
from chalicelib.knowledge.index.index import Index
from infra.articles import read_folder
from tests.unit.dialogue_player import dialogues, is_held_out
from tests.unit.lantern import FOLDER

DAY = "2026-11-30"
RIDGE, ROUNDS = 1.0, 50
KINDS = ("leaning", "corrections", "silence", "offer", "wording", "polite-wrapping", "again", "two", "thanks", "feeling")
FOLLOW_UPS = Path(__file__).parents[1] / "fixtures" / "follow_ups"


@dataclass(frozen=True)
class Row:
    """One message after an answer: its candidates' features by article, and the articles that are right (none: it is not told).
    `tells`: the features of the passages that would be told; `told`: do these answer?"""

    candidates: dict[str, list[float]]
    right: frozenset[str]
    tells: Sequence[float] = ()
    told: bool = False
    half: int = 0


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
            candidates, _, _ = evidence(turn["say"], Scope(known, context, DAY))
            yield Row({one.hit.article: one.seen for one in candidates}, frozenset(right))
        if right:
            question, article = carried(question, turn["say"]) if question else turn["say"], right[0]


def shop_rows(known: Index) -> Iterator[Row]:
    """Of the follow-ups to the other shop's articles."""
    for language in ("en", "zh"):
        for line in (FOLLOW_UPS / f"{language}.jsonl").read_text("utf-8").splitlines():
            one = json.loads(line)
            asked = mainland(one["before"])
            context = Context(channel="webchat", now=0, language=language, last_question=asked, last_article=one["last"])
            candidates, seen, told = evidence(mainland(one["say"]), Scope(known, context, DAY))
            is_right = bool(one["article"]) and candidates[0].hit.article == one["article"]
            answers = is_right and any(_same(passage, one["passage"]) for passage in told)
            features = {each.hit.article: each.seen for each in candidates}
            yield Row(features, frozenset(filter(None, [one["article"]])), seen, answers, crc32(one["say"].encode()) % 2)


def questions(known: Index) -> Iterator[Row]:
    """Questions to the other shop that lean on nothing, and what no article of it answers."""
    for language in ("en", "zh"):
        for line in (FOLLOW_UPS / f"{language}.jsonl").read_text("utf-8").splitlines():
            one = json.loads(line)
            yield from _question(known, language, one["before"], one["last"])
            if one["article"] != one["last"]:
                yield from _question(known, language, one["say"], one["article"])


def _question(known: Index, language: str, text: str, article: str) -> Iterator[Row]:
    scope = Scope(known, Context(channel="webchat", now=0, language=language), DAY)
    found = unsure.evidence(core(mainland(text)), scope)
    if found and found[0][0].confidence < brain.shipped().rules.answer:
        yield Row({hit.article: seen for hit, seen in found}, frozenset(filter(None, [article])), half=crc32(text.encode()) % 2)


def _same(passage: str, marked: str) -> bool:
    """Is it the passage, or a part of it, that answers? The marked one is Markdown."""
    mine, right = (re.sub(r"[\W_]+", "", plain_text(text)).lower() for text in (passage, marked))
    return bool(mine) and (mine in right or right in mine)


def other_shop() -> list[Article]:
    made = []
    for line in (FOLLOW_UPS / "articles.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        text = plain_text(one["body"])
        made.append(Article(one["id"], one["language"], one["title"], text, text, tuple(one["examples"])))
    return made


def fitted(names: Sequence[str], x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    mean, spread = x.mean(0), x.std(0) + 1e-6
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    w = np.zeros(z.shape[1])
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-z @ w))
        gradient = z.T @ (p - y) + RIDGE * np.r_[w[:-1], 0]
        w -= np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + RIDGE * np.eye(len(w)), gradient)
    slopes = w[:-1] / spread
    weights = {name: round(float(slope), 4) for name, slope in zip(names, slopes, strict=True)}
    return weights | {"bias": round(float(w[-1] - slopes @ mean), 4)}


def articles(of: Sequence[Row], names: Sequence[str] = FEATURES) -> dict[str, float]:
    x = np.array([seen for row in of for seen in row.candidates.values()])
    y = np.array([float(article in row.right) for row in of for article in row.candidates])
    return fitted(names, x, y)


def passages(of: Sequence[Row]) -> dict[str, float]:
    return fitted(TELLS, np.array([row.tells for row in of]), np.array([float(row.told) for row in of]))


def first_right(of: Sequence[Row], model: str = "articles", names: Sequence[str] = FEATURES) -> tuple[int, int]:
    """How often the likeliest candidate is right, and of how many."""
    asked = [row for row in of if row.right]
    best = [max(row.candidates, key=lambda name: ranking.logistic(model, names, row.candidates[name])) for row in asked]
    return sum(article in row.right for article, row in zip(best, asked, strict=True)), len(asked)


def save(weights: dict[str, dict[str, float]]) -> None:
    Path(ranking.__file__).with_suffix(".json").write_text(json.dumps(weights, indent=2) + "\n")
    ranking._weights.cache_clear()


def told_plainly(of: Sequence[Row], weights: dict[str, float]) -> str:
    """What comes of the passages: told plainly and right, told with a doubt and right."""
    score = np.array([weights["bias"] + sum(weights[n] * v for n, v in zip(TELLS, row.tells, strict=True)) for row in of])
    right = np.array([row.told for row in of])
    plain = 1 / (1 + np.exp(-score)) >= ANSWERS
    return f"told plainly {plain.sum()}, right {right[plain].sum()}; with a doubt {(~plain).sum()}, right {right[~plain].sum()}"


def main() -> None:
    base, encoders = brain.shipped(), (encoder.load(), passage_encoder.load())
    known = index.read(*index.build(read_folder(FOLDER, base.queues), (), *encoders), *encoders)
    other = index.read(*index.build(other_shop(), (), *encoders), *encoders)
    fit, held = list(rows(known, held_out=False)), list(rows(known, held_out=True))
    before = json.loads(Path(ranking.__file__).with_suffix(".json").read_text())
    alone = list(questions(other))
    save(before | {"articles": articles(fit), "alone": articles([row for row in alone if row.half], ALONE)})
    right, all_of = first_right([row for row in alone if not row.half], "alone", ALONE)
    print(f"unsure questions to another shop, fitted on the other half: right article first {right} of {all_of}")
    shop = list(shop_rows(other))
    for name, of in (("fitted on", fit), ("held out", held), ("another shop", shop)):
        right, all_of = first_right(of)
        print(f"right article first, {name}: {right} of {all_of}")
    for half in (0, 1):
        weights = passages([row for row in shop if row.half != half])
        print("passages, fitted on the other half:", told_plainly([row for row in shop if row.half == half], weights))
    save({"articles": articles(fit), "passages": passages(shop), "alone": articles(alone, ALONE)})


if __name__ == "__main__":
    main()
