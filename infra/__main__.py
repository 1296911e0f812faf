"""`python -m infra <command>`: every way to package, run and operate Baton. A command's module is loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "run": "infra.local.run:command",
    "demo": "infra.demo.play:command",
    "build": "infra.package:command",
    "deploy": "infra.operate.deploy:command",
    "status": "infra.operate.status:command",
    "doctor": "infra.operate.doctor:command",
    "logs": "infra.operate.logs:command",
    "redrive": "infra.operate.redrive:command",
    "users": "infra.operate.users:command",
    "customer": "infra.operate.customer:command",
    "knowledge": "infra.operate.knowledge:command",
    "rules": "infra.operate.rules:command",
    "evaluate": "infra.operate.evaluate:command",
    "settings": "infra.operate.settings:command",
    "encoder": "infra.encoder:command",
    "secret": "infra.operate.secret:command",
    "destroy": "infra.operate.destroy:command",
    "checkov": "infra.checkov:command",
    "client": "infra.client:command",
    "vendor": "infra.vendor:vendor",
}


class LazyGroup(click.Group):
    """Knows its commands by name; imports only the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found


@click.group(cls=LazyGroup)
def main() -> None:
    """Baton's stack: build, deploy, run, look after it."""


if __name__ == "__main__":
    main(prog_name="python -m infra")
