"""Whether a connection may be dead without our knowing: Lambda freezes a function between its calls, and peers close what is idle."""

from __future__ import annotations

import time

SECONDS = 3.0  # so long every peer keeps an idle connection

_used: dict[str, float] = {}


def is_stale(name: str) -> bool:
    """Was this connection last used too long ago? It counts as used now. By the clock on the wall, as others stand still in a freeze."""
    now = time.time()
    last, _used[name] = _used.get(name, 0.0), now
    return not 0 <= now - last <= SECONDS
