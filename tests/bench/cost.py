"""`python -m tests.bench.cost`: what Baton costs, by AWS's list prices.

1. 1,000 conversations of three questions that the bot resolves alone: requests, invocations, units and log bytes. The units are those that
   tests/stack/test_units.py holds for a running exchange; first contact comes on top, once a conversation. Ends with 1 if a channel costs
   more than the goal.
2. The honest bill of the same conversations: what else comes with them (tests/bench/bill.py).
3. A month in which nobody writes, from the packaged template (tests/bench/idle.py), with and without what is free every month.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from tests.bench.prices import FREE, PRICES, beyond, usd

QUESTIONS = 3
CONVERSATIONS = 1_000
GOAL = 0.04
BILLED_SECONDS = 0.03  # an invocation at 512 MB, network included; ten times as much would add 0.005 to 0.01
MEMORY_GB = 0.5
LOGGED = 190  # bytes of an invocation: our own line (some 160: tests.bench.cold counts it), and the 26 that CloudWatch adds to each
FIRST_CONTACT = 5  # write units once a conversation: identity, customer, the entries of the head's two indexes


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer. `invocations`: intake, bot_answer and deliver (Lambda reads the stream at no charge)."""

    written: float
    read: float
    invocations: float = 3
    rest: float = 0
    socket: float = 0
    put: float = 0
    get: float = 0
    notice: float = 0
    log: float = 3 * LOGGED + 500  # the stream's functions write a line on their batch, too


@dataclass(frozen=True, slots=True)
class Channel:
    """`once`: a whole conversation's further parts, by name in PRICES."""

    exchange: Exchange
    once: dict[str, float]


# Mails and texts leave by a function of their own, which reads the message consistently and writes two lines.
SENDING: dict[str, float] = {"invocations": 4, "read": 2.5, "log": 4 * LOGGED + 650}
CHANNELS = {
    # In: the question; out: "stored" and the answer. Once: a session, five minutes connected with a replay and a ping.
    "web chat": Channel(
        Exchange(written=5, read=1.5, socket=3),
        {"rest": 1, "socket": 4, "request": 5, "minute": 5, "written": 1, "read": 1, "logged": 5 * LOGGED},
    ),
    "SMS": Channel(Exchange(written=6, rest=1, **SENDING), {}),
    "e-mail": Channel(Exchange(written=6, put=1, get=1, notice=1, **SENDING), {}),
}


def conversation(channel: Channel) -> dict[str, float]:
    """So much of each price one conversation takes."""
    e = channel.exchange
    counts = {
        "rest": e.rest,
        "socket": e.socket,
        "request": e.invocations,
        "compute": e.invocations * BILLED_SECONDS * MEMORY_GB,
        "written": e.written,
        "read": e.read,
        "put": e.put,
        "get": e.get,
        "notice": e.notice,
        "logged": e.log,
    }
    whole = {name: QUESTIONS * count + channel.once.get(name, 0) for name, count in counts.items()}
    whole["minute"] = channel.once.get("minute", 0)
    whole["compute"] += channel.once.get("request", 0) * BILLED_SECONDS * MEMORY_GB
    whole["written"] += FIRST_CONTACT
    return whole


PARTS = {
    "gateway": ("rest", "socket", "minute"),
    "Lambda": ("request", "compute"),
    "DynamoDB": ("written", "read"),
    "S3, SNS": ("put", "get", "notice"),
    "logs": ("logged",),
}


def bare() -> tuple[Table, bool]:
    """The conversations alone, as the goal counts them; and whether each channel meets it."""
    table = _table(
        f"USD for {CONVERSATIONS:,} conversations of {QUESTIONS} questions, resolved by the bot", "channel", *PARTS, "all", "goal"
    )
    met = True
    for name, channel in CHANNELS.items():
        counts = conversation(channel)
        total = CONVERSATIONS * usd(counts)
        met &= total <= GOAL
        sums = [f"{CONVERSATIONS * usd({price: counts[price] for price in names}):.4f}" for names in PARTS.values()]
        table.add_row(name, *sums, f"{total:.4f}", "[green]met[/]" if total <= GOAL else "[bold red]missed[/]")
    return table, met


def whole_bill() -> Table:
    from tests.bench import bill

    table = _table("The honest bill of the same, USD", "what", *CHANNELS)
    for what, by_channel in bill.lines().items():
        table.add_row(what, *(f"{by_channel[name]:.4f}" for name in CHANNELS))
    table.add_section()
    table.add_row("all of it", *(f"{total:.2f}" for total in bill.totals().values()))
    table.caption = f"An agent's console that is open for eight hours: {bill.console_day():.4f} a day"
    return table


def idle_counts() -> dict[str, float]:
    from infra.package import build
    from tests.bench import idle

    with TemporaryDirectory() as folder:
        return idle.month(build("prod", "aws", Path(folder)))


def idle_month(counts: dict[str, float]) -> Table:
    table = _table("A month in which nobody writes", "what", "so many", "free", "USD by list price", "USD beyond what is free")
    for name, count in counts.items():
        line = {name: count}
        table.add_row(PRICES[name][1], f"{count:,.0f}", f"{FREE.get(name, 0):,}", f"{usd(line):.4f}", f"{usd(beyond(line)):.4f}")
    table.add_section()
    table.add_row("all of it", "", "", f"{usd(counts):.2f}", f"{usd(beyond(counts)):.2f}")
    return table


def readme(counts: dict[str, float]) -> list[str]:
    """The rows of README.md that tell what is counted here; `counts`: of the idle month."""
    from tests.bench import bill

    alone = " / ".join(f"{CONVERSATIONS * usd(conversation(channel)):.4f}" for channel in CHANNELS.values())
    carrier = bill.lines()[bill.CARRIER]
    whole = " / ".join(f"{total - carrier[name]:.2f}" for name, total in bill.totals().items())
    along = "the page loaded anew and an hour's open tab, pauses, cold starts, kept logs, SES"
    idle = "a month in which nobody writes, data that is kept apart: by list price; beyond what AWS gives each account every month"
    return [
        f"| 1,000 bot-resolved conversations of three questions: web chat / SMS / e-mail, carriers and SES extra | ${alone} | ${GOAL:g} |",
        f"| the same with what comes along: {along} | ${whole} | |",
        f"| and the carrier, by Twilio in the USA | ${carrier['SMS']:.2f} | |",
        f"| {idle} | ${usd(counts):.2f}; ${usd(beyond(counts)):.2f} | |",
    ]


def list_prices() -> Table:
    prices = _table("List prices", "for", "USD a million", "source, as of")
    for price, what, source in PRICES.values():
        prices.add_row(what, f"{price * 1e6:,.4f}", source)
    return prices


def _table(title: str, first: str, *more: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for column in more:
        table.add_column(column, justify="left" if column in ("goal", "source, as of") else "right")
    return table


def main() -> int:
    """Prints all four tables, and what README.md repeats; 1 if the goal is missed."""
    costs, met = bare()
    counts = idle_counts()
    Console().print(costs, whole_bill(), idle_month(counts), list_prices(), "In README.md:", *readme(counts), sep="\n", soft_wrap=True)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
