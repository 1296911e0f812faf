"""The shipped actions, played without a bot: calls stand still, and the order is always the customer's."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.actions import declared, flow, hearing
from chalicelib.bot.actions.state import Directive, Flow, FlowInput

ACTIONS = declared.shipped()
STATUS, CANCEL, RETURN, ADDRESS, INVOICE = ACTIONS.by_id.values()
STREET = "12 Green Lane, 10115 Berlin"


def heard(at: Flow, text: str, answers: bool = False) -> FlowInput:
    return replace(hearing.heard(at, ACTIONS.by_id[at.action], text, ACTIONS.phrases), answers=answers)


def play(action: declared.Action, *texts: str, start: Directive | None = None) -> Directive:
    """The last move; the order is always the customer's, and calls stand still."""
    move = start or flow.begin(action, "", "en")
    for text in texts:
        assert move.flow
        move = flow.step(move.flow, action, heard(move.flow, text))
        if move.do == "contact" and move.flow:
            move = flow.proven(move.flow, action)
    return move


def known(move: Directive) -> dict[str, str]:
    assert move.flow
    return dict(move.flow.values)
