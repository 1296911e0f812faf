"""A self-service action as a conversation: what is asked next, and what a message means to it. Pure; it ends whatever is written.

offer -> ask (a slot) -> code (if the order's address is not proven) -> confirm -> done. "fix" asks which value is wrong. Each message
leads to one `Move`; whoever carries it out comes back with `proven`, `refused` or `finished`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from chalicelib.bot.actions import values
from chalicelib.bot.actions.declared import FREE, Action, Slot

Step = Literal["offer", "ask", "confirm", "fix", "code", "done"]
Do = Literal["pass", "say", "aside", "contact", "check", "call", "leave", "person"]

MISSES = 2  # in a row, then a person takes over
LIFE = 30 * 60_000  # ms without a word, in a chat or by SMS ...
LIFE_MAIL = 86_400_000  # ... and by mail


@dataclass(frozen=True, slots=True)
class Flow:
    """Kept on the head of the conversation. `slot`: the one that is asked; `to`: where a code was sent (channel#address)."""

    action: str
    step: Step = "offer"
    slot: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    misses: int = 0
    refusals: int = 0
    until: int = 0
    to: str = ""
    proven: bool = False
    language: str = "en"

    @property
    def started(self) -> bool:
        """Did the customer take up the offer, and is it not over?"""
        return self.step not in ("offer", "done")


@dataclass(frozen=True, slots=True)
class Heard:
    """One message, with what was found in it. `answers`: an article surely answers it; `kind`: yes, no, leave, or nothing of it."""

    text: str
    kind: Literal["yes", "no", "leave", ""] = ""
    corrects: bool = False
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What to do. `say`: sentence names; "ask", "retry" (of the slot) and "values" stand for what the flow then is at."""

    do: Do
    flow: Flow | None
    say: str = ""


def written(flow: Flow | None) -> str:
    """As the head keeps it: short."""
    if not flow:
        return ""
    kept = {name: value for name, value in asdict(flow).items() if value not in ("", 0, False, {})}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def read(text: str, known: Mapping[str, Action], at: int) -> Flow | None:
    """None if there is none, or it expired, or a deployment took its action or one of its slots away."""
    if not text:
        return None
    flow = Flow(**json.loads(text))
    action = known.get(flow.action)
    if not action or flow.until < at or {flow.slot, *flow.values} - {"", *(slot.name for slot in action.slots)}:
        return None
    return flow


def begin(action: Action, text: str, language: str) -> Move:
    """An article of the action was surely found. A value in the question takes up the offer at once."""
    flow = Flow(action.id, slot=action.slots[0].name, language=language)
    known = values.found(action, text)
    return _next(replace(flow, step="ask", values=known), action) if takes_up(action, known) else Move("say", flow, "offer")


def step(flow: Flow, action: Action, heard: Heard) -> Move:
    """What this message means to the flow."""
    if flow.step == "offer":
        return _offered(flow, action, heard)
    if flow.step == "done":
        return _afterwards(flow, action, heard)
    if heard.kind == "leave" and not _chosen(flow, action, heard):
        return Move("leave", None, "left")
    move = _corrected(flow, action, heard) or _STEPS[flow.step](flow, action, heard)
    if move:
        return move
    if heard.kind == "no" and flow.values and flow.step in ("ask", "code"):
        return _what_is_wrong(flow, action)
    return Move("aside", flow) if heard.answers else _missed(flow)


def proven(flow: Flow, action: Action) -> Move:
    """The order is the customer's: on to the confirmation, or to the call."""
    return _next(replace(flow, proven=True, to="", misses=0), action)


def waits_for_code(flow: Flow, to: str) -> Move:
    """A code was sent to `to` (channel#address)."""
    return Move("say", replace(flow, step="code", to=to, misses=0), "code")


def wrong_code(flow: Flow) -> Move:
    return _missed(flow)


def refused(flow: Flow, action: Action, why: str) -> Move:
    """The endpoint said no."""
    refusal = action.refusals[why]
    if refusal.person or (refusal.ask and flow.refusals + 1 >= MISSES):
        return Move("person", flow, f"refusal {why}")
    if not refusal.ask:
        return Move("say", None, f"refusal {why}")
    kept = {name: value for name, value in flow.values.items() if name != refusal.ask}
    again = replace(flow, step="ask", slot=refusal.ask, values=kept, refusals=flow.refusals + 1, misses=0, proven=False, to="")
    return Move("say", again, f"refusal {why}")


def finished(flow: Flow, action: Action) -> Move:
    """Done. What only reads may be asked again with another number at once."""
    return Move("say", None if action.changes or action.proof != "none" else replace(flow, step="done", misses=0), "done")


def is_free(flow: Flow, action: Action) -> bool:
    """May the answer to what is asked come in several messages?"""
    return flow.step == "ask" and action.slot(flow.slot).kind in FREE


def _offered(flow: Flow, action: Action, heard: Heard) -> Move:
    """An offer binds nobody: whatever has nothing to do with it is answered as ever."""
    known = values.found(action, heard.text)
    if takes_up(action, known):
        return _next(replace(flow, step="ask", values=known), action)
    if heard.kind == "yes":
        return _ask(flow, action.slots[0])
    return Move("leave", None, "left") if heard.kind in ("no", "leave") else Move("pass", None)


def takes_up(action: Action, known: Mapping[str, str]) -> bool:
    """Does it name what the action is about? A reason or a day alone may belong to any question."""
    return any(action.slot(name).kind in ("number", "email") for name in known)


def _afterwards(flow: Flow, action: Action, heard: Heard) -> Move:
    """ "No, the order is A-10343" after the answer for another one."""
    known = values.found(action, heard.text)
    differs = any(value != flow.values.get(name) for name, value in known.items())
    if differs and not heard.answers:
        return _next(replace(flow, step="ask", values={**flow.values, **known}), action)
    if heard.kind == "no" and len(action.slots) == 1:
        return _ask(replace(flow, values={}), action.slots[0])
    return Move("pass", None)


def _corrected(flow: Flow, action: Action, heard: Heard) -> Move | None:
    """Another value for something that is known already, said in words of correction or with nothing else."""
    known = {name: value for name, value in values.found(action, heard.text).items() if flow.values.get(name, value) != value}
    asked = flow.slot if flow.step == "ask" else ""
    if not known or (asked in known) or heard.answers:
        return None
    bare = not values.without(heard.text, known, action).strip(" .,!。，！")
    if not (bare or heard.corrects):
        return None
    return _next(_with(flow, action, known), action)


def _chosen(flow: Flow, action: Action, heard: Heard) -> bool:
    """ "I do not want it any more" is a reason where a reason is asked for."""
    slot = action.slot(flow.slot) if flow.step == "ask" else None
    return bool(slot and slot.kind == "choice" and values.read(slot, heard.text, asked=True))


def _answer(flow: Flow, action: Action, heard: Heard) -> Move | None:
    slot = action.slot(flow.slot)
    free = slot.kind in FREE
    if free and (heard.answers and heard.text.rstrip().endswith(("?", "？"))):
        return None
    value = "" if free and heard.kind else values.read(slot, heard.text, asked=True)
    if not value:
        return None
    others = {} if free else values.found(action, heard.text)
    return _next(replace(flow, values={**others, **flow.values, slot.name: value}, misses=0), action)


def _decision(flow: Flow, action: Action, heard: Heard) -> Move | None:
    if heard.kind == "yes":
        return Move("call" if flow.proven or action.proof == "none" else "contact", flow)
    return _what_is_wrong(flow, action) if heard.kind == "no" else None


def _what_is_wrong(flow: Flow, action: Action) -> Move:
    if len(action.slots) == 1:
        return _ask(replace(flow, values={}, proven=False, to=""), action.slots[0])
    return Move("say", replace(flow, step="fix", misses=0), "fix")


def _fix(flow: Flow, action: Action, heard: Heard) -> Move | None:
    said = values.tidy(heard.text).strip(" .)#(。").casefold()
    for number, slot in enumerate(action.slots, 1):
        if said in (str(number), *(label.casefold() for label in slot.label.values())):
            kept = {name: value for name, value in flow.values.items() if name != slot.name}
            return _ask(replace(flow, values=kept, proven=flow.proven and slot.kind != "number", misses=0), slot)
    return None


def _code(flow: Flow, _action: Action, heard: Heard) -> Move | None:
    return Move("check", flow) if code_in(heard.text) else None


def code_in(text: str) -> str:
    """The six digits in a message; "" if there are none."""
    line = values.tidy(text)
    digits = "".join(c for c in line if c.isdigit())
    words = sum(c.isalpha() for c in line)
    return digits if digits.isascii() and len(digits) == 6 and words <= 40 else ""


_STEPS = {"ask": _answer, "confirm": _decision, "fix": _fix, "code": _code}


def _next(flow: Flow, action: Action) -> Move:
    """The first slot without a value is asked; then whose order it is; then whether all is right."""
    missing = next((slot for slot in action.slots if slot.name not in flow.values), None)
    number = next((slot.name for slot in action.slots if slot.kind == "number"), "")
    if action.proof != "none" and not flow.proven and (number in flow.values or not missing):
        return Move("contact", flow)
    if missing:
        return _ask(flow, missing)
    if action.changes:
        return Move("say", replace(flow, step="confirm", slot="", misses=0), "confirm")
    return Move("call", flow)


def _with(flow: Flow, action: Action, known: Mapping[str, str]) -> Flow:
    """Another order has to be proven again."""
    same = not any(action.slot(name).kind == "number" for name in known)
    return replace(flow, values={**flow.values, **known}, misses=0, proven=flow.proven and same, to="")


def _ask(flow: Flow, slot: Slot) -> Move:
    return Move("say", replace(flow, step="ask", slot=slot.name), "ask")


def _missed(flow: Flow) -> Move:
    if flow.misses + 1 >= MISSES:
        return Move("person", flow, "misses")
    again = {"ask": "retry", "confirm": "confirm_retry", "fix": "fix", "code": "code_retry"}[flow.step]
    return Move("say", replace(flow, misses=flow.misses + 1), again)
