"""How often an agent may call the API: a number that stands with the agent, and headers that tell what is left of it.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10. What is left is counted in this container, and beyond half of the limit
in all of them together (limits.py), so it is never less than what one may still do, and at most twice as much.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.governance import limits
from chalicelib.governance.limits import MINUTE, Limit
from chalicelib.governance.token_bucket import Rule

if TYPE_CHECKING:
    from chalicelib.governance.roster import Agent


def spend(agent: Agent, now: int) -> dict[str, str]:
    """The headers of the answer to this call. Raises TooMany with the seconds to wait."""
    limit = _limit(agent.per_minute)
    limits.spend(limit, agent.id, now)
    left, seconds = limits.left(limit, agent.id, now)
    return {"RateLimit-Policy": f'"agent";q={agent.per_minute};w=60', "RateLimit": f'"agent";r={left};t={seconds}'}


@cache
def _limit(per_minute: int) -> Limit:
    every = max(1, MINUTE // per_minute)
    free = Rule(burst=max(1, per_minute // 2), every=2 * every)
    return Limit("agent", Rule(burst=per_minute, every=every), free=free, most=per_minute)
