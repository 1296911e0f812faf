"""How far a self-service action is, as the head of the conversation keeps it; what was heard, and what to do. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from chalicelib.bot.actions.declared import Action

Step = Literal["offer", "ask", "confirm", "fix", "code", "done"]
Do = Literal["pass", "say", "aside", "contact", "resend", "elsewhere", "claimed", "check", "call", "leave", "person"]
Kind = Literal["yes", "no", "leave", ""]

LIFE = 30 * 60_000  # ms without a word, in a chat or by SMS ...
LIFE_MAIL = 86_400_000  # ... and by mail


@dataclass(frozen=True, slots=True)
class Flow:
    """`slot`: the one that is asked; `to`: where a code was sent (channel#address); `ruled`: where she can get none (an address as `to`,
    or a whole channel); `tried`: values that the business does not know. `helped`: how often she had no value and was told
    where it stands; `person`: she was asked whether she would like a person; `less`: something was kept from her until she proves that
    the order is hers; `named`: its order was only named, and no action was asked for. `deed`: what is told of what
    the action `did` has done last; `partly`: her words, if she means only a part of the order."""

    action: str
    step: Step = "offer"
    slot: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    misses: int = 0
    refusals: int = 0
    helped: int = 0
    until: int = 0
    to: str = ""
    ruled: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    proven: bool = False
    person: bool = False
    less: bool = False
    named: bool = False
    deed: str = ""
    did: str = ""
    partly: str = ""
    language: str = "en"

    @property
    def started(self) -> bool:
        """Did the customer take up the offer, and is it not over?"""
        return self.step not in ("offer", "done")


@dataclass(frozen=True, slots=True)
class FlowInput:
    """One message, with what was found in it. `kind`: yes, no, leave, or nothing of it; `hints`: the lists of phrases (actions.yaml) that
    have something in it, and "own" if it asks for the action itself; `first`: the yes or no that it begins with, whatever follows;
    `asks`: what follows such a yes only asks something; `answers`: an article surely answers it."""

    text: str
    kind: Kind = ""
    hints: frozenset[str] = frozenset()
    answers: bool = False
    first: Kind = ""
    asks: bool = False

    @property
    def corrects(self) -> bool:
        return "correct" in self.hints


@dataclass(frozen=True, slots=True)
class Directive:
    """What to do. `say`: a sentence's name; "ask", "retry", "where", "other" and "part" are those of the slot that is asked."""

    do: Do
    flow: Flow | None
    say: str = ""


def written(flow: Flow | None) -> str:
    """As the head keeps it: short."""
    if not flow:
        return ""
    kept = {name: value for name, value in asdict(flow).items() if value not in ("", 0, False, {}, ())}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def read(text: str, known: Mapping[str, Action], at: int) -> Flow | None:
    """None if there is none, or it expired, or a deployment took its action or one of its slots away."""
    if not text:
        return None
    kept = json.loads(text)
    flow = Flow(**{**kept, **{name: tuple(kept.get(name, ())) for name in ("ruled", "tried")}})
    action = known.get(flow.action)
    if (
        not action
        or flow.until < at
        or (flow.did and flow.did not in known)
        or {flow.slot, *flow.values} - {"", *(slot.name for slot in action.slots)}
    ):
        return None
    return flow
