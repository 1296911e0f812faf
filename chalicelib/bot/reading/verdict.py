"""What a language model decided about a message, read out of the JSON of its tool. Pure.

A model may return anything: whatever has not just the shape that was asked for is no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.errors import Unavailable

KINDS = ("question", "courtesy", "danger", "crisis", "person", "action")
_QUOTES = 6  # more of them are no short answer
_SLOTS = 12


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence as the model copied it out of a passage, by the passage's number."""

    passage: int
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind`: one of KINDS. `quotes`: none if no passage answers. `action`, `slots`: the action that is wanted, and words of hers by
    the slot's name; only where `kind` says so."""

    kind: str
    quotes: tuple[Quote, ...] = ()
    action: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)


def verdict(told: Any) -> Verdict:
    """Of a tool's input, as Converse gives it (parsed JSON). Raises Unavailable for any other shape than that of `request`."""
    if not isinstance(told, Mapping) or told.get("kind") not in KINDS:
        raise Unavailable("the tool's answer has no known kind")
    kind = str(told["kind"])
    quotes = _quotes(told.get("answers", []))
    return Verdict(kind, quotes, *_wish(told)) if kind == "action" else Verdict(kind, quotes)


def _quotes(told: Any) -> tuple[Quote, ...]:
    if not isinstance(told, list) or len(told) > _QUOTES:
        raise Unavailable("the tool's answers are no short list")
    return tuple(map(_quote, told))


def _quote(told: Any) -> Quote:
    number, text = (told.get("passage"), told.get("quote")) if isinstance(told, Mapping) else (None, None)
    if type(number) is not int or not isinstance(text, str) or not text.strip():
        raise Unavailable("one of the tool's answers is no quote")
    return Quote(number, text.strip())


def _wish(told: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    action, slots = told.get("action", ""), told.get("slots", {})
    if not isinstance(action, str) or not isinstance(slots, Mapping) or len(slots) > _SLOTS:
        raise Unavailable("the tool's action cannot be read")
    return action, {str(name): words for name, words in slots.items() if isinstance(words, str)}
