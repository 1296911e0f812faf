"""What a turn came to; and whether an action may have a part in it, told without loading what carries actions out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalicelib import yaml_files
from chalicelib.conversations.model import Answer, Escalation


@dataclass(frozen=True, slots=True)
class FlowResult:
    """What the bot says, and the flow that the conversation then is in ("": none).

    `ours`: a flow has a part in it; `final`: it is a flow's alone and could not be found out again; `piece`: nothing is said yet, as
    more of the same answer may follow; `own`: what the flow itself says where it hands over, for somebody who waits already;
    `again`: a value is asked for once more.
    """

    said: Answer | Escalation
    flow: str = ""
    ours: bool = False
    final: bool = False
    piece: bool = False
    own: str = ""
    again: bool = False


def may_concern(decision: Answer | Escalation, words: str) -> bool:
    """Could a flow begin here: its article was found, or a number may keep it from being found?"""
    if isinstance(decision, Answer) and decision.article in _leading():
        return True
    return any(character.isdigit() for character in words[:2_000])


@cache
def _leading() -> frozenset[str]:
    """The articles that lead to an action."""
    data = yaml_files.read(Path(__file__).parent / "actions.yaml")
    return frozenset(article for action in data["actions"] for article in action["articles"])
