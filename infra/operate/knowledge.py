"""`python -m infra knowledge`: articles to a stage and back, published with a look at what changes, and gone back on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from chalicelib.errors import BadRequest
from chalicelib.governance import queue_names
from chalicelib.knowledge.articles import imports
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.index import bucket, releases
from chalicelib.knowledge.index.releases import Release
from infra import knowledge
from infra.articles import read_folder
from infra.errors import DeployError
from infra.operate.common import Target, console, existing, say
from infra.progress import outputs

_SHOWN = 30  # rows of a table


@click.group()
def command() -> None:
    """What the bot knows: bring articles there and back, publish, go back."""


@command.command("push")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--prune", is_flag=True, help="Also remove the stage's articles that the folder lacks.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@existing
def push_(target: Target, folder: Path, prune: bool, dry_run: bool) -> None:
    """Bring the articles of a folder to the stage and publish them."""
    read_folder(folder, knowledge.AnyQueue())
    with knowledge.at(target.cloud, outputs(target.cloud, target.stack)):
        given = read_folder(folder, queue_names.known())
        done = knowledge.bring(target.cloud, given, "file", prune=prune, dry_run=dry_run)
    _tell(target, done, dry_run)
    if done.changes.missing and not prune:
        say(f"  {len(done.changes.missing)} articles are only at the stage, and stay: --prune removes them, pull fetches them")


@command.command("pull")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@existing
def pull_(target: Target, folder: Path) -> None:
    """Make a folder hold the stage's articles."""
    touched = knowledge.pull(target.cloud, outputs(target.cloud, target.stack), folder)
    say(f"[green]✓[/] {len(touched)} files changed" if touched else "[green]✓[/] nothing to change")


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@existing
def import_(target: Target, file: Path, dry_run: bool) -> None:
    """Bring the questions and answers of a list (CSV or JSON) to the stage and publish them."""
    _listed(file, knowledge.AnyQueue())
    with knowledge.at(target.cloud, outputs(target.cloud, target.stack)):
        given = _listed(file, queue_names.known())
        done = knowledge.bring(target.cloud, given, "import", dry_run=dry_run)
    _tell(target, done, dry_run)


def _listed(file: Path, queues: Sequence[str]) -> list[Article]:
    """Raises DeployError with every mistake."""
    try:
        return imports.read(file.name, file.read_bytes(), queues)
    except BadRequest as error:
        raise DeployError(f"{file.name} cannot be imported:\n  {error}", "correct it; nothing was imported") from error


@command.command("publish")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@existing
def publish_(target: Target, dry_run: bool) -> None:
    """Publish what was edited in the console."""
    with knowledge.at(target.cloud, outputs(target.cloud, target.stack)):
        done = knowledge.release(target.cloud, "preview" if dry_run else "publish")
        _compare(done)
    _told(done)


@command.command("list")
@existing
def list_(target: Target) -> None:
    """Show what was published, the newest first."""
    with knowledge.at(target.cloud, outputs(target.cloud, target.stack)):
        used, found = bucket.current(), releases.latest()
    console.print(releases_table(found, used) if found else "nothing yet → python -m infra knowledge push FOLDER")


def releases_table(found: list[Release], used: str) -> Table:
    """What was published, for a terminal of 80 columns: whoever goes back types the version, so nothing but a name wraps."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("at (UTC)", "what", "version", "articles +\nexamples", "", "by"):
        table.add_column(column, no_wrap=column != "by", overflow="fold")
    for one in found:
        at = f"{datetime.fromtimestamp(one.at / 1000, UTC):%Y-%m-%d %H:%M}"
        state = one.state if one.state != "done" else "in use" if one.switched and one.version == used else ""
        size = f"{one.articles} + {one.examples}" if one.articles else ""
        table.add_row(at, one.do, escape(one.version), size, state, escape(one.by))
    return table


@command.command("rollback")
@click.argument("version")
@existing
def rollback_(target: Target, version: str) -> None:
    """Let the bot use a version that was published before."""
    with knowledge.at(target.cloud, outputs(target.cloud, target.stack)):
        done = knowledge.release(target.cloud, "rollback", version=version)
        _compare(done)
    _told(done)


def _tell(target: Target, done: knowledge.Pushed, dry_run: bool) -> None:
    what = done.changes
    say(
        f"{len(what.articles)} articles new or changed, {len(what.gone)} removed; "
        f"{len(what.new_examples)} examples new, {len(what.gone_examples)} removed"
    )
    with knowledge.at(target.cloud, outputs(target.cloud, target.stack)):
        _compare(done.release)
    _told(done.release)


def _told(done: Release) -> None:
    if done.switched:
        say(f"[green]✓[/] version {escape(done.version)} is in use within a minute")
    else:
        say("nothing was changed: this only shows what would be")


def _compare(done: Release) -> None:
    """What is asked but not told, then the comparison as a table: what gets worse first."""
    found = bucket.load_json(releases.comparison(done.id))
    _untold(found.get("untold", []), found["counts"].get("untold", 0))
    counts, questions = found["counts"], found["questions"]
    if not counts.get("asked"):
        say("no real questions to compare with yet")
        return
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in ("same", "gained", "changed", "reworded", "lost") if counts.get(kind))
    say(f"the last {counts['asked']} real questions: {kinds}; [bold]{counts.get('worse', 0)} worse[/]")
    table = Table(box=None, header_style="dim")
    for column in ("", "question", "answered so far", "then"):
        table.add_column(column, overflow="fold", max_width=44)
    for row in questions[:_SHOWN]:
        mark = "[red]worse[/]" if row["worse"] else row["kind"]
        table.add_row(mark, escape(row["question"]), _said(row["before"]), _said(row["after"]))
    if questions:
        console.print(table)
    if len(questions) > _SHOWN:
        say(f"… and {len(questions) - _SHOWN} more, in the console")


def _untold(rows: list[dict[str, Any]], count: int) -> None:
    if not rows:
        return
    say(f"[yellow]{count} wordings ask what their article does not tell[/]: tell it there, or leave the wording out")
    console.print(untold_table(rows[:_SHOWN]))
    if count > _SHOWN:
        say(f"… and {count - _SHOWN} more")


def untold_table(rows: list[dict[str, Any]]) -> Table:
    """Wordings that ask what their article does not tell."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("article", "", "asked", "not told"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(escape(row["article"]), row["language"], escape(row["wording"]), escape(", ".join(row["missing"])))
    return table


def _said(said: dict[str, object]) -> str:
    return escape(str(said["title"] or said["article"])) if said["sure"] else "[dim]not surely known[/]"
