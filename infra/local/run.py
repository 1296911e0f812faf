"""`python -m infra run`: Baton on this machine until Ctrl-C, with its data kept for the next time."""

import json
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any

import click
import httpx
from rich.markup import escape
from rich.panel import Panel
from rich.status import Status
from rich.table import Table

from infra.deploy import Show
from infra.errors import DeployError
from infra.local.aws import port_taken, session
from infra.local.house import Addresses, house
from infra.operate.common import console, told
from infra.progress import Progress
from infra.smoke import smoke

WATCH_SECONDS = 2.0
FIRST_PORT = 8400
# What a topic says to a new subscriber's function: no mail.
_NO_MAIL: dict[str, Any] = {"Records": [{"Sns": {"Subject": None, "MessageAttributes": {}, "Message": "{}"}}]}
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command()
@click.option("--port", type=click.IntRange(1024, 65000), help="First of four neighbouring ports, for a new installation.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path(".baton"), show_default=True, help="Where data and addresses stay.")
@click.option("--demo-data/--no-demo-data", default=True, show_default=True, help="Load the demo's articles and users.")
def command(port: int | None, folder: Path, demo_data: bool) -> None:
    """Run Baton here: the packaged stack on a local AWS, with ways in for mail, SMS and chat."""
    began = time.monotonic()
    for number in STOPS:
        signal.signal(number, _stop)
    with told():
        try:
            with (
                console.status("starting") as status,
                house(folder.absolute(), port or 0, preferred=FIRST_PORT, demo=demo_data, show=_shown(status)) as addresses,
            ):
                status.update("trying it as a customer")
                _try(addresses)
                _warm(addresses)
                status.stop()
                console.print(_panel(addresses, folder, time.monotonic() - began))
                _watch(addresses)
        except KeyboardInterrupt:
            console.print(f"stopped; everything is kept in {escape(str(folder))}")


def _shown(status: Status) -> Show:
    """One line that changes; on AWS every resource has its own, here only those that fail."""

    def show(event: Progress) -> None:
        if event.status.endswith("_FAILED"):
            console.print(f"[red]✗[/] {escape(event.resource)} {escape(event.text)}")
        status.update(f"deploying: {event.done} of {event.total} resources" if event.total else escape(event.text))

    return show


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Once is enough: another Ctrl-C must not break the saving off."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    console.print("\nstopping …")
    raise KeyboardInterrupt


def _try(addresses: Addresses) -> None:
    """As a customer would, which also starts the functions that customers meet first. Raises DeployError."""
    for one in smoke(addresses.site.rstrip("/"), patience=20):
        if not one.ok:
            raise DeployError(f"{one.name}: {one.detail}", "see the functions' errors in state/aws.log beside the data")


def _warm(addresses: Addresses) -> None:
    """Start the functions that no page has started yet, so that the first mail or SMS is not the slow one."""
    httpx.post(f"{addresses.site}sms/twilio", data={}, timeout=30)  # refused: it is not signed
    functions = session().client("lambda", endpoint_url=addresses.aws)
    for name, event in (("BotAnswer", {"Records": []}), ("Deliver", {"Records": []}), ("EmailWebhook", _NO_MAIL)):
        functions.invoke(FunctionName=addresses.outputs[f"{name}Name"], Payload=json.dumps(event).encode())


def _watch(addresses: Addresses) -> None:
    """Until Ctrl-C. Raises DeployError if the local AWS ends by itself."""
    port = int(addresses.aws.rpartition(":")[2])
    while port_taken(port):
        time.sleep(WATCH_SECONDS)
    raise DeployError("the local AWS ended by itself", "its last words are in state/aws.log beside the data")


def _panel(addresses: Addresses, folder: Path, seconds: float) -> Panel:
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for name, where in (
        ("shop page", f"{addresses.shop}  with the chat embedded"),
        ("web chat", addresses.site),
        ("agents' console", addresses.console),
        ("phone (SMS)", addresses.phone),
        ("mailbox", addresses.mailbox),
        ("SMTP", f"{addresses.smtp}  for mail to {addresses.support_address}"),
        ("AWS", f"{addresses.aws}  ({addresses.stack}, {addresses.region})"),
    ):
        rows.add_row(f"[bold]{name}[/]", escape(where))
    for login in addresses.logins:
        rows.add_row(f"[bold]{login['role']}[/]", f"{login['email']}  [green]{escape(login['password'])}[/]")
    rows.add_row("", "")
    rows.add_row("[dim]try[/]", "[dim]make demo, in another window[/]")
    rows.add_row("[dim]stop[/]", f"[dim]Ctrl-C; data and addresses stay in {escape(str(folder))}[/]")
    return Panel(rows, title=f"Baton runs here [dim](ready in {seconds:.0f} s)[/]", border_style="green", expand=False)


if __name__ == "__main__":
    command()
