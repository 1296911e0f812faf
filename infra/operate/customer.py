"""`python -m infra customer`: a copy of everything that is kept of a customer, and its end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from chalicelib.customers.erasure import jobs
from chalicelib.customers.erasure.jobs import Job
from infra import customer
from infra.operate.common import Target, console, existing, failed, say

_WHO = "WHO is a customer's id, an e-mail address, a number as +4915112345678, or CHANNEL:ADDRESS."


@click.group()
def command() -> None:
    """A customer's right to a copy, and to be forgotten."""


@command.command("export", epilog=_WHO)
@click.argument("who")
@click.option("--to", "target_file", type=click.Path(dir_okay=False, path_type=Path), default=Path("customer.zip"), show_default=True)
@existing
def export_(target: Target, who: str, target_file: Path) -> None:
    """Put everything that is kept of WHO into a ZIP file."""
    with customer.at(target.cloud, target.stack):
        with console.status("collecting") as status:
            job = customer.carry_out("export", customer.named(who), lambda job: status.update(_progress(job)))
        _check(job)
        size = customer.fetch(job, target_file)
    say(f"[green]✓[/] {escape(str(target_file))}: {size / 1e6:.1f} MB, {_counts(job)}")


@command.command("erase", epilog=_WHO)
@click.argument("who")
@click.option("--force", is_flag=True, help="Close conversations in which a person owes an answer.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--certificate", type=click.Path(dir_okay=False, path_type=Path), help="Where to put the certificate (JSON).")
@existing
def erase_(target: Target, who: str, force: bool, yes: bool, certificate: Path | None) -> None:
    """Forget WHO, for good; counts stay. Takes a minute at least: it looks twice."""
    with customer.at(target.cloud, target.stack):
        found = customer.named(who)
        if not yes:
            click.confirm(f"Erase {found} with all that is kept of this customer? Nothing brings it back.", abort=True)
        _end(found, force, certificate)


def _end(found: str, force: bool, certificate: Path | None) -> None:
    with console.status("erasing") as status:
        job = customer.carry_out("erase", found, lambda job: status.update(_progress(job)), force=force)
    _check(job)
    if certificate:
        certificate.write_text(json.dumps(job.certificate, ensure_ascii=False, indent=2) + "\n", "utf-8")
    say(escape(str(job.certificate["text"]["en"])))
    say(f"[green]✓[/] erased: {_counts(job)}")


@command.command("list")
@existing
def list_(target: Target) -> None:
    """Who had what exported or erased, and when."""
    table = Table(box=None, header_style="dim")
    for column in ("at (UTC)", "what", "state", "by", "subject (hash)"):
        table.add_column(column)
    with customer.at(target.cloud, target.stack):
        for job in jobs.latest():
            table.add_row(f"{datetime.fromtimestamp(job.at / 1000, UTC):%Y-%m-%d %H:%M}", job.do, job.state, escape(job.by), job.subject)
    console.print(table if table.row_count else "nothing yet")


@command.command("replay")
@click.option("--yes", is_flag=True, help="Do not ask.")
@existing
def replay_(target: Target, yes: bool) -> None:
    """After a table was restored from a backup: erase again whoever came back with it. Reads the whole table."""
    with customer.at(target.cloud, target.stack):
        back = customer.erased_before(target.cloud)
        if not back:
            say("[green]✓[/] nobody came back")
            return
        if not yes:
            click.confirm(f"{len(back)} customers who were erased are there again. Erase them?", abort=True)
        for found in back:
            _end(found, True, None)


def _check(job: Job) -> None:
    if job.state != "done":
        failed(f"it was not done: {job.error}")


def _progress(job: Job) -> str:
    return {"settling": "looking once more, in a minute"}.get(job.state, f"{job.do}: step {job.step}, {_counts(job) or 'looking'}")


def _counts(job: Job) -> str:
    return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(job.found.items()))
