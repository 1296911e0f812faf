"""A self-service action as a conversation: what is asked next, and what a message means to it. Pure; it ends whatever is written.

offer -> ask (a slot) -> code (if the order's address is not proven) -> confirm -> done. "fix" asks which value is wrong. Each message
leads to one `Directive`; whoever carries it out comes back with `proven`, `refused`, `finished` or what became of a code. After "done" the
order is remembered, so that "cancel it" knows which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.bot.actions import code_step, hearing, numbers, values
from chalicelib.bot.actions.declared import FREE, Action, Slot
from chalicelib.bot.actions.state import Directive, Flow, FlowInput
from chalicelib.bot.interpretation.particulars import particulars

MISSES = 2  # in a row, then a person takes over
UNKNOWN = 2  # orders that nobody knows, then a person looks for it


def begin(action: Action, text: str, language: str, last: Flow | None = None, *, leans: bool = False) -> Directive:
    """It is asked for. A value in the question takes up the offer at once; `last`: the flow before, whose order `leans` says
    that she means."""
    before = last or Flow(action.id)
    flow = Flow(action.id, slot=action.slots[0].name, language=language, ruled=before.ruled, deed=before.deed, did=before.did)
    known = values.told(action, text)
    if action.looks and action.number and (number := numbers.read(action.number, text, asked=True)):
        known[action.number.name] = number  # in a question that asks for just that, a bare number is the order's
    order = about(before, action)
    if any(action.slot(name).kind in ("number", "email") for name in known) or (leans and order):
        return _next(replace(flow, step="ask", values={**order, **known}, partly=hearing.part(action, text)), action)
    if action.number and numbers.several(action.number, text):
        return Directive("say", replace(flow, step="ask"), "several")
    offered, name = replace(flow, values={**known, **order}, partly=hearing.part(action, text)), "offer_known" if order else "offer"
    return Directive("say", offered, name)


def step(flow: Flow, action: Action, heard: FlowInput) -> Directive:
    """What this message means to the flow."""
    if move := _for_people(flow, action, heard):
        return move
    if "declines" in heard.hints:
        return _left(flow, action)
    if flow.step == "offer":
        return _offered(flow, action, heard)
    if flow.step == "done":
        return Directive("pass", flow) if flow.named else _afterwards(flow, action, heard)
    return _left(flow, action) if heard.kind == "leave" else _under_way(flow, action, heard)


def _under_way(flow: Flow, action: Action, heard: FlowInput) -> Directive:
    """The answer to what was asked, a correction, or neither."""
    asked, flow = flow.person, replace(flow, person=False)
    if asked and (heard.kind or heard.first == "yes"):
        return _with_or_without_person(flow, heard)
    found = _corrected(flow, action, heard) or _value_instead(flow, action, heard) or _STEPS[flow.step](flow, action, heard)
    if not found and asked and heard.first and not heard.answers:
        return _with_or_without_person(flow, heard)
    return found or _otherwise(flow, action, heard)


def _for_people(flow: Flow, action: Action, heard: FlowInput) -> Directive | None:
    """A stop that asks for a person; an exchange instead of a return; or only a part of the order is meant."""
    why = "wanted" if heard.kind == "leave" and "calls" in heard.hints else "exchange" if hearing.exchanges(flow, action, heard) else ""
    if why:
        return Directive("person", flow, why)
    part = "" if flow.step == "done" else hearing.part(action, heard.text)
    known = {**flow.values, **values.told(action, heard.text)}
    return _next(replace(flow, step="ask", slot=action.slots[0].name, values=known, partly=part), action) if part else None


def proven(flow: Flow, action: Action) -> Directive:
    """The order is the customer's: on to the confirmation, or to the call."""
    return _next(replace(flow, proven=True, to="", misses=0, refusals=0), action)


def as_owner(flow: Flow) -> Flow:
    """The order is the customer's: nothing is kept from her."""
    return replace(flow, proven=True, to="")


def refused(flow: Flow, action: Action, why: str) -> Directive:
    """The endpoint said no: she is told, and what she can do. What cannot be is over, and the order remembered."""
    refusal = action.refusals[why]
    if refusal.person:
        return Directive("person", flow, f"refusal {why}")
    if not refusal.ask:
        return Directive("say", _over(replace(flow, deed="", did=""), action), f"refusal {why}")
    tried = tuple(dict.fromkeys((*flow.tried, flow.values.get(refusal.ask, ""))))
    if flow.refusals + 1 >= UNKNOWN:
        return Directive("person", replace(flow, tried=tried), f"again {why}")
    kept = {name: value for name, value in flow.values.items() if name != refusal.ask}
    again = replace(flow, step="ask", slot=refusal.ask, values=kept, tried=tried, refusals=flow.refusals + 1, misses=0)
    return Directive("say", replace(again, proven=False, to=""), f"refusal {why}")


