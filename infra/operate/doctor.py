"""`python -m infra doctor`: what is wrong with a running installation, and what to do."""

from __future__ import annotations

import sys

import click

from infra.doctor import Patient, examine
from infra.errors import DeployError
from infra.operate.common import Target, existing, say
from infra.operate.shown import show_findings
from infra.progress import describe


@click.command()
@existing
def command(target: Target) -> None:
    """Examine a running installation and say what to do."""
    if describe(target.cloud, target.stack) is None:
        raise DeployError(f"there is no stack {target.stack} in {target.cloud.region}", "check --stage and --region, or deploy it")
    sick = False
    for name, findings in examine(Patient(target.stage, target.stack, target.cloud)):
        sick = sick or any(f.blocks for f in findings)
        if findings:
            show_findings(findings)
        else:
            say(f"[green]✓[/] {name}")
    if sick:
        sys.exit(1)
