"""Secrets and addresses in the place of the table of parameters."""

from __future__ import annotations

import pytest

from chalicelib import settings
from infra.shared_parameters import items

ROOT = "a test's root secret"


def know(monkeypatch: pytest.MonkeyPatch, **known: str) -> None:
    """What functions read from now on, by the names of the parameter store with `__` for its slash: `secrets__actions="…"`."""
    found = items({"secrets/root": ROOT} | {name.replace("__", "/"): value for name, value in known.items()})
    monkeypatch.setattr(settings, "_read", lambda name: found.get(name, {}))
    settings._kept.clear()
