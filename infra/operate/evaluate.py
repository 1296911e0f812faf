"""`python -m infra evaluate`: what a language model would change for customers, what it costs and how long it takes, before you name it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from chalicelib.bot.answers import bedrock
from chalicelib.bot.answers.context import Brain
from chalicelib.bot.messages.reading import SECONDS
from chalicelib.insight import llm_prices
from chalicelib.observability import now
from infra import brains, evaluation
from infra.errors import DeployError
from infra.evaluation import Figures, Told
from infra.inside import inside
from infra.operate.common import Target, console, on_stage, say

_SHOWN = 10  # reasons


@click.command()
@click.option("--model", required=True, help="A model, or an inference profile, of Amazon Bedrock in your account and region.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Messages to put to it, a JSON object a line: text, good (ids of articles that answer), want; otherwise the demo's.",
)
@click.option("--stage", help="With what this stage's bot knows, and its rules; otherwise with the demo's articles.")
@click.option(
    "--articles", type=click.Path(exists=True, file_okay=False, path_type=Path), help="With a folder of articles instead of the demo's."
)
@click.option("--price", default="", help="What you pay: dollars for a million tokens of requests and replies, as 1.00/5.00.")
@click.option("--limit", type=click.IntRange(1), help="Only so many messages.")
@click.option("--show", is_flag=True, help="Print each message for which the model changes something.")
@click.option("--region", envvar="AWS_REGION", help="AWS region; otherwise that of your profile.")
@click.option("--profile", envvar="AWS_PROFILE", help="A profile of your AWS configuration.")
@click.option("--endpoint-url", hidden=True)
def command(stage: str | None, region: str | None, profile: str | None, endpoint_url: str | None, **asked: Any) -> None:
    """Put messages to a model that reads where the bot is not sure, in your own account, beside the way without it."""
    on_stage(_evaluate)(stage=stage or "", region=region, profile=profile, endpoint_url=endpoint_url, **asked)


def _evaluate(target: Target, *, model: str, price: str, limit: int | None, show: bool, **known: Path | None) -> None:
    if not target.cloud.session.region_name:
        raise DeployError("no AWS region is chosen", "add --region eu-central-1, or set AWS_REGION")
    cost = _price(model, price)
    rows = evaluation.read(known["file"]) if known["file"] else evaluation.demo()
    with inside(target.cloud, brains.surroundings(target.cloud, target.stack) if target.stage else {}):
        mind = brains.of_stage() if target.stage else brains.of_folder(known["articles"] or brains.DEMO)
        _known(rows, mind)
        asked = list(islice(rows, limit))
        call = bedrock.tool_caller(model, SECONDS)
        done = list(track(evaluation.told(asked, mind, call, now()), "asking", len(asked), console=console, transient=True))
    _print(model, done, cost)
    if show:
        _changes(done)


def _price(model: str, price: str) -> llm_prices.Price | None:
    try:
        return llm_prices.price(model, price)
    except ValueError as error:
        raise DeployError(f"{price!r} is no price", "dollars for a million tokens of requests and replies, as 1.00/5.00") from error


def _known(rows: Sequence[evaluation.Row], mind: Brain) -> None:
    """Raises DeployError if there is nothing to ask by, or if rows name articles that are not there."""
    if not mind.index:
        raise DeployError("the bot's knowledge cannot be read", "publish it first: python -m infra knowledge publish")
    missing = sorted({article for row in rows for article in row.good} - mind.index.articles.keys())
    if missing:
        raise DeployError(f"these articles are not there: {', '.join(missing[:5])}", "name articles of this knowledge by their ids")


def _print(model: str, done: Sequence[Told], cost: llm_prices.Price | None) -> None:
    without = evaluation.figures([(one.row, one.without) for one in done])
    with_model = evaluation.figures([(one.row, one.with_model) for one in done])
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("", "without", escape(model)):
        table.add_column(column, overflow="fold")
    for name, one, other in zip(_NAMES, _cells(without), _cells(with_model), strict=True):
        table.add_row(name, one, other)
    say(f"[bold]{len(done)} messages[/], {without.answerable} of which an article answers")
    console.print(table)
    _print_calls([one for one in done if one.done], len(done), cost)
    for why, count in evaluation.reasons(done)[:_SHOWN]:
        say(f"  [dim]{count} ×[/] {escape(why)}")


_NAMES = (
    "answered",
    "  right",
    "offered",
    "  the right one is in it",
    "handed over",
    "told, though nothing answers",
    "as it should be, of all",
)


def _cells(of: Figures) -> list[str]:
    return [
        _share(of.answered, of.answerable),
        _share(of.right, of.answered),
        _share(of.offered, of.answerable),
        _share(of.right_offered, of.offered),
        _share(of.handed_over, of.answerable),
        _share(of.invented, of.others),
        _share(of.as_wanted, of.answerable + of.others),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" + (f" ({part / whole:.0%})" if whole else "")


def _print_calls(asked: Sequence[Told], messages: int, cost: llm_prices.Price | None) -> None:
    """How often the model was asked, and what that took."""
    calls = [one.done for one in asked if one.done]
    if not calls:
        say("the model was not asked: the bot was sure, or the rules decided")
        return
    took = sorted(call.ms for call in calls if call.tokens_in)
    tokens = sum(call.tokens_in for call in calls), sum(call.tokens_out for call in calls)
    say(f"\nasked for {_share(len(calls), messages)} messages; {sum(call.late for call in calls)} were given up after {SECONDS} s")
    if took:
        say(f"a call took {_rank(took, 50)} ms (median), nine of ten at most {_rank(took, 90)} ms, the slowest {took[-1]} ms")
    dollars = f"${cost.of(*tokens):.4f}, ${1000 * cost.of(*tokens) / messages:.2f} for 1,000 messages" if cost else "price unknown: --price"
    say(f"{tokens[0]:,} tokens in, {tokens[1]:,} out: {dollars}")


def _rank(ordered: Sequence[int], percent: int) -> int:
    """The value by nearest rank."""
    return ordered[-(-percent * len(ordered) // 100) - 1]


def _changes(done: Sequence[Told]) -> None:
    for one in done:
        if one.without != one.with_model:
            good = escape(", ".join(one.row.good) or "–")
            say(f"{escape(one.row.text[:120])}\n  [dim]{_told(one.without)} → {_told(one.with_model)}; good: {good}[/]")


def _told(seen: evaluation.Seen) -> str:
    return escape(f"{seen.kind} {'+'.join(sorted(seen.sure or seen.offered))}".strip())
