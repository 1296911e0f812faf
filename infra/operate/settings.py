"""`python -m infra settings`: a stage's queues, hours, facts and appearance as files, with their versions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from chalicelib.business import colours
from chalicelib.business.store import KINDS, Kind
from chalicelib.governance import business_settings
from infra import business
from infra.operate.common import Target, console, existing, say, told

_KIND = click.argument("kind", type=click.Choice(KINDS))
_WHY = click.option("--why", required=True, help="For whoever looks at the versions later.")
_SOON = "in force within half a minute"
_GROUNDS = {"light": colours.LIGHT.sheet, "dark": colours.DARK.sheet}


@click.group()
def command() -> None:
    """What the business sets without a deployment: queues, opening hours with special days, facts, appearance."""


@command.command("get")
@_KIND
@click.option("--version", type=click.IntRange(0), help="Otherwise the one in force; 0 ships with the code.")
@existing
def get(target: Target, kind: Kind, version: int | None) -> None:
    """Print queues, hours, facts or appearance as the file that `set` takes."""
    with business.at(target.cloud, target.stack):
        click.echo(business.text(business_settings.read(kind, version)), nl=False)


@command.command("set")
@_KIND
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_WHY
@existing
def set_(target: Target, kind: Kind, file: Path, why: str) -> None:
    """Put the content of FILE in force. Its "version", if it has one, must still be the one in force."""
    with business.at(target.cloud, target.stack):
        made = business.change(kind, file.read_bytes(), why)
    say(f"[green]✓[/] version {made.version} of the {kind} is {_SOON}")


@command.command("preview")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def preview(file: Path) -> None:
    """Show the colours that the appearance in FILE would wear, and what is corrected so that all can read it. Asks no stage."""
    with told():
        found = business.preview(file.read_bytes())
    for name, ground in _GROUNDS.items():
        if scheme := found[name]:
            parts = ", ".join(f"{part} {colour}" for part, colour in asdict(scheme).items())
            say(f"{name:6}[{scheme.on_fill} on {scheme.fill}] button [/] [{scheme.text} on {ground}] text [/] [dim]{parts}[/]")
    for remark in found["remarks"]:
        say(f"[yellow]![/] {escape(remark)}")
    say("[green]✓[/] it can be set: python -m infra settings set appearance")


@command.command("versions")
@_KIND
@existing
def versions(target: Target, kind: Kind) -> None:
    """Who changed what, when and why, the newest first."""
    with business.at(target.cloud, target.stack):
        current, found = business_settings.versions(kind)
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("version", "at (UTC)", "by", "why", ""):
        table.add_column(column)
    for one in found:
        when = f"{datetime.fromtimestamp(one.at / 1000, UTC):%Y-%m-%d %H:%M}" if one.at else ""
        why = escape(one.why) if one.version else "ships with the code"
        table.add_row(str(one.version), when, escape(one.by), why, "in force" if one.version == current else "")
    console.print(table)


@command.command("rollback")
@_KIND
@click.argument("version", type=click.IntRange(0))
@_WHY
@existing
def rollback(target: Target, kind: Kind, version: int, why: str) -> None:
    """Let an earlier version count again, as a new one."""
    with business.at(target.cloud, target.stack):
        made = business.roll_back(kind, version, why)
    say(f"[green]✓[/] the {kind} are those of version {version} again, as version {made.version}, {_SOON}")
