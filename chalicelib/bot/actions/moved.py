"""What a turn came to."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.conversations.model import Answer, Escalation


@dataclass(frozen=True, slots=True)
class Moved:
    """What the bot says, and the flow that the conversation then is in ("": none). `ours`: a flow said it; `piece`: nothing is said
    yet, as more of the same answer may follow."""

    said: Answer | Escalation
    flow: str = ""
    ours: bool = False
    piece: bool = False
