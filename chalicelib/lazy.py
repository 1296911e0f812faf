"""Modules of a room that load when they are first used: what names them starts light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType


def modules(room: str, names: Sequence[str]) -> Callable[[str], ModuleType]:
    """The room's `__getattr__` (PEP 562)."""

    def load(name: str) -> ModuleType:
        if name in names:
            return import_module(f"{room}.{name}")
        raise AttributeError(f"{room} has no {name}")

    return load
