"""`python -m tests.bench.cost`: what 1,000 conversations of three questions cost that the bot resolves alone, by AWS's list prices.

Counted are requests, invocations, units and log bytes; carriers' fees (SMS) and SES are extra. The units are those that
tests/stack/test_units.py holds for a running exchange; first contact comes on top, once a conversation. Ends with 1 if a
channel costs more than the goal.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

PAGE = Path(__file__).parents[2] / "chalicelib" / "web" / "chat.html"
QUESTIONS = 3
CONVERSATIONS = 1_000
GOAL = 0.04
GB = 1_000_000_000
BILLED_SECONDS = 0.03  # an invocation at 512 MB, network included; ten times as much would add 0.005 to 0.01
MEMORY_GB = 0.5
LOGGED = 520  # bytes of an invocation: START, END and REPORT (some 340), and our own line (some 180: tests.bench.cold counts it)
FIRST_CONTACT = 5  # write units once a conversation: identity, customer, the entries of the head's two indexes

# Name: (USD, for what, as of). us-east-1, first tier, nothing free, no discount.
PRICES = {
    "request": (0.20e-6, "Lambda request", "aws.amazon.com/lambda/pricing, 2025"),
    "compute": (0.0000133334, "Lambda GB-second, arm64", "aws.amazon.com/lambda/pricing, 2025"),
    "rest": (3.50e-6, "API Gateway REST request", "aws.amazon.com/api-gateway/pricing, 2026-09-20"),
    "socket": (1.00e-6, "API Gateway WebSocket message of 32 KB, in or out", "aws.amazon.com/api-gateway/pricing, 2026"),
    "minute": (0.25e-6, "API Gateway WebSocket connection minute", "aws.amazon.com/api-gateway/pricing, 2026"),
    "written": (0.625e-6, "DynamoDB write unit, on demand", "halved on 2024-11-01; read 2025-07-21"),
    "read": (0.125e-6, "DynamoDB read unit, on demand", "halved on 2024-11-01; read 2025-07-21"),
    "put": (5.0e-6, "S3 PUT", "aws.amazon.com/s3/pricing, long-standing, not read again"),
    "get": (0.4e-6, "S3 GET", "aws.amazon.com/s3/pricing, long-standing, not read again"),
    "notice": (0.50e-6, "SNS notice", "aws.amazon.com/sns/pricing, long-standing, not read again"),
    "logged": (0.50 / GB, "byte of logs taken in", "aws.amazon.com/cloudwatch/pricing, long-standing, not read again"),
}


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
    log: float = 3 * LOGGED + 450  # the stream's functions write a line on their batch, too


@dataclass(frozen=True, slots=True)
class Channel:
    """`once`: a whole conversation's further parts, by name in PRICES."""

    exchange: Exchange
    once: dict[str, float]


# Mails and texts leave by a function of their own, which reads the message consistently and writes two lines.
SENDING: dict[str, float] = {"invocations": 4, "read": 2.5, "log": 4 * LOGGED + 600}
CHANNELS = {
    # In: the question; out: "stored" and the answer. Once: a session, five minutes connected with a replay and a ping.
    "web chat": Channel(
        Exchange(written=4, read=1.5, socket=3),
        {"rest": 1, "socket": 4, "request": 5, "minute": 5, "written": 1, "read": 1, "logged": 5 * LOGGED},
    ),
    "SMS": Channel(Exchange(written=5, rest=1, **SENDING), {}),
    "e-mail": Channel(Exchange(written=5, put=1, get=1, notice=1, **SENDING), {}),
}


def conversation(channel: Channel) -> dict[str, float]:
    """USD of one conversation, by part."""
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
    return {name: count * PRICES[name][0] for name, count in whole.items()}


def _page_loads() -> str:
    """No part of a conversation, but of a visit: the page comes through the same gateway; browsers keep all but the page itself."""
    files = 1 + len(re.findall(r'(?:href|src)="\./assets/', PAGE.read_text()))
    each = PRICES["rest"][0] + PRICES["request"][0] + BILLED_SECONDS * MEMORY_GB * PRICES["compute"][0] + LOGGED * PRICES["logged"][0]
    return (
        f"Beside it, the chat's page for {CONVERSATIONS:,} new visitors ({files} files): {CONVERSATIONS * files * each:.4f};"
        f" for returning ones: {CONVERSATIONS * each:.4f}"
    )


def main() -> int:
    """Prints the costs and the prices; 1 if the goal is missed."""
    parts = {
        "gateway": ("rest", "socket", "minute"),
        "Lambda": ("request", "compute"),
        "DynamoDB": ("written", "read"),
        "S3, SNS": ("put", "get", "notice"),
        "logs": ("logged",),
    }
    table = Table(title=f"USD for {CONVERSATIONS:,} conversations of {QUESTIONS} questions, resolved by the bot", title_justify="left")
    for column in ("channel", *parts, "all", "at most", ""):
        table.add_column(column, justify="left" if column in ("channel", "") else "right")
    missed = False
    for name, channel in CHANNELS.items():
        costs = {price: CONVERSATIONS * usd for price, usd in conversation(channel).items()}
        total = sum(costs.values())
        missed |= total > GOAL
        sums = [f"{sum(costs[price] for price in names):.4f}" for names in parts.values()]
        table.add_row(name, *sums, f"{total:.4f}", f"{GOAL:g}", "[green]met[/]" if total <= GOAL else "[bold red]missed[/]")
    prices = Table(title="List prices", title_justify="left")
    for column in ("for", "USD a million", "source, as of"):
        prices.add_column(column, justify="right" if "USD" in column else "left")
    for usd, what, source in PRICES.values():
        prices.add_row(what, f"{usd * 1e6:,.4f}", source)
    Console().print(table, f"[dim]{_page_loads()}[/]", prices)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