def finished(flow: Flow, action: Action, *, less: bool = False) -> Directive:
    """Done; `less`: not all of it was shown. The order is remembered."""
    return Directive("say", _over(flow, action, less=less), "done")


def about(flow: Flow, action: Action) -> dict[str, str]:
    """The order that the flow is about, for the next one."""
    name = action.number.name if action.number else ""
    return {name: flow.values[name]} if name in flow.values else {}


def remembering(flow: Flow, action: Action) -> Flow | None:
    """What stays of it when something else is talked about: the order."""
    return flow if flow.step == "done" else _over(flow, action)


def _over(flow: Flow, action: Action, *, less: bool = False) -> Flow | None:
    kept = dict(flow.values) if action.looks else about(flow, action)
    over = replace(flow, step="done", slot="", values=kept, misses=0, refusals=0, helped=0, to="", tried=(), person=False, partly="")
    return replace(over, less=less, named=False) if kept else None


def _left(flow: Flow, action: Action) -> Directive:
    return Directive("leave", _over(flow, action) if flow.ruled or flow.deed else None, "left_done" if flow.deed else "left")


def _offered(flow: Flow, action: Action, heard: FlowInput) -> Directive:
    """An offer binds nobody: whatever has nothing to do with it is answered as ever."""
    known, first = values.told(action, heard.text), action.slots[0]
    if flow.helped and particulars.identifies(heard.text):
        return Directive("person", flow, "numberless")
    asks = replace(flow, step="ask", slot=first.name)
    if values.names(action, heard.text):
        return _next(replace(asks, values={**flow.values, **known}), action)
    if heard.kind in ("leave", "no"):
        return _left(flow, action)
    if heard.kind == "yes" or heard.asks or hearing.takes_offer(heard):
        return _next(replace(asks, values={**flow.values, **known}), action)
    helped = _helped(asks, first, heard, alone=True) if first.kind == "number" else None
    if helped and helped.flow and helped.say == "where":
        return replace(helped, flow=replace(helped.flow, step="offer"))  # she is asked for nothing any more
    return helped or (_missed(asks) if "states" in heard.hints else Directive("pass", None))


def _afterwards(flow: Flow, action: Action, heard: FlowInput) -> Directive:
    """ "No, the order is A-10343" after the answer for another one; "code" where something was kept back."""
    known = values.found(action, heard.text)
    differs = any(value != flow.values.get(name) for name, value in known.items())
    again = replace(flow, step="ask", slot="", less=False)
    if differs and not heard.answers and action.looks:
        return _next(replace(again, values={**flow.values, **known}, proven=False), action)
    if differs and (heard.corrects or "also" in heard.hints) and not heard.answers:
        return _next(replace(again, values=known, proven=False), action)
    if not differs and flow.less and values.email(heard.text):
        return Directive("claimed", again)
    if hearing.asks_for_more(flow, heard) and not differs:
        return Directive("contact", again)
    if heard.kind == "no" and action.looks and len(action.slots) == 1:
        return _ask(replace(flow, values={}), action.slots[0])
    return Directive("pass", flow)


def _with_or_without_person(flow: Flow, heard: FlowInput) -> Directive:
    """She was asked whether she would like one."""
    if heard.first == "yes":
        return Directive("person", flow, "wanted")
    return Directive("say", flow, "code_hint" if flow.step == "code" else "ask")


def _otherwise(flow: Flow, action: Action, heard: FlowInput) -> Directive:
    """It answers nothing that was asked."""
    if heard.kind == "no" and flow.values and flow.step in ("ask", "code"):
        return _what_is_wrong(flow, action)
    if "wait" in heard.hints and not heard.answers:
        return Directive("say", flow, "take_time")
    return Directive("aside", flow) if heard.answers else _missed(flow)


def _corrected(flow: Flow, action: Action, heard: FlowInput) -> Directive | None:
    """Another value for something that is known already, said in words of correction or with nothing else, or in place of a code."""
    known = {name: value for name, value in values.found(action, heard.text).items() if flow.values.get(name, value) != value}
    if not known or (flow.step == "ask" and flow.slot in known) or heard.answers:
        return None
    bare = not values.without(heard.text, known, action).strip(" .,!。，！")
    return _next(_with(flow, action, known), action) if bare or heard.corrects or flow.step == "code" else None


def _value_instead(flow: Flow, action: Action, heard: FlowInput) -> Directive | None:
    """An address in place of the one that was shown; or that one is said to be wrong, and is asked for again."""
    if flow.step not in ("confirm", "fix"):
        return None
    known = values.corrected(action, heard.text) or values.shortened(action, heard.text, flow.values)
    if any(flow.values.get(name) != value for name, value in known.items()):
        return _next(replace(flow, values={**flow.values, **known}, misses=0), action)
    free = next((slot for slot in action.slots if slot.kind in FREE), None) if "misread" in heard.hints else None
    return _ask(flow, free) if free else None


