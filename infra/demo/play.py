"""`python -m infra demo`: a customer's day over the three channels, through the ways in of a running `make run`."""

import sys
from pathlib import Path

import click

from infra import client
from infra.errors import DeployError
from infra.local.aws import port_taken
from infra.local.house import read_addresses
from infra.operate.common import console, told


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path(".baton"), show_default=True, help="Where `run` keeps its data.")
def command(folder: Path) -> None:
    """Play a customer's day against a running `run`, and fail if something does not happen in time."""
    with told():
        addresses = read_addresses(folder)
        if not port_taken(int(addresses["aws"].rpartition(":")[2])):
            raise DeployError("Baton does not run here any more", "start it in another window: make run")
        if not addresses["logins"]:
            raise DeployError("Baton runs without demo data", "start it again without --no-demo-data")
        client.ready()
        from infra.demo.day import Day
        from infra.demo.story import Story

        story = Story(console)
        Day(addresses, story).play()
        sys.exit(0 if story.end() else 1)


if __name__ == "__main__":
    command()
