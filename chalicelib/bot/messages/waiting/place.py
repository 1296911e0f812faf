"""What is known of the place of somebody who waits for a person, and what a reply to her changes. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from chalicelib.bot.actions.flow_result import FlowResult
from chalicelib.bot.answers.context import Load
from chalicelib.bot.interpretation.contact_request import ContactRequest
from chalicelib.conversations.model import Answer, Urgency

Change = Literal["", "urgent", "eased", "back", "close", "contact"]


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of her place. `in_flow`: an action waits for an answer, or remembers an order; `moved`: what an action says outside
    the queue, None if none has a part in it; `looked_up`: an answer about an order that she names, if the business tells one; `noticed`:
    the action that then remembers the order that she names; `ahead`: who is before her in the line. They cost something and are asked
    only where they are needed."""

    urgency: Urgency
    asking: str
    contact_request: ContactRequest | None
    only_files: bool
    in_flow: bool
    moved: Callable[[], FlowResult | None]
    looked_up: Callable[[], Answer | None]
    noticed: Callable[[], str]
    ahead: Callable[[], Load]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, and what changes for her: the line becomes the urgent one or no longer is ("eased"), she leaves it ("back", "close"),
    or how she would be reached is noted (`contact_request`). `flow`: the action that she then is in; None: as before."""

    said: Answer
    change: Change = ""
    contact_request: str = ""
    flow: str | None = None
