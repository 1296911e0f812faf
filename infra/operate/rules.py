"""`python -m infra rules`: checks the bot's rules, explains what they decide, and brings a stage rules of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.markup import escape
from rich.table import Table

from chalicelib.bot.answers.answer import Brain, Context
from chalicelib.bot.messages import brain
from chalicelib.conversations import registry
from chalicelib.observability import now
from infra import rules
from infra.errors import DeployError
from infra.inside import inside
from infra.operate.common import Target, console, existing, on_stage, say, told
from infra.rule_file import RuleFile
from infra.rules import Explanation
from infra.stack import output, parameters

T = TypeVar("T")

_FILE = click.Path(dir_okay=False, path_type=Path)
_DEMO = Path(__file__).resolve().parent.parent / "demo" / "knowledge"


@click.group()
def command() -> None:
    """What the bot hands over, and what it says then: check, explain, push, show, reset."""


@command.command("check")
@click.argument("file", type=_FILE, required=False)
@click.option("--stage", help="Know this stage's queues; otherwise those that ship with the code.")
@click.option("--region", envvar="AWS_REGION", hidden=True)
@click.option("--profile", envvar="AWS_PROFILE", hidden=True)
@click.option("--endpoint-url", hidden=True)
def check(file: Path | None, **where: Any) -> None:
    """Find mistakes in FILE, or in the rules that ship with the code."""
    with told():
        found = _for_stage(file, where).rules if where["stage"] else rules.read(file).rules
        say(f"[green]✓[/] {len(found.hand_over)} rules, {len(found.tell)} tellings, no mistake [dim]{found.version}[/]")


@command.command("push")
@click.argument("file", type=_FILE)
@existing
def push(target: Target, file: Path) -> None:
    """Let a stage use the rules in FILE, without a deployment."""
    with inside(target.cloud, _where(target)):
        read = rules.read(file)
    version = rules.push(target.cloud, _bucket(target), read)
    say(f"[green]✓[/] {target.stage} uses version {version} within a minute")


@command.command("show")
@existing
def show(target: Target) -> None:
    """Print the rules that a stage uses."""
    own = rules.pushed(target.cloud, _bucket(target))
    version, text = own or (rules.read(None).rules.version, rules.read(None).text)
    where = "pushed" if own else "those that ship with the code, as they are in this folder"
    say(f"[dim]# {target.stage}: version {escape(version)}, {where}[/]")
    click.echo(text, nl=False)


@command.command("reset")
@existing
def reset(target: Target) -> None:
    """Let a stage use the rules that ship with the code again."""
    had = rules.reset(target.cloud, _bucket(target))
    say(f"[green]✓[/] {target.stage} uses the rules of its deployment within a minute" if had else f"{target.stage} had none of its own")


@command.command("explain")
@click.argument("text")
@click.option("--file", type=_FILE, help="Rules to try; otherwise the stage's, or those that ship with the code.")
@click.option("--articles", type=click.Path(exists=True, file_okay=False, path_type=Path), help="What the bot knows; otherwise the demo's.")
@click.option("--stage", help="Use what this stage's bot knows, and its rules.")
@click.option("--region", envvar="AWS_REGION", hidden=True)
@click.option("--profile", envvar="AWS_PROFILE", hidden=True)
@click.option("--endpoint-url", hidden=True)
@click.option("--channel", type=click.Choice(registry.names()), default="webchat", show_default=True)
@click.option("--tier", type=click.Choice(["", "vip"]), default="")
@click.option("--misses", type=click.IntRange(0), default=0, help="Times in a row that the bot had to ask back before.")
@click.option("--last-article", default="", help="The article that was answered with before.")
@click.option("--contacts", type=click.IntRange(1), default=1, show_default=True, help="Conversations of this customer today.")
@click.option("--waiting", type=click.IntRange(0), help="Customers in the queue.")
@click.option("--waited", type=click.IntRange(0), help="Minutes that the first of them has been waiting.")
@click.option("--at", "moment", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]), help="When; otherwise now.")
@click.option("--set", "given", multiple=True, metavar="FACT=VALUE", help="Take any fact as you say, such as --set band=none.")
def explain(text: str, file: Path | None, given: tuple[str, ...], **asked: Any) -> None:
    """Show what would happen to TEXT: the facts, the rule that fits, and why those before it do not."""
    with told():
        mind = _stages(asked) if asked["stage"] else _local(asked["articles"] or _DEMO)
        if file:
            mind = replace(mind, rules=rules.read(file).rules)
        _print(text, rules.explain(text, _context(asked, mind), mind, _pairs(given)), mind)


def _context(asked: dict[str, Any], mind: Brain) -> Context:
    moment: datetime | None = asked["moment"]
    at = int(moment.replace(tzinfo=mind.hours.zone).timestamp() * 1000) if moment else now()
    return Context(
        channel=asked["channel"],
        now=at,
        facts=mind.facts,
        misses=asked["misses"],
        last_article=asked["last_article"],
        tier=asked["tier"],
        waiting=asked["waiting"],
        waited=None if asked["waited"] is None else asked["waited"] * 60_000,
        opened=lambda: [at] * asked["contacts"],
    )


def _pairs(given: Iterable[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if not all(sign for _, sign, _ in pairs):
        raise DeployError("--set needs FACT=VALUE", "such as --set band=none")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _local(folder: Path) -> Brain:
    """What is in a folder of articles with their examples, and the shipped rules."""
    from chalicelib.knowledge.articles import changes
    from chalicelib.knowledge.encoder import encoder, passage_encoder
    from chalicelib.knowledge.index import building
    from chalicelib.knowledge.index import index as indexes
    from infra.articles import read_folder

    base = brain.shipped()
    # As a push would store them: an article's own examples are items beside it, and the bot finds articles by them.
    pushed = changes.between(changes.Known([], []), read_folder(folder, base.queues), "file", "", 0)
    built = building.build([one.article for one in pushed.articles], pushed.new_examples)
    return replace(base, index=indexes.read(built.version, built.files, encoder.load(), passage_encoder.load()))


def _for_stage(file: Path | None, where: dict[str, Any]) -> RuleFile:
    """A file's rules, as a stage with its queues reads them."""
    return _of_stage(lambda _: rules.read(file), where)


