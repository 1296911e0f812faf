"""What all commands share: which stage they mean, how they print, and how they fail."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from rich.console import Console
from rich.markup import escape

from infra.cloud import Cloud, stack_of
from infra.errors import DeployError

STAGE = re.compile(r"[a-z][a-z0-9-]{0,15}")

console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Target:
    """The stage that a command works on."""

    stage: str
    cloud: Cloud

    @property
    def stack(self) -> str:
        return stack_of(self.stage)


def say(line: str) -> None:
    """Prints a line that the terminal may wrap, so that commands in it can be copied whole."""
    console.print(line, soft_wrap=True)


def on_stage(function: Callable[..., None]) -> Callable[..., None]:
    """Gives a command --stage, --region, --profile and --endpoint-url, and calls it with the Target."""

    @click.option("--stage", required=True, envvar="STAGE", help="Which installation: prod, test ...")
    @click.option("--region", envvar="AWS_REGION", help="AWS region; otherwise that of your profile.")
    @click.option("--profile", envvar="AWS_PROFILE", help="A profile of your AWS configuration.")
    @click.option("--endpoint-url", hidden=True, help="The local AWS.")
    @wraps(function)
    def run(stage: str, region: str | None, profile: str | None, endpoint_url: str | None, **rest: Any) -> None:
        with told():
            endpoint = _endpoint(stage, endpoint_url)
            function(Target(stage, Cloud(_session(region, profile, endpoint), endpoint)), **rest)

    return run


def existing(function: Callable[..., None]) -> Callable[..., None]:
    """For commands on a running stack: the stage's name and the region are checked before anything else."""

    @wraps(function)
    def run(target: Target, **rest: Any) -> None:
        if not STAGE.fullmatch(target.stage):
            raise DeployError(f"{target.stage!r} cannot be a stage", "a lower-case letter, then up to 15 of a-z, 0-9 and -")
        if not target.cloud.session.region_name:
            raise DeployError("no AWS region is chosen", "add --region eu-central-1, or set AWS_REGION")
        function(target, **rest)

    return on_stage(run)


@contextmanager
def told() -> Iterator[None]:
    """Turns what went wrong into two lines and exit code 1."""
    try:
        yield
    except DeployError as error:
        failed(str(error), error.do)
    except (NoCredentialsError, NoRegionError) as error:
        failed(str(error), "run `aws configure` (or `aws sso login`), or set AWS_PROFILE and AWS_REGION")
    except ClientError as error:
        failed(f"AWS refused {error.operation_name}: {error.response['Error'].get('Message', error)}", _remedy(error))
    except BotoCoreError as error:
        failed(str(error), "check the network, the region and the profile")


def failed(why: str, do: str = "") -> None:
    """Says why and what to do, and ends the command."""
    say(f"[red]✗[/] {escape(why)}")
    if do:
        say(f"  [bold]→[/] {escape(do)}")
    sys.exit(1)


def _remedy(error: ClientError) -> str:
    code = error.response["Error"].get("Code", "")
    if "Expired" in code or "InvalidClientToken" in code or "UnrecognizedClient" in code:
        return "sign in again: `aws sso login`, or check the access key"
    return "add this permission to your credentials" if "Denied" in code or "NotAuthorized" in code else ""


def _endpoint(stage: str, given: str | None) -> str | None:
    """The local run is a stage like the others."""
    if given or stage != "local":
        return given
    from infra.local.house import read_addresses

    return str(read_addresses(Path(".baton"))["aws"])


def _session(region: str | None, profile: str | None, endpoint_url: str | None) -> boto3.Session:
    if endpoint_url:  # never send the developer's own credentials to a local server
        from infra.local.aws import session

        return session()
    return boto3.Session(profile_name=profile, region_name=region or os.environ.get("AWS_DEFAULT_REGION"))