def _answer(flow: Flow, action: Action, heard: FlowInput) -> Directive | None:
    slot = action.slot(flow.slot)
    free = slot.kind in FREE
    if free and (heard.answers and heard.text.rstrip().endswith(("?", "？"))):
        return None
    value = "" if free and heard.kind else values.read(slot, heard.text, asked=True)
    if not value:
        return _helped(flow, slot, heard) if slot.kind == "number" else None
    others = {} if free else values.found(action, heard.text)
    return _next(replace(flow, values={**others, **flow.values, slot.name: value}, misses=0, helped=0), action)


def _helped(flow: Flow, slot: Slot, heard: FlowInput, *, alone: bool = False) -> Directive | None:
    """A number that was asked for does not come: she has none, or only a piece, or one of another form. `alone`: nobody asked for it
    yet, so only what can be nothing else counts."""
    if numbers.several(slot, heard.text):
        return Directive("say", flow, "several")
    if "part" in heard.hints and any(map(str.isdigit, heard.text)):
        return Directive("say", flow, "part")
    if hearing.has_none(heard, asked=not alone):
        return (
            Directive("person", flow, "numberless")
            if flow.helped or particulars.identifies(heard.text)
            else Directive("say", replace(flow, helped=1), "where")
        )
    if not heard.answers and numbers.like(slot, heard.text, whole=alone):
        return _missed(flow, "other")
    return None


def _decision(flow: Flow, action: Action, heard: FlowInput) -> Directive | None:
    if heard.kind == "yes" or heard.asks or _means_it(flow, action, heard):
        return Directive("call" if flow.proven or action.proof == "none" else "contact", flow)
    return _what_is_wrong(flow, action) if heard.kind == "no" or "refuses" in heard.hints else None


def _means_it(flow: Flow, action: Action, heard: FlowInput) -> bool:
    """ "Do it"; or what is to be done, said once more with the same number: "A-10345 for the third time, cancel it"."""
    if "do_it" in heard.hints and hearing.takes_offer(heard):
        return True
    same = values.names(action, heard.text) and values.found(action, heard.text).items() <= flow.values.items()
    said = hearing.clauses(values.without_numbers([action], heard.text))
    return same and not {"refuses", "asks_about"} & heard.hints and any(action.confirms.search(part) for part in said)


def _what_is_wrong(flow: Flow, action: Action) -> Directive:
    if len(action.slots) > 1:
        return Directive("say", replace(flow, step="fix", misses=0), "fix")
    again = _ask(replace(flow, values={}, proven=False, to=""), action.slots[0])
    return replace(again, say="not_done") if flow.step == "confirm" else again


def _fix(flow: Flow, action: Action, heard: FlowInput) -> Directive | None:
    said = values.tidy(heard.text).strip(" .)#(。").casefold()
    for number, slot in enumerate(action.slots, 1):
        if said in (str(number), *(label.casefold() for label in slot.label.values())):
            kept = {name: value for name, value in flow.values.items() if name != slot.name}
            return _ask(replace(flow, values=kept, proven=flow.proven and slot.kind != "number", misses=0), slot)
    return None


_STEPS = {"ask": _answer, "confirm": _decision, "fix": _fix, "code": code_step.heard}


def _next(flow: Flow, action: Action) -> Directive:
    """The first slot without a value is asked; then whose order it is; then whether all is right."""
    missing = next((slot for slot in action.slots if slot.name not in flow.values), None)
    number = action.number.name if action.number else ""
    if flow.partly and number in flow.values:
        return Directive("person", flow, "partly")
    if action.proof != "none" and not flow.proven and (number in flow.values or not missing):
        return Directive("contact", flow)
    if missing:
        return _ask(flow, missing)
    if action.changes:
        return Directive("say", replace(flow, step="confirm", slot="", misses=0), "confirm")
    return Directive("call", flow)


def _with(flow: Flow, action: Action, known: Mapping[str, str]) -> Flow:
    """Another order has to be proven again."""
    same = not any(action.slot(name).kind == "number" for name in known)
    return replace(flow, values={**flow.values, **known}, misses=0, proven=flow.proven and same, to="")


def _ask(flow: Flow, slot: Slot) -> Directive:
    return Directive("say", replace(flow, step="ask", slot=slot.name), "ask")


def _missed(flow: Flow, say: str = "") -> Directive:
    if flow.helped and flow.step == "ask":
        return Directive("person", flow, "numberless")  # she has no number: it is not asked for again
    if flow.misses + 1 >= MISSES:
        return Directive("person", flow, "misses")
    again = say or {"ask": "retry", "confirm": "confirm_retry", "fix": "fix", "code": "code_unread"}[flow.step]
    return Directive("say", replace(flow, misses=flow.misses + 1), again)
