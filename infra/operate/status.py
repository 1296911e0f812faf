"""`python -m infra status`: what is deployed, and what waits."""

from __future__ import annotations

import click
from rich.markup import escape
from rich.table import Table

from infra.cloud import Cloud
from infra.errors import DeployError
from infra.operate.common import Target, console, existing, say
from infra.progress import describe, outputs
from infra.stack import QUEUE, depths, own_queues, public_address, resources, ringing
from infra.template.queues import DEAD_LETTERS, FAILED

TROUBLE = {FAILED: "failed records", DEAD_LETTERS: "agent queues' dead letters"}


@click.command()
@existing
def command(target: Target) -> None:
    """What is deployed, what waits, and which alarms ring."""
    cloud, stack = target.cloud, target.stack
    found = describe(cloud, stack)
    if found is None:
        raise DeployError(f"there is no stack {stack} in {cloud.region}", "check --stage and --region, or deploy it")
    at = found.get("LastUpdatedTime") or found["CreationTime"]
    colour = "green" if found["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else "yellow"
    digest = outputs(cloud, stack).get("Digest", "?")[:12]
    say(f"[bold]{stack}[/] [{colour}]{found['StackStatus']}[/] since {at:%Y-%m-%d %H:%M} UTC, package {digest}")
    say(f"  {public_address(cloud, stack)}/")
    _queues(cloud, stack)
    alarms = ringing(cloud, stack)
    for alarm in alarms:
        say(f"[red]✗[/] alarm {escape(alarm['AlarmName'])}: {escape(alarm.get('StateReason', ''))}")
    if not alarms:
        say("[green]✓[/] alarms: none rings")


def _queues(cloud: Cloud, stack: str) -> None:
    urls = {r.name: r.id for r in resources(cloud, stack, QUEUE)} | {url: url for url in own_queues(cloud, stack)}
    found = {name: (url.rpartition("/")[2].removeprefix(stack)[1:], *depths(cloud, url)) for name, url in urls.items()}
    table = Table(box=None, header_style="dim")
    for column in ("queue", "waiting", "taken"):
        table.add_column(column, justify="left" if column == "queue" else "right")
    for name, (shown, waiting, taken) in found.items():
        if name not in TROUBLE:
            table.add_row(shown, str(waiting), str(taken))
    console.print(table)
    for name, title in TROUBLE.items():
        count = sum(found[name][1:]) if name in found else 0
        say(f"[red]✗[/] {title}: {count} → python -m infra redrive" if count else f"[green]✓[/] {title}: none")
