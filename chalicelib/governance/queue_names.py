"""The queues: where conversations wait for people, one for each skill (queue_names.json, the one place that names them)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.errors import BadRequest


@cache
def known() -> tuple[str, ...]:
    """The skills, the default one first."""
    config: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text())
    return tuple(dict.fromkeys((config["default"], *config["skills"])))


def checked(name: str) -> str:
    """Raises BadRequest."""
    if name not in known():
        raise BadRequest(f"queue must be one of {', '.join(known())}")
    return name
