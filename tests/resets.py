"""What a process keeps between two calls is forgotten, as if a new container had started."""

from __future__ import annotations

from chalicelib import freshness, settings
from chalicelib.channels import breaker, dispatch, sns
from chalicelib.governance import limits


def forget_parameters() -> None:
    settings._kept.clear()


def forget_limits() -> None:
    limits._busy.clear()


def forget_certificates() -> None:
    sns._keys.clear()


def forget_connections() -> None:
    freshness._used.clear()


def forget_providers() -> None:
    breaker._of.clear()
    dispatch._last.clear()
