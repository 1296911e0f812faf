"""How findings, plans and progress look on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from infra.changes import Action, Change, Plan
from infra.deploy import Show
from infra.findings import Finding
from infra.operate.common import console, say
from infra.progress import Progress

SIGNS: dict[Action, str] = {
    "add": "[green]+[/]",
    "modify": "[yellow]~[/]",
    "may replace": "[yellow]±[/]",
    "replace": "[red]±[/]",
    "remove": "[red]-[/]",
}
DONE: dict[Action, str] = {
    "add": "added",
    "modify": "modified",
    "may replace": "maybe replaced",
    "replace": "replaced",
    "remove": "removed",
}


def kind(type_name: str) -> str:
    """AWS::Lambda::Function -> Lambda Function."""
    return type_name.removeprefix("AWS::").replace("::", " ")


def show_findings(findings: Iterable[Finding]) -> None:
    """What is missing first, hints after it."""
    for finding in sorted(findings, key=lambda f: not f.blocks):
        say(f"[red]✗[/] {escape(finding.what)}" if finding.blocks else f"[yellow]![/] {escape(finding.what)}")
        say(f"  [bold]→[/] {escape(finding.do)}")


def show_plan(plan: Plan) -> None:
    """A first deployment is told by kinds; later ones resource by resource."""
    if plan.first:
        kinds = Counter(kind(c.type) for c in plan.changes)
        say(f"[bold]{plan.stack} is new.[/] {len(plan.changes)} resources will be made:")
        whole = (f"{count} {name}".replace(" ", "\N{NO-BREAK SPACE}") for name, count in kinds.most_common())
        console.print(Padding(", ".join(whole), (0, 0, 0, 2)))
        return
    for change in plan.changes:
        say(_line(change))
    counts = Counter(c.action for c in plan.changes)
    say("[bold]" + ", ".join(f"{counts[a]} {DONE[a]}" for a in DONE if counts[a]) + "[/]")
    if plan.stages:
        say(f"in {len(plan.stages)} steps, as DynamoDB makes or deletes one index of a table at a time:")
    for number, stage in enumerate(plan.stages, 1):
        say(f"  {number}. {escape(stage.what)}")


@contextmanager
def progress() -> Iterator[Show]:
    """A line for each resource that is done or fails, above a bar that counts them."""
    with Bar(
        TextColumn("  {task.description}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("", total=None, visible=False)

        def show(event: Progress) -> None:
            if not event.resource:
                say(f"[dim]  {escape(event.text)}[/]")
                return
            if event.total:
                bar.update(task, completed=event.done, total=event.total, visible=True)
            bar.update(task, description=event.resource)
            line = _event(event)
            if line:
                say(line)

        yield show


def _line(change: Change) -> str:
    what = f" [dim]{escape(', '.join(change.properties[:6]))}[/]" if change.properties else ""
    text = f"  {SIGNS[change.action]} {escape(change.resource)} [dim]({kind(change.type)})[/]{what}"
    if change.action in ("replace", "may replace"):
        text += f" [{'red' if change.action == 'replace' else 'yellow'}]{DONE[change.action]}[/]"
    return text + (" [bold red]its data would be lost[/]" if change.loses_data else "")


def _event(event: Progress) -> str:
    words, _, reason = event.text.partition(": ")
    name = f"{escape(event.resource)} [dim]({kind(event.type)})[/]"
    if event.status.endswith("_FAILED"):
        return f"  [red]✗[/] {name} {words}: {escape(reason)}"
    if event.status.endswith("_COMPLETE"):
        return f"  [green]✓[/] {name} {words.split()[0]}d"
    return ""
