"""`python -m tests.bench.encoder`: what the sentence encoder costs where it runs: in a fresh process, with the package and the layer alone.

`Place.measure` takes any code, so that other benchmarks measure what they add under the same conditions.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from infra.layer import layer
from infra.package import ARCHIVE, build

MB = 1_000_000
ROUNDS = 9
QUESTIONS = (
    "Where is my order? I have been waiting for two weeks now.",
    "How can I change the address of a delivery that is on its way?",
    "我的订单什么时候到？我已经等了两个星期了。",
    "Can I return the shoes if they do not fit, and who pays for the parcel?",
    "发票上的地址写错了，可以重新开吗？",
)
LIMITS = {"ready, ms": 120, "memory, MB": 100, "layer, MB": 250}

END = """
import time, json
now = time.process_time()
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([now * 1000, peak / 1024]))
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """`cpu`: milliseconds over a Python that does nothing; `peak`: MB of the whole process."""

    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Place:
    """The package and the layer, unpacked as a function has them."""

    task: Path
    opt: Path

    def measure(self, code: str, *arguments: str, rounds: int = ROUNDS) -> Measured:
        """Runs the code in fresh processes, in turn with empty ones. Its arguments are sys.argv[1:]. Raises CalledProcessError."""
        taken = [(self._run(""), self._run(code, *arguments)) for _ in range(rounds + 1)][1:]  # the first one fills the file cache
        return Measured(median(full[0] - empty[0] for empty, full in taken), median(full[1] for _, full in taken))

    def told(self, code: str, *arguments: str) -> str:
        """What the code prints, run in one such process."""
        head = f"import sys; sys.path[:0] = [{str(self.task)!r}, {str(self.opt)!r}]\n"
        command = [getattr(sys, "_base_executable", sys.executable), "-S", "-s", "-c", head + code, *arguments]
        environment = {"OPENBLAS_NUM_THREADS": "1", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout

    def _run(self, code: str, *arguments: str) -> tuple[float, float]:
        cpu, peak = json.loads(self.told(code + END, *arguments).splitlines()[-1])
        return cpu, peak


@contextmanager
def place() -> Iterator[Place]:
    """The package of the working tree for this machine's processor."""
    with tempfile.TemporaryDirectory() as scratch:
        package = build("dev", "local", Path(scratch, "out"))
        for name, path in package.archives.items():
            zipfile.ZipFile(path).extractall(Path(scratch, name))
        yield Place(Path(scratch, ARCHIVE), Path(scratch, "layer.zip", "python"))


def cold_ready(at: Place) -> float:
    """CPU ms until the encoder can embed a text, numpy's import included, over bare Python."""
    return at.measure("from chalicelib.knowledge.encoder import encoder\nassert encoder.load()").cpu


def memory(at: Place) -> float:
    """Peak MB of a process that embeds a thousand different questions, which need all parts of the vocabulary."""
    return at.measure(_embedding(1000), rounds=3).peak


def per_text(at: Place) -> float:
    """CPU ms of embedding one question, alone."""
    code = f"{_embedding(20)}\nimport time; begun = time.process_time()\n{_embedding(300)}\nprint((time.process_time() - begun) / 300)"
    return float(at.told(code)) * 1000


READ = """
from pathlib import Path
from chalicelib.bot.interpretation import retrieval
from chalicelib.knowledge.encoder import encoder
from chalicelib.knowledge.index import index
known = index.read("bench", {path.name: path.read_bytes() for path in Path(sys.argv[1]).iterdir()}, encoder.load())
"""


def with_index(at: Place, folder: Path) -> tuple[float, float]:
    """CPU ms over bare Python until a question can be answered from the index in `folder`, and peak MB of a process that answers some."""
    answering = f"questions = {QUESTIONS!r}\nfor i in range(100): retrieval.search(known, questions[i % 5] + ' ' + str(i), '2026-11-23')\n"
    return at.measure(READ, str(folder)).cpu, at.measure(READ + answering, str(folder), rounds=3).peak


def layer_size() -> float:
    """MB of production's layer, unzipped."""
    return sum(info.file_size for info in zipfile.ZipFile(layer("aws")).infolist()) / MB


def _embedding(times: int) -> str:
    return (
        f"from chalicelib.knowledge.encoder import encoder\nused = encoder.load()\nquestions = {QUESTIONS!r}\n"
        f"for i in range({times}): used.embed([questions[i % {len(QUESTIONS)}] + chr(0x4E00 + 17 * i)])\n"
    )


def main() -> int:
    """Prints the figures; 1 if one is above its limit."""
    with place() as at:
        numpy = at.measure("import numpy").cpu
        figures = {"ready, ms": cold_ready(at), "memory, MB": memory(at), "layer, MB": layer_size()}
        embedding = per_text(at)
    table = Table(title="Sentence encoder (CPU, one thread)", title_justify="left")
    for column in ("what", "measured", "at most"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row("of it importing numpy, ms", f"{numpy:.1f}", "")
    table.add_row("a question, ms", f"{embedding:.2f}", "")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:.1f}", f"{LIMITS[name]}")
    Console().print(table)
    return int(any(figure > LIMITS[name] for name, figure in figures.items()))


if __name__ == "__main__":
    sys.exit(main())