def _stages(asked: dict[str, Any]) -> Brain:
    def load(_: Target) -> Brain:
        brain.forget()
        return brain.load()

    return _of_stage(load, {name: asked[name] for name in ("stage", "region", "profile", "endpoint_url")})


def _of_stage(read: Callable[[Target], T], where: dict[str, Any]) -> T:
    """What is read while Baton's modules work on a stage."""
    found: list[T] = []

    def ask(target: Target) -> None:
        with inside(target.cloud, _where(target)):
            found.append(read(target))

    on_stage(ask)(**where)
    return found[0]


def _where(target: Target) -> dict[str, str]:
    """What the bot is told of its surroundings."""
    zone = parameters(target.cloud, target.stack).get("TimeZone", "")
    return {"KNOWLEDGE_BUCKET": _bucket(target), "TABLE": output(target.cloud, target.stack, "Table"), "TIME_ZONE": zone}


def _print(text: str, found: Explanation, mind: Brain) -> None:
    say(f"[bold]{escape(text[:200])}[/]\n")
    known = Table(box=None, show_header=False, title="What the bot knows", title_justify="left", title_style="bold", pad_edge=False)
    for name, value in asdict(found.facts).items():
        if name == "open" or value not in ("", False, -1, 0):
            known.add_row(f"  [dim]{name}[/]", escape({True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)))
    console.print(known)
    say(f"\n[bold]Rules[/] [dim]{escape(mind.rules.version or 'as shipped')}[/]")
    looked = Table(box=None, show_header=False, pad_edge=False)
    for step in found.steps:
        sign = "[green]✓[/]" if step.fits else "[dim]✗[/]"
        looked.add_row(f"  {sign}", escape(step.rule.id), "[dim]" + escape("; ".join(step.because)) + "[/]")
    console.print(looked)
    left = [rule.id for rule in mind.rules.hand_over[len(found.steps) :]]
    if left:
        say(f"  [dim]not looked at: {escape(', '.join(left))}[/]")
    _print_outcome(found)


def _print_outcome(found: Explanation) -> None:
    if found.rule:
        reasons = escape(" / ".join(found.rule.reasons.values()))
        say(f"\n[bold]Handed over[/] to {found.queue}, {found.rule.urgency}: {reasons}")
        say(f"The customer is told [dim]({escape(found.telling)})[/]")
    elif found.facts.band == "sure":
        say(f"\n[bold]Answered[/] with {escape(found.facts.article)} [dim]({found.facts.confidence:.2f})[/]")
    else:
        say("\n[bold]No rule fits[/], and no article surely: the bot asks back")
    for language, said in found.told.items():
        say(f"  [dim]{language:8}[/]" + escape(said).replace("\n", "\n" + " " * 10))


def _bucket(target: Target) -> str:
    return output(target.cloud, target.stack, "KnowledgeBucket")
