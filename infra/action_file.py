"""The declared self-service actions as a file: what is wrong with it is told before anything is packaged."""

from __future__ import annotations

from pathlib import Path

import yaml

from chalicelib.bot.actions import declared
from chalicelib.errors import BadRequest
from chalicelib.governance import queue_names
from infra.errors import DeployError

SHIPPED = Path("chalicelib") / "bot" / "actions" / "actions.yaml"


def check(path: Path) -> None:
    """Raises DeployError with all mistakes."""
    try:
        declared.parse(yaml.safe_load(path.read_text("utf-8")), queue_names.known())
    except (OSError, UnicodeDecodeError, yaml.YAMLError, BadRequest) as error:
        told = "\n".join(f"{path}: {line}" for line in str(error).splitlines())
        raise DeployError(told, "docs/api.md and the head of the file tell what an action declares") from error
