"""`python -m infra secret set NAME`: stores a provider's secret. It is read from the keyboard or standard input only."""

from __future__ import annotations

import sys

import click

from infra.cloud import Cloud, parameters_of
from infra.errors import DeployError
from infra.operate.common import Target, existing, say
from infra.shared_parameters import share

NAMES = ("twilio_account_sid", "twilio_auth_token", "site_jwt", "actions")
# While Twilio changes its token, or the host site its key, what was signed with the old one still comes in.
ROTATED = {"twilio_auth_token": "twilio_auth_token_previous", "site_jwt": "site_jwt_previous"}
SHORTEST = {"site_jwt": 32, "actions": 32}  # characters: as many bytes as the hash behind the signature has (RFC 7518, 3.2)


@click.group()
def command() -> None:
    """Secrets of providers."""


@command.command("set")
@click.argument("name", type=click.Choice(NAMES))
@existing
def set_(target: Target, name: str) -> None:
    """Store a secret, from the keyboard or standard input."""
    value = click.prompt(name, hide_input=True) if sys.stdin.isatty() else sys.stdin.read()
    rotated = set_secret(target.cloud, target.stack, name, value.strip())
    say(f"[green]✓[/] {name} is stored{'; the one before is accepted, too' if rotated else ''}. The functions see it within 5 minutes.")


def set_secret(cloud: Cloud, stack: str, name: str, value: str) -> bool:
    """Stores a secret encrypted, and where the functions read it; True if it took the place of another, which is kept as the previous
    one."""
    if not value:
        raise DeployError(f"{name} is empty", "type it, or pipe it in")
    if len(value) < SHORTEST.get(name, 0):
        raise DeployError(f"{name} must have {SHORTEST[name]} characters at least", "take a random one: openssl rand -base64 48")
    ssm, path = cloud.client("ssm"), parameters_of(stack) + "secrets/"
    rotated = False
    if name in ROTATED:
        try:
            old = ssm.get_parameter(Name=path + name, WithDecryption=True)["Parameter"]["Value"]
            rotated = old != value
        except ssm.exceptions.ParameterNotFound:
            old = ""
        if rotated:
            ssm.put_parameter(Name=path + ROTATED[name], Value=old, Type="SecureString", Overwrite=True)
    ssm.put_parameter(Name=path + name, Value=value, Type="SecureString", Overwrite=True)
    share(cloud, stack)
    return rotated
