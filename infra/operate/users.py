"""`python -m infra users`: who may sign in as an agent."""

from __future__ import annotations

import sys

import click
from rich.markup import escape
from rich.table import Table

from infra.operate.common import Target, console, existing, say
from infra.stack import output
from infra.users import GROUPS, add_user, members


@click.group()
def command() -> None:
    """Agents, supervisors and admins."""


@command.command()
@click.argument("email")
@click.option("--group", type=click.Choice(GROUPS), default="agents", show_default=True)
@click.option("--name", default="", help="As customers see it.")
@click.option("--password", is_flag=True, help="Ask for a password (or read it from standard input) instead of mailing an invitation.")
@existing
def add(target: Target, email: str, group: str, name: str, password: bool) -> None:
    """Let somebody in, or change the group."""
    secret = ""
    if password:
        secret = (click.prompt("password", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else sys.stdin.read()).strip()
    pool = output(target.cloud, target.stack, "UserPool")
    made = add_user(target.cloud, pool, email, group, name=name, password=secret)
    how = "" if secret or not made else "; the invitation with a first password is on its way"
    say(f"[green]✓[/] {escape(email)} is {'now' if made else 'known, and'} in {group}{how}")


@command.command("list")
@existing
def list_(target: Target) -> None:
    """Who may sign in."""
    table = Table(box=None, header_style="dim")
    for column in ("e-mail", "name", "group", "state"):
        table.add_column(column)
    pool = output(target.cloud, target.stack, "UserPool")
    rows = [row for group in GROUPS[::-1] for row in members(target.cloud, pool, group)]
    for row in rows:
        table.add_row(*(escape(part) for part in row))
    console.print(table if rows else f"nobody yet → python -m infra users add EMAIL --group admins --stage {target.stage}")
