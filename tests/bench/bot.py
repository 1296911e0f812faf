"""`python -m tests.bench.bot`: how well and how cheaply the bot answers. CPU time is this process's, user + system.

own_shop: 30 articles with 2 wordings and a title per language; its test questions share few words with them on purpose.
Nothing here is used for tuning.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.bot import brain
from chalicelib.bot.answer import Context, answer
from chalicelib.bot.retrieval import Hit, search
from chalicelib.knowledge import index
from chalicelib.knowledge.article import Article
from chalicelib.knowledge.index import Index

DATA = Path(__file__).parents[1] / "fixtures" / "intents" / "own_shop_en_zh"
DAY = "2026-11-23"
NOON = 1_795_431_600_000
WISHES = ["change", "cancel", "renew", "activate", "download", "share", "compare", "report", "lend", "insure"]
THINGS = ["invoice", "parcel", "password", "refund", "voucher", "warranty", "account", "charger", "battery", "printer"]
PLACES = [
    "in the shop",
    "abroad",
    "by phone",
    "on a holiday",
    "for my company",
    "as a student",
    "without a card",
    "twice",
    "online",
    "for a friend",
]


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()]


def own_shop() -> list[Article]:
    titles = {row["intent"]: row for row in rows("articles")}
    made = []
    for language in ("en", "zh"):
        examples: dict[str, list[str]] = defaultdict(list)
        for row in rows(f"train_{language}"):
            examples[row["intent"]].append(row["text"])
        made += [Article(i.replace("_", "-"), language, titles[i][f"title_{language}"], i, i, tuple(e)) for i, e in examples.items()]
    return made


def thousand() -> list[Article]:
    """1,000 articles that differ in one of three words each."""
    asked = [f"How do I {wish} my {thing} {place}?" for wish in WISHES for thing in THINGS for place in PLACES]
    return [
        Article(f"a{n}", "en", question, "text", "text", (question.replace("How do I", "I want to"),)) for n, question in enumerate(asked)
    ]


def cpu_ms(known: Index, questions: Sequence[str]) -> float:
    """The whole decision: facts, language, retrieval, rules; best of three rounds."""
    mind = replace(brain.shipped(), index=known)
    rounds = []
    for _ in range(3):
        start = time.process_time()
        for question in questions:
            answer(question, Context("webchat", NOON), mind)
        rounds.append(1000 * (time.process_time() - start) / len(questions))
    return min(rounds)


def report(known: Index, language: str) -> None:
    tests = rows(f"test_{language}")
    hits = [search(known, row["text"], DAY) for row in tests]
    wanted = [(row["intent"] or "").replace("_", "-") for row in tests]
    inside = [(h, w) for h, w in zip(hits, wanted, strict=True) if w]
    outside = [h for h, w in zip(hits, wanted, strict=True) if not w]
    top1 = share(sum(_best(h) == w for h, w in inside), len(inside))
    top3 = share(sum(w in [hit.article for hit in h] for h, w in inside), len(inside))
    rules = brain.shipped().rules
    sure = [(h, w) for h, w in inside if h and h[0].confidence >= rules.answer]
    right = sum(_best(h) == w for h, w in sure)
    refused = sum(not h or h[0].confidence < rules.answer for h in outside)
    away = sum(not h or h[0].confidence < rules.offer for h in outside)
    print(f"own_shop {language}: top-1 {top1} %, top-3 {top3} % of {len(inside)}; answered by itself {len(sure)}, of these right {right};")
    print(
        f"  out of scope: not answered {share(refused, len(outside))} %, at once to people {share(away, len(outside))} % of {len(outside)}"
    )
    print(f"  CPU per answer {cpu_ms(known, [row['text'] for row in tests]):.2f} ms")


def _best(hits: Sequence[Hit]) -> str:
    return hits[0].article if hits else ""


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}"


def main() -> None:
    known = index.read(*index.build(own_shop()))
    for language in ("en", "zh"):
        report(known, language)
    version, packed = index.build(thousand())
    start = time.process_time()
    large = index.read(version, packed)
    took = 1000 * (time.process_time() - start)
    questions = [f"hello, how can I {WISHES[n % 10]} my {THINGS[n // 10 % 10]} {PLACES[n // 7 % 10]} please" for n in range(200)]
    print(f"1,000 articles: index {len(packed) // 1000} kB, read in {took:.0f} ms, CPU per answer {cpu_ms(large, questions):.2f} ms")


if __name__ == "__main__":
    main()
