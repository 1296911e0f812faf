"""What a flow says: the declared texts with the customer's values and the endpoint's fields in them, and nothing else. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from chalicelib.bot.actions import values
from chalicelib.bot.actions.declared import Action, Actions, Field, Slot, Texts
from chalicelib.bot.actions.flow import Flow, Move
from chalicelib.errors import Unavailable

_TEXT, _LINK = 80, 300  # characters of a field
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def said(move: Move, before: Flow, action: Action, actions: Actions, fields: Mapping[str, str] | None = None) -> str:
    """The text of a move; `before`: the flow with the values that it speaks of."""
    language, name = before.language, move.say
    if name == "offer":
        return action.offer[language]
    if name == "done":
        return _lines(action.done[language], {**_shown(before, action), **(fields or {})})
    if name.startswith("refusal "):
        return _filled(action.refusals[name.removeprefix("refusal ")].texts[language], _shown(before, action))
    flow = move.flow or before
    if name in ("ask", "retry"):
        slot = action.slot(flow.slot)
        text = (slot.ask if name == "ask" else slot.retry)[language]
    else:
        slot, text = action.slots[0], actions.sentences[name][language]
    text = _filled(
        text, {"choices": _numbered(_labels(name, slot, action, language)), "values": _values(flow, action), "where": _where(flow)}
    )
    hint = actions.sentences["stop_hint"][language] if name.endswith("retry") or name == "fix" else ""
    return "\n".join(filter(None, [text, hint]))


def choices(move: Move, before: Flow, action: Action, actions: Actions) -> tuple[str, ...]:
    """What a tap may answer."""
    flow = move.flow
    if not flow or move.say not in ("ask", "retry", "confirm", "confirm_retry", "fix"):
        return ()
    if flow.step == "confirm":
        return actions.sentences["yes"][before.language], actions.sentences["no"][before.language]
    slot = action.slots[0] if flow.step == "fix" else action.slot(flow.slot)
    return _labels(flow.step, slot, action, before.language)


def again(flow: Flow, action: Action, actions: Actions) -> str:
    """What the flow is waiting for, after something else was answered."""
    name = {"ask": "ask", "confirm": "confirm", "fix": "fix", "code": "code"}[flow.step]
    return said(Move("say", flow, name), flow, action, actions)


def gathered(flow: Flow, action: Action) -> str:
    """One line for the agent who takes over."""
    known = "; ".join(f"{slot.label['en']}: {flow.values[slot.name]}" for slot in action.slots if slot.name in flow.values)
    proof = "" if action.proof == "none" else " Identity: proven." if flow.proven else " Identity: not proven."
    return f'Self-service "{action.title["en"]}", not finished. {known or "Nothing was given yet"}.{proof}'


def checked(given: Mapping[str, Any], declared: Mapping[str, Field], language: str) -> dict[str, str]:
    """The endpoint's fields as they may be shown: declared ones only, of their kind, one line, cut. Raises Unavailable."""
    found: dict[str, str] = {}
    for name, field in declared.items():
        value = given.get(name)
        if value is None and field.optional:
            continue
        shown = _field(value, field, language)
        if not shown:
            raise Unavailable(f'the endpoint\'s field "{name}" is missing or no {field.kind}')
        found[name] = shown
    return found


def _field(value: Any, field: Field, language: str) -> str:
    if not isinstance(value, str):
        return ""
    if field.kind == "choice":
        return field.words[value][language] if value in field.words else ""
    line = values.tidy(value)
    if field.kind == "date":
        return _day(line)
    if field.kind == "link":
        return line if len(line) <= _LINK and _is_link(line) else ""
    return line[:_TEXT]


def _day(line: str) -> str:
    try:
        return date.fromisoformat(line).isoformat()
    except ValueError:
        return ""


def _is_link(line: str) -> bool:
    try:
        parts = urlsplit(line)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and not re.search(r"[\s<>\"'`{}\\]", line)


def _shown(flow: Flow, action: Action) -> dict[str, str]:
    return {s.name: values.shown(s, flow.values[s.name], flow.language) for s in action.slots if s.name in flow.values}


def _values(flow: Flow, action: Action) -> str:
    known = _shown(flow, action)
    return "\n".join(f"{slot.label[flow.language]}: {known[slot.name]}" for slot in action.slots if slot.name in known)


def _labels(name: str, slot: Slot, action: Action, language: str) -> tuple[str, ...]:
    labels: list[Texts] = [one.label for one in action.slots] if name == "fix" else [option.label for option in slot.options.values()]
    return tuple(label[language] for label in labels)


def _numbered(labels: Sequence[str]) -> str:
    return "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))


def _where(flow: Flow) -> str:
    return values.masked(flow.to.partition("#")[2])


def _lines(template: str, known: Mapping[str, str]) -> str:
    """Without the lines that name what is not known."""
    kept = [line for line in template.split("\n") if set(_PLACEHOLDER.findall(line)) <= known.keys()]
    return _filled("\n".join(kept), known)


def _filled(template: str, known: Mapping[str, str]) -> str:
    """In one pass, so that braces in a value stay what they are."""
    return _PLACEHOLDER.sub(lambda match: known.get(match[1], ""), template)
