"""What a flow says: the declared texts with the customer's values and the endpoint's fields in them, and nothing else. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.bot.actions import numbers, values
from chalicelib.bot.actions.declared import Action, Actions, Slot, Texts
from chalicelib.bot.actions.state import Directive, Flow

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_OR = " || "
_OF_SLOT = ("ask", "retry", "where", "other", "part")
_HINTED = ("retry", "fix", "part", "other", "code_unread")


@dataclass(frozen=True, slots=True)
class Told:
    """What was found out for a move. `fields` as they may be shown; `by`: the value of the field that the text goes by, and `past`: the
    day that is told is over; `given`: what she wrote; `minutes` until something works again; `alone`: she
    wrote an order's number and nothing else, without having been asked for it."""

    fields: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    past: bool = False
    given: str = ""
    minutes: int = 0
    alone: bool = False


def said(move: Directive, before: Flow, action: Action, actions: Actions, told: Told | None = None) -> str:
    """The text of a move; `before`: the flow with the values that it speaks of."""
    told = told or Told()
    language, flow = before.language, move.flow or before
    text = _said(move, before, action, actions, told)
    offers = bool(move.flow and move.flow.person and move.do == "say")
    hint = actions.sentences["stop_hint"][language] if move.say.endswith(_HINTED) and not offers else ""
    more = action.more[language] if move.say == "done" and flow.less else ""
    nexts = action.next.get(told.by, {}).get(language, "") if move.say == "done" and told.alone else ""
    return "\n".join(filter(None, [text, nexts, hint, more, actions.sentences["person_offer"][language] if offers else ""]))


def choices(move: Directive, before: Flow, action: Action, actions: Actions) -> tuple[str, ...]:
    """What a tap may answer."""
    flow = move.flow
    if not flow or move.do != "say":
        return ()
    if flow.person or (flow.step == "confirm" and move.say in ("confirm", "confirm_retry")):
        return actions.sentences["yes"][before.language], actions.sentences["no"][before.language]
    if flow.step == "done" and flow.less:
        return (actions.sentences["more_tap"][before.language],)
    if move.say not in ("ask", "retry", "fix"):
        return ()
    slot = action.slots[0] if flow.step == "fix" else action.slot(flow.slot)
    return _labels(flow.step, slot, action, before.language)


def again(flow: Flow, action: Action, actions: Actions) -> str:
    """What the flow is waiting for, after something else was answered; "" if that is a number that she has not got."""
    if flow.step == "ask" and flow.helped:
        return ""
    name = {"ask": "ask", "confirm": "confirm", "fix": "fix", "code": "code_hint"}[flow.step]
    return said(Directive("say", flow, name), flow, action, actions)


def gathered(flow: Flow, action: Action) -> str:
    """One line for the agent who takes over."""
    known = "; ".join(f"{slot.label['en']}: {flow.values[slot.name]}" for slot in action.slots if slot.name in flow.values)
    proof = "" if action.proof == "none" else " Identity: proven." if flow.proven else " Identity: not proven."
    tried = f" Not known to the shop: {', '.join(flow.tried)}." if flow.tried else ""
    partly = f' Only a part of it: "{flow.partly}".' if flow.partly else ""
    return f'Self-service "{action.title["en"]}", not finished. {known or "Nothing was given yet"}.{partly}{tried}{proof}'


def _said(move: Directive, before: Flow, action: Action, actions: Actions, told: Told) -> str:
    language, name, flow = before.language, move.say, move.flow or before
    if name == "wanted":
        return ""  # what a hand-over says is enough
    if name in ("offer", "offer_known"):
        return _filled((action.offer if name == "offer" else action.offer_known)[language], _shown(flow, action))
    if name == "done":
        return _lines(_done(action, told)[language], {**_shown(before, action), **told.fields})
    if name.startswith(("refusal ", "again ")):
        kind, why = name.split(" ")
        refusal = action.refusals[why]
        return _filled((refusal.again if kind == "again" else refusal.texts)[language], _shown(before, action))
    slot = action.slot(flow.slot) if name in _OF_SLOT else action.slots[0]
    texts: Texts = getattr(slot, name) if name in _OF_SLOT else actions.sentences[name]
    known = {
        "choices": _numbered(_labels(name, slot, action, language)),
        "title": action.title[language],
        "values": _values(flow, action),
        "where": _where(flow),
        "number": _number(flow, action),
        "given": _given(name, slot, told.given),
        "minutes": str(told.minutes),
        "deed": flow.deed or before.deed,
    }
    return _filled(texts[language], known)


def _given(name: str, slot: Slot, text: str) -> str:
    if name == "several":
        return ", ".join(numbers.several(slot, text))
    return numbers.like(slot, text) if name == "other" else ""


def _done(action: Action, told: Told) -> Texts:
    past = f"{told.by}-past"
    return action.done[past if told.past and past in action.done else told.by]


def _shown(flow: Flow, action: Action) -> dict[str, str]:
    return {s.name: values.shown(s, flow.values[s.name], flow.language) for s in action.slots if s.name in flow.values}


def _values(flow: Flow, action: Action) -> str:
    known = _shown(flow, action)
    colon = ": " if flow.language == "en" else "："
    return "\n".join(f"{slot.label[flow.language]}{colon}{known[slot.name]}" for slot in action.slots if slot.name in known)


def _number(flow: Flow, action: Action) -> str:
    return flow.values.get(action.number.name, "") if action.number else ""


def _labels(name: str, slot: Slot, action: Action, language: str) -> tuple[str, ...]:
    labels: list[Texts] = [one.label for one in action.slots] if name == "fix" else [option.label for option in slot.options.values()]
    return tuple(label[language] for label in labels)


def _numbered(labels: Sequence[str]) -> str:
    return "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))


def _where(flow: Flow) -> str:
    return values.masked(flow.to.partition("#")[2])


def _lines(template: str, known: Mapping[str, str]) -> str:
    """Of each line the first part whose names are all known; without the lines that have none."""
    lines = (next((part for part in line.split(_OR) if _is_known(part, known)), "") for line in template.split("\n"))
    return _filled("\n".join(filter(None, lines)), known)


def _is_known(part: str, known: Mapping[str, str]) -> bool:
    return set(_PLACEHOLDER.findall(part)) <= known.keys()


def _filled(template: str, known: Mapping[str, str]) -> str:
    """In one pass, so that braces in a value stay what they are."""
    return _PLACEHOLDER.sub(lambda match: known.get(match[1], ""), template)
