"""`python -m tests.bench.generic_words`: words in which customers ask of anything, into chalicelib/bot/interpretation/unnamed/generic.txt.

Those that questions to at least four of the 24 English shops of tests/fixtures/shops use: a word of a business's own things is used of few.
"""

from __future__ import annotations

from collections import defaultdict

from chalicelib.bot.interpretation.unnamed.held import words
from chalicelib.knowledge.index.words import normal
from tests.bench.bot_data import ROOT, rows

SHOPS = 4
FILE = ROOT / "chalicelib" / "bot" / "interpretation" / "unnamed" / "generic.txt"


def generic() -> list[str]:
    used: dict[str, set[str]] = defaultdict(set)
    for row in rows(ROOT / "tests" / "fixtures" / "shops" / "asked.jsonl"):
        if row["language"] == "en":
            for word in words(normal(row["say"])):
                used[word].add(row["shop"])
    return sorted(word for word, shops in used.items() if len(shops) >= SHOPS and len(word) > 2 and word.isalpha())


if __name__ == "__main__":
    FILE.write_text(" ".join(generic()) + "\n", "utf-8")
