"""What a room that keeps something of customers says of it: what there is, and how it goes. The rooms above hand theirs down (app.py).

Whatever `erase` does may be done again from its beginning, at any point and by two at once: what is gone is passed over.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from chalicelib.customers.erasure.footprint import Footprint


@dataclass(frozen=True, slots=True)
class Found:
    """`count` things of one kind, which lie in the export as a file: `path` and its content, read when it is asked for."""

    kind: str
    path: str
    count: int
    content: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Mask:
    """Names for what stays as a count: they follow from a secret of one erasure, which is forgotten with its end."""

    secret: str

    def thread(self, conversation: str) -> str:
        """A thread that holds what is left of one conversation, and nothing else."""
        digest = hmac.digest(self.secret.encode(), conversation.encode(), sha256)
        return "x" + b32encode(digest).decode().lower()[:20]

    def conversation(self, conversation: str) -> str:
        return f"{self.thread(conversation)}.1"


@dataclass(frozen=True, slots=True)
class Holding:
    """`erase` yields now and then, True if something was done that a further go need not do again: there it may be stopped."""

    name: str
    find: Callable[[Footprint], Iterator[Found]]
    erase: Callable[[Footprint, Mask], Iterator[bool]]
