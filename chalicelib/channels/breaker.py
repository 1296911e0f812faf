"""A breaker for each provider: after a few failures in a row it is left alone for a while, so that nobody waits for it in vain.

Its memory is that of one execution environment.

M. Nygard, Release It! (2nd edition 2018), Circuit Breaker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.errors import Postponed

OPENS_AFTER = 3  # failures in a row
OPEN_MS = 30_000  # then one call tries, and opens it again or closes it


@dataclass(frozen=True, slots=True)
class State:
    """`failures` in a row; `open_until`: Unix ms."""

    failures: int = 0
    open_until: int = 0


_of: dict[str, State] = {}


def admit(provider: str, now: int) -> None:
    """Raises Postponed while the breaker is open; the first call after that is let through, alone."""
    state = _of.get(provider, State())
    if state.failures < OPENS_AFTER:
        return
    if now < state.open_until:
        raise Postponed(f"{provider} did not answer lately: this message waits")
    _of[provider] = replace(state, open_until=now + OPEN_MS)


def failed(provider: str, now: int) -> None:
    """It did not answer, or not well."""
    state = _of.get(provider, State())
    _of[provider] = State(state.failures + 1, now + OPEN_MS)


def worked(provider: str) -> None:
    """It answered, be it with a refusal."""
    _of.pop(provider, None)
