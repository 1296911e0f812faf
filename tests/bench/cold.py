"""`python -m tests.bench.cold [-n STARTS]`: what a cold start, a stored message and the package cost, beside plain handlers.

The goals are ratios within one run, as this machine is not Lambda. Ends with 1 if one of them is missed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from statistics import median
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from infra.package import ARCHIVE, Package, build
from tests.bench import events, yardsticks
from tests.bench.lambda_runtime import Handler, Start, start

WARM = 300
MB = 1_000_000
PLAIN = "boto3 client, one PutItem, with .pyc"
CHALICE = "chalice + boto3 client, one PutItem, with .pyc"
DEFAULT = "the same as `chalice package` makes it"
OURS_DEFAULT = "SmsWebhook as `chalice package` makes it"
CHAT, SMS, MAIL = "WebsocketMessage", "SmsWebhook", "EmailWebhook"
FIGURES = ("init", "first", "warm", "memory", "log")
EVENTS = {CHAT: events.frames, SMS: lambda: [events.sms()], MAIL: lambda: [events.notification()]}
STACK = {"Stage": "dev", "SupportAddress": events.SUPPORT}  # the template's parameters that matter here

Taken = dict[str, list[Start]]


@dataclass(frozen=True, slots=True)
class Goal:
    text: str
    measured: float
    limit: float

    @property
    def met(self) -> bool:
        return self.measured <= self.limit


def main() -> int:
    """Prints the figures and the goals; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=7, help="starts of each handler, after one that is not counted")
    parser.add_argument("--json", type=Path, help="the figures, into this file")
    chosen = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        package = build("dev", "local", folder / "out")
        taken = _measure(_handlers(folder, package), yardsticks.runtime_client(folder / "client"), chosen.n)
        goals = _goals(taken, package.archives[ARCHIVE])
    console.print(_figures(taken), _verdicts(goals))
    if chosen.json:
        medians = {
            name: {part: _median(starts, part) for part in ("init", "first", "warm", "memory", "log")} for name, starts in taken.items()
        }
        chosen.json.write_text(json.dumps({"functions": medians, "goals": {g.text: [g.measured, g.limit] for g in goals}}, indent=1))
    return int(not all(goal.met for goal in goals))


def _handlers(folder: Path, package: Package) -> dict[str, Handler]:
    ours = folder / "ours"
    zipfile.ZipFile(package.archives[ARCHIVE]).extractall(ours)
    default = yardsticks.with_chalice(folder / "default")
    chalice = yardsticks.compiled(copytree(default, folder / "chalice"))
    sms = _of_template(package, SMS)
    whole = yardsticks.ours_by_chalice(folder / "whole")
    return {
        PLAIN: Handler(yardsticks.plain(folder / "plain"), "handler.handler", [events.plain()]),
        CHALICE: Handler(chalice, "app.app", [events.plain()]),
        DEFAULT: Handler(default, "app.app", [events.plain()]),
        OURS_DEFAULT: Handler(whole, "app.app", [events.sms()], sms, events.answers()),
        **{name: _function(package, name, ours) for name in EVENTS},
    }


def _function(package: Package, name: str, folder: Path) -> Handler:
    handler = package.template["Resources"][name]["Properties"]["Handler"]
    environment = _of_template(package, name)
    return Handler(folder, handler, EVENTS[name](), environment, events.answers())


def _of_template(package: Package, name: str) -> dict[str, str]:
    """The function's environment, with names in the place of what only a deployed stack knows."""
    given: dict[str, Any] = package.template["Resources"][name]["Properties"]["Environment"]["Variables"]
    return {key: _resolved(value) for key, value in given.items()}


def _resolved(value: Any) -> str:
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return STACK.get(value["Ref"], value["Ref"].lower())
    return re.sub(r"\$\{([A-Za-z:]+)\}", lambda found: STACK.get(found[1], found[1].lower()), value["Fn::Sub"])


def _measure(handlers: dict[str, Handler], client: Path, count: int) -> Taken:
    """The handlers take turns, so that whatever else the machine does meets all of them."""
    taken: Taken = {name: [] for name in handlers}
    for round_ in track(range(count + 1), "cold starts", console=Console(stderr=True), transient=True):
        for name, handler in handlers.items():
            measured = start(handler, client, WARM)
            if round_:  # the first one only fills the file cache
                taken[name].append(measured)
    return taken


def _median(starts: Sequence[Start], part: str) -> float:
    return median(getattr(s, part) for s in starts)


def _ratio(taken: Taken, ours: str, other: str, cost: Callable[[Start], float]) -> float:
    """The median of the rounds' ratios: what ran at the same time is compared."""
    return median(cost(a) / cost(b) for a, b in zip(taken[ours], taken[other], strict=True))


def _goals(taken: Taken, archive: Path) -> list[Goal]:
    unpacked = sum(info.file_size for info in zipfile.ZipFile(archive).infolist())
    goals = [Goal("archive, MB", archive.stat().st_size / MB, 8), Goal("archive unpacked, with .pyc, MB", unpacked / MB, 22)]
    for name in EVENTS:
        goals += [
            Goal(f"{name}: init, x plain boto3 handler", _ratio(taken, name, PLAIN, lambda s: s.init), 0.8),
            Goal(f"{name}: init, x `chalice package` by default", _ratio(taken, name, DEFAULT, lambda s: s.init), 0.4),
            Goal(f"{name}: RSS after the first message, MB", _median(taken[name], "memory"), 60),
            Goal(f"{name}: heavy modules loaded", len(taken[name][0].loaded), 0),
        ]
    for name in (CHAT, SMS):
        goals.append(Goal(f"{name}: warm, x chalice with one PutItem", _ratio(taken, name, CHALICE, lambda s: s.warm), 2.5))
    return goals


def _figures(taken: Taken) -> Table:
    table = Table(title="CPU-ms (medians) and MB", title_justify="left", caption_justify="left")
    table.caption = "init: until the first event is asked for; first: the first message, loading what it needs; warm: each later one"
    for column in ("handler", "init", "x plain", "first", "init + first", "x plain", "warm", "RSS", "log bytes", "heavy modules"):
        table.add_column(column, justify="left" if column in ("handler", "heavy modules") else "right")
    for name, starts in taken.items():
        init, first, warm, memory, log = (_median(starts, part) for part in FIGURES)
        begun, answered = _ratio(taken, name, PLAIN, lambda s: s.init), _ratio(taken, name, PLAIN, lambda s: s.init + s.first)
        cells = (f"{init:.0f}", f"{begun:.2f}", f"{first:.1f}", f"{init + first:.0f}", f"{answered:.2f}", f"{warm:.2f}", f"{memory:.0f}")
        table.add_row(name, *cells, f"{log:.0f}", " ".join(starts[0].loaded) or "none")
    return table


def _verdicts(goals: Sequence[Goal]) -> Table:
    table = Table(title="Goals", title_justify="left")
    for column in ("what", "measured", "at most", ""):
        table.add_column(column, justify="left" if column in ("what", "") else "right")
    for goal in goals:
        table.add_row(goal.text, f"{goal.measured:.2f}", f"{goal.limit:g}", "[green]met[/]" if goal.met else "[bold red]missed[/]")
    return table


if __name__ == "__main__":
    sys.exit(main())
