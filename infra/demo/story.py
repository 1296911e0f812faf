"""What has happened so far, told line by line with the time each thing took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from websockets.exceptions import WebSocketException

from infra.demo.customers import DidNotHappenError

# From a customer's question to the answer; the first on each channel also starts a function and is told, not judged by this.
AIM_SECONDS = 2.0
COLOURS = {"web chat": "cyan", "e-mail": "magenta", "SMS": "yellow", "agent": "green", "report": "blue"}


@dataclass(slots=True)
class Story:
    """Scenes fail one by one; the story goes on and remembers."""

    console: Console
    began: float = field(default_factory=time.monotonic)
    answers: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def scene(self, title: str) -> Iterator[None]:
        self.console.print(f"\n[bold]{escape(title)}[/]")
        try:
            yield
        except (DidNotHappenError, httpx.HTTPError, WebSocketException, OSError, KeyError) as error:
            why = (str(error) or type(error).__name__).splitlines()[0]
            self.failures.append(f"{title}: {why}")
            self.console.print(f"  [red]✗ {escape(why)}[/]")

    def tell(self, where: str, who: str, what: str, took: float | None = None) -> None:
        """One line: when, where, who, what (cut), and how long it took."""
        now = f"{time.monotonic() - self.began:6.1f} s"
        cut = " ".join(what.split())
        cut = cut if len(cut) <= 110 else cut[:109] + "…"
        timing = f"  [bold]{took:.2f} s[/]" if took is not None else ""
        self.console.print(f"  [dim]{now}[/]  [{COLOURS[where]}]{where:8}[/]  [bold]{escape(who)}[/] {escape(cut)}{timing}")

    @contextmanager
    def timed(self, channel: str) -> Iterator[Callable[[], float]]:
        """Note how long the block takes, from a question to its answer; afterwards the given function tells the seconds."""
        began, took = time.monotonic(), list[float]()
        yield lambda: took[0]
        took.append(time.monotonic() - began)
        self.answers.setdefault(channel, []).append(took[0])

    def check(self, holds: bool, what: str) -> None:
        """Raises DidNotHappenError."""
        if not holds:
            raise DidNotHappenError(what)

    def end(self) -> bool:
        """The summary; True if everything happened."""
        rows = Table("channel", "questions", "first", "median", box=None, header_style="dim")
        for channel, times in self.answers.items():
            rows.add_row(f"[{COLOURS[channel]}]{channel}[/]", str(len(times)), f"{times[0]:.2f} s", _judged(median(times)))
        self.console.print("\n[bold]From question to answer[/]")
        self.console.print(rows)
        for failure in self.failures:
            self.console.print(f"[red]✗[/] {escape(failure)}")
        if not self.failures:
            self.console.print(f"[green]✓[/] everything happened, in {time.monotonic() - self.began:.0f} s")
        return not self.failures


def _judged(seconds: float) -> str:
    return f"[{'green' if seconds < AIM_SECONDS else 'red'}]{seconds:.2f} s[/]"
