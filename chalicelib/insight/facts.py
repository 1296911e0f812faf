"""The facts of a day: what a report was made from, so that it can be made again byte by byte. Pure.

They hold no name, no address and nothing that was said; of an e-mail its subject.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from chalicelib.conversations import registry
from chalicelib.conversations.llm_counts import Use
from chalicelib.conversations.model import Conversation
from chalicelib.insight import llm_figures
from chalicelib.insight.figures import OpenWork, Report, WaitingQueue, figures
from chalicelib.insight.llm_figures import LlmFacts
from chalicelib.insight.periods import Period

_LEFT_OUT = frozenset(
    {"address", "name", "customer", "recent", "question", "turn", "offered", "contact_request", "flow", "misses", "version"}
    | {"pieces", "asking", "told", "told_at", "model_calls"}
)


@dataclass(frozen=True, slots=True)
class Facts:
    """`made_at` and `idle` in ms; `conversations`: those that moved in the period, `arranged`; `queues`: what they are called, by id, in
    English and Chinese; `model`: what a language model did, None where none was asked."""

    business: str
    period: Period
    made_at: int
    idle: int
    open_work: OpenWork | None
    conversations: tuple[Conversation, ...]
    queues: Mapping[str, Sequence[str]] = field(default_factory=dict)
    model: LlmFacts | None = None

    def report(self) -> Report:
        made = figures(self.conversations, self.period, self.made_at, self.idle, self.open_work)
        return replace(made, model=llm_figures.figures(self.model)) if self.model else made


def bare(c: Conversation) -> Conversation:
    """Without whatever names or quotes the customer. In web chat and SMS the subject is the first words said."""
    subject = c.subject if registry.of(c.channel).subjects else ""
    without = replace(c, question="", turn="", offered=(), contact_request="", flow="", pieces=(), asking="", told=(), told_at=0)
    return replace(without, address="", name="", customer="", subject=subject, recent=(), misses=0, model_calls=0, version=0)


def arranged(conversations: Iterable[Conversation]) -> tuple[Conversation, ...]:
    """Bare, and in the order of opening."""
    return tuple(sorted(map(bare, conversations), key=lambda c: (c.opened_at, c.id)))


def dump(facts: Facts) -> bytes:
    values = asdict(facts) | {"conversations": [_row(c) for c in facts.conversations]}
    return json.dumps(without_model(values), separators=(",", ":")).encode()


def load(data: bytes) -> Facts:
    values: dict[str, Any] = json.loads(data)
    work = values["open_work"]
    if work:
        work = OpenWork(**(work | {"waiting": [WaitingQueue(**w) for w in work["waiting"]]}))
    conversations = (Conversation(**({"address": ""} | row)) for row in values["conversations"])
    model = values.get("model")
    told = LlmFacts(**(model | {"use": Use(**model["use"])})) if model else None
    known = {"period": Period(**values["period"]), "open_work": work, "conversations": tuple(conversations), "model": told}
    return Facts(**(values | known))


def without_model(values: dict[str, Any]) -> dict[str, Any]:
    """Where none was asked nothing is said of one."""
    return {name: value for name, value in values.items() if name != "model" or value}


def _row(c: Conversation) -> dict[str, Any]:
    return {name: value for name, value in asdict(c).items() if name not in _LEFT_OUT}
