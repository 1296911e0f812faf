"""`python -m tests.bench.bot`: how well and how cheaply the bot answers; writes the figures into docs/bot.md.

The data: see bot_data.py (INTENTS names their folder). Nothing here is tuned: what there is to choose was chosen on train and valid
parts, and the confidence by `python -m tests.bench.train_confidence`. What the test parts were seen for besides stands in docs/bot.md.
"""

from __future__ import annotations

import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.encoder import encoder
from tests.bench import bot_cost, bot_learning, bot_quality
from tests.bench.bot_data import ROOT, Remembering, digest, folder, rows
from tests.bench.bot_quality import OWN, Line

DOC = ROOT / "docs" / "bot.md"
BEGIN, END = "<!-- bench-bot begins -->", "<!-- bench-bot ends -->"
PARTS: tuple[Callable[[Any], list[Line]], ...] = (
    bot_quality.banking, bot_quality.clinc, bot_quality.banking_oos, bot_quality.smp, bot_quality.own_shop, bot_quality.alone,
    bot_learning.learning, bot_cost.cost, bot_cost.start,
)  # fmt: skip
DATA = {
    "BANKING77": ["banking77/train", "banking77/train_5", "banking77/train_10", "banking77/test"],
    "BANKING77-OOS": ["banking77_oos/train", "banking77_oos/test", "banking77_oos/id_oos_test", "banking77_oos/ood_oos_test"],
    "CLINC150": ["clinc150/train", "clinc150/val", "clinc150/test"],
    "SMP2017": ["smp2017_zh/train", "smp2017_zh/test"],
    "own_shop": [f"own_shop_en_zh/{name}" for name in ("articles", "train_en", "train_zh", "test_en", "test_zh")],
}


def own_shop() -> list[Article]:
    """The shop of the fixtures: 30 articles with a title and 2 more wordings in each language."""
    titles = {row["intent"]: row for row in rows(OWN / "articles.jsonl")}
    made = []
    for language in ("en", "zh"):
        examples: dict[str, list[str]] = defaultdict(list)
        for row in rows(OWN / f"train_{language}.jsonl"):
            examples[row["intent"]].append(row["text"])
        made += [Article(i.replace("_", "-"), language, titles[i][f"title_{language}"], i, i, tuple(e)) for i, e in examples.items()]
    return made


def table(lines: Sequence[Line]) -> str:
    head = ["| what | reached | at least | aim |", "|---|---|---|---|"]
    return "\n".join(head + [f"| {line.name.strip()} | {line.figure} | {line.least} | {line.aim} |" for line in lines])


def written(lines: Sequence[Line], made_by: str) -> str:
    seeds = ", ".join(map(str, (bot_learning.SEED, *bot_learning.OTHERS)))
    versions = "; ".join(f"{name} {digest(files)}" for name, files in DATA.items())
    return "\n".join(
        (
            BEGIN,
            f"Measured on {datetime.now(UTC):%Y-%m-%d} by `make bench-bot`, on the test parts; one thread. Encoder: {made_by}.",
            "",
            table(lines),
            "",
            f"Versions of the data (SHA-256 of the files): {versions}. Seeds: learning {seeds};",
            "the confidence's are in `chalicelib/knowledge/index/confidence.json`. Everything else has no chance in it.",
            END,
        )
    )


def main() -> int:
    known = encoder.load()
    if folder() is None or known is None:
        print("INTENTS names the folder of the intent data; python -m infra encoder builds the encoder", file=sys.stderr)
        return 1
    remembering = Remembering(known)
    lines: list[Line] = []
    for part in PARTS:
        start = time.monotonic()
        for line in part(remembering):
            lines.append(line)
            print(f"{line.name}: {line.figure}" + (f"   (at least {line.least}, aim {line.aim or '-'})" if line.least else ""))
        print(f"    … {time.monotonic() - start:.0f} s", flush=True)
        remembering.save()
    lines += bot_quality.certainty()
    text = DOC.read_text("utf-8")
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    DOC.write_text(pattern.sub(lambda _: written(lines, f"{known.name} {known.version}"), text), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
