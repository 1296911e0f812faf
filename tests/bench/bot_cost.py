"""What an answer and a publishing cost: CPU time of one process and one thread, user + system, with the encoder itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalicelib.bot.interpretation import retrieval
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import Example
from chalicelib.knowledge.encoder import encoder
from chalicelib.knowledge.index import index, scoring
from chalicelib.knowledge.index.index import Index
from chalicelib.knowledge.index.wordings import Wordings
from tests.bench import encoder as layer
from tests.bench.bot_data import CACHE, ROOT, pairs
from tests.bench.bot_quality import Line

DAY = "2026-11-23"
SIZES = (1_000, 10_000)
ASKED = 400
ROUNDS = 3
MEMORY = 2_048  # MB of the learn function


def content(size: int) -> tuple[list[Article], list[Example]]:
    """BANKING77's training part, each intent an article without a title of its own."""
    train = pairs("banking77/train")
    some = train[:: max(1, len(train) // size)][:size]
    articles = [Article(name, "en", "", name, name) for name in sorted({name for name, _ in some})]
    return articles, [Example(str(i), text, "en", article, "file") for i, (article, text) in enumerate(some)]


def per_message(known: Index, questions: Sequence[str]) -> float:
    """Milliseconds; the best of some rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for question in questions:
            retrieval.search(known, question, DAY)
        found.append(1000 * (time.process_time() - start) / len(questions))
    return min(found)


def published(size: int) -> dict[str, Any]:
    """Builds and stores an index in a process of its own, as the learn function does; its files lie in `folder`."""
    code = f"from tests.bench import bot_cost; bot_cost.publish({size})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def publish(size: int) -> None:
    """In the process that is measured."""
    known = encoder.load()
    start, wall = time.process_time(), time.monotonic()
    articles, examples = content(size)
    built = index.build(articles, examples, known)
    took = (time.process_time() - start, time.monotonic() - wall)
    folder = CACHE / f"index-{size}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in built.files.items():
        (folder / name).write_bytes(data)
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024
    sizes = sum(len(data) for data in built.files.values()) / 1e6
    print(json.dumps({"cpu": took[0], "wall": took[1], "peak": peak, "mb": sizes, "folder": str(folder)}))


def by_words(known: Wordings, questions: Sequence[str]) -> float:
    """Share of the questions that words alone decide."""
    return sum(bool(scoring.surely_by_words(known, scoring.by_words(known, [one]), bool, 1)) for one in questions) / len(questions)


def cost(_: Any) -> list[Line]:
    lines = []
    questions = [text for _, text in pairs("banking77/test")[:: 3_080 // ASKED]]
    times = []
    for size in SIZES:
        made = published(size)
        files = {path.name: path.read_bytes() for path in Path(made["folder"]).iterdir()}
        start = time.process_time()
        known = index.read("bench", files, encoder.load())
        read = 1000 * (time.process_time() - start)
        times.append(per_message(known, questions))
        share = f"words alone were sure for {100 * by_words(known.wordings, questions):.0f} %"
        lines.append(Line(f"CPU per message with {size:,} examples ({share})", f"{times[-1]:.1f} ms", "6 ms", "4 ms"))
        lines.append(Line(f"index of {size:,} examples: files, reading them", f"{made['mb']:.1f} MB, {read:.0f} ms"))
        figure = f"{made['wall']:.0f} s ({made['cpu']:.0f} s CPU), {made['peak']:.0f} MB"
        lines.append(Line(f"publishing {size:,} examples, embedding included: time, peak memory", figure, f"60 s, {MEMORY:,} MB"))
    lines.append(Line("CPU per message, 10,000 to 1,000 examples", f"x {times[1] / times[0]:.1f}", "x 2"))
    return lines


def start(_: Any) -> list[Line]:
    """What a function that has the layer needs before its first answer; after `cost`, whose indexes it reads."""
    lines = []
    with layer.place() as at:
        lines.append(Line("ready over bare Python: the encoder alone", f"{layer.cold_ready(at):.0f} ms"))
        for size in SIZES:
            ready, peak = layer.with_index(at, CACHE / f"index-{size}")
            lines.append(Line(f"ready over bare Python with an index of {size:,} examples", f"{ready:.0f} ms", "120 ms", "90 ms"))
            lines.append(Line(f"peak memory, answering from {size:,} examples", f"{peak:.0f} MB", "100 MB", "80 MB"))
    lines.append(Line("the layer, unzipped", f"{layer.layer_size():.0f} MB", "250 MB", ""))
    return lines
