"""How much one may do at once, and how much for long. Pure: times come in as arguments (Unix milliseconds).

A token bucket in its integer form (the generic cell rate algorithm, ITU-T I.371): all that must be known of somebody is the
moment until which what they did keeps them busy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """`burst` at once; then one more every `every` ms."""

    burst: int
    every: int


def take(busy_until: int, rule: Rule, now: int, cost: int = 1) -> tuple[int, int]:
    """Until when they are busy afterwards, and 0; or as before, and so many ms to wait. 0 for somebody new."""
    wanted = max(busy_until, now) + cost * rule.every
    wait = wanted - now - rule.burst * rule.every
    return (busy_until, wait) if wait > 0 else (wanted, 0)
