"""Which tests share a worker of pytest-xdist: those of a file, and all that use the running stack.

pytest-xdist's own groups do not hold: they hang on the ids of tests, which pytest 9.2 no longer lets anybody change.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent.parent
STACK = "the running stack"


class Places(LoadScopeScheduling):
    """Files are handed out whole, in the order of the command line: what is built for a file is built once."""

    def _split_scope(self, nodeid: str) -> str:
        return place(nodeid.partition("::")[0])


@cache
def place(file: str) -> str:
    """The name of what the file's tests have in common, with those of other files or alone. `file`: relative to the project."""
    return STACK if file.startswith("tests/stack/") or "stack: Stack" in (ROOT / file).read_text() else file
