"""The agents' room. Every function knows its routes, but only the API needs what is behind them: that loads when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.agents import access, attachments, customers, gap_desk, learned, replies, reviews, roster, signals, teaching, workspace

__all__ = [
    "access",
    "attachments",
    "customers",
    "gap_desk",
    "learned",
    "replies",
    "reviews",
    "roster",
    "signals",
    "teaching",
    "workspace",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"the agents' room has no {name}")
