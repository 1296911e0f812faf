"""`python -m infra status`: what is deployed, and what waits."""

from __future__ import annotations

import click
from rich.markup import escape
from rich.table import Table

from infra.cloud import Cloud
from infra.errors import DeployError
from infra.operate.common import Target, console, existing
from infra.progress import describe, outputs
from infra.stack import DEAD, FAILED_RECORDS, QUEUE, depths, public_address, resources, ringing


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
    console.print(f"[bold]{stack}[/] [{colour}]{found['StackStatus']}[/] since {at:%Y-%m-%d %H:%M} UTC, package {digest}")
    console.print(f"  {public_address(cloud, stack)}/")
    _queues(cloud, stack)
    for alarm in ringing(cloud, stack):
        console.print(f"[red]✗[/] alarm {escape(alarm['AlarmName'])}: {escape(alarm.get('StateReason', ''))}")


def _queues(cloud: Cloud, stack: str) -> None:
    found = {r.name: depths(cloud, r.id) for r in resources(cloud, stack, QUEUE)}
    table = Table(box=None, pad_edge=True, header_style="dim")
    for column in ("queue", "waiting", "taken", "dead"):
        table.add_column(column, justify="left" if column == "queue" else "right")
    for name, (waiting, taken) in found.items():
        if name.endswith(DEAD) or name == FAILED_RECORDS:
            continue
        dead = sum(found.get(name + DEAD, (0, 0)))
        table.add_row(name.removesuffix("Queue"), str(waiting), str(taken), f"[red]{dead}[/]" if dead else "0")
    console.print(table)
    failed = sum(found.get(FAILED_RECORDS, (0, 0)))
    console.print(f"[red]✗[/] failed records: {failed} → python -m infra redrive" if failed else "[green]✓[/] failed records: none")
