"""The ways in and out. A channel is one folder, whose adapter has `send(message) -> provider's id`.

`send` raises Undeliverable (never), Unavailable (not now, and nothing left), Uncertain (nobody can know).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _Channels(dict[str, Any]):
    """Loaded when first used: a function that sends mail need not load SMS."""

    def __missing__(self, name: str) -> Any:
        self[name] = import_module(f"chalicelib.channels.{name}.adapter")
        return self[name]


CHANNELS = _Channels()
