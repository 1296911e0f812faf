"""`python -m infra redrive`: does again what had failed."""

from __future__ import annotations

import sys

import click
from rich.markup import escape

from infra.operate.common import Target, console, existing, say
from infra.redrive import move_back, replay


@click.command()
@existing
def command(target: Target) -> None:
    """Replay failed records, and move agent queues' dead letters back."""
    with console.status("replaying"):
        result = replay(target.cloud, target.stack)
        moved, stray = move_back(target.cloud, target.stack)
    say(f"[green]✓[/] failed records: {result.done} replayed, {len(result.left)} left")
    for left in result.left:
        say(f"  [red]✗[/] {escape(left.what)}: {escape(left.why)}")
    if result.again:
        say(f"  [yellow]![/] {result.again} failed again and were put aside anew: see `python -m infra logs --stage {target.stage}`")
    say(f"[green]✓[/] agent queues' dead letters: {moved} moved back, {stray} left")
    if result.left or result.again or stray:
        sys.exit(1)
