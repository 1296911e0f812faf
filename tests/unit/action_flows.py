"""The shipped actions, played without a bot: calls stand still, and the order is always the customer's."""

from __future__ import annotations

from chalicelib.bot.actions import declared, flow
from chalicelib.bot.actions.flow import Heard, Move
from chalicelib.bot.phrases import plain

ACTIONS = declared.shipped()
STATUS, RETURN, ADDRESS, INVOICE = (ACTIONS.by_id[name] for name in ("order-status", "return", "change-address", "invoice-copy"))
STREET = "12 Green Lane, 10115 Berlin"


def heard(text: str, answers: bool = False) -> Heard:
    kinds = ("leave", "yes", "no")
    said = plain(text)
    found = next((kind for kind in kinds if ACTIONS.phrases[kind].search(said)), "")
    return Heard(text, found, bool(ACTIONS.phrases["correct"].search(said)), answers)


def play(action: declared.Action, *texts: str, start: Move | None = None) -> Move:
    """The last move; the order is always the customer's, and calls stand still."""
    move = start or flow.begin(action, "", "en")
    for text in texts:
        assert move.flow
        move = flow.step(move.flow, action, heard(text))
        if move.do == "contact" and move.flow:
            move = flow.proven(move.flow, action)
    return move


def known(move: Move) -> dict[str, str]:
    assert move.flow
    return dict(move.flow.values)
