"""The action that is demanded of a certain order: what she says, and whether an order for which she wants her money has not left yet."""

from __future__ import annotations

from chalicelib.bot.actions import demanding, flow, handing, values, wanting
from chalicelib.bot.actions.calls import Case
from chalicelib.bot.actions.declared import Action, Actions
from chalicelib.bot.actions.state import Flow
from chalicelib.bot.interpretation.particulars import particulars


def has_no_order(case: Case, known: Flow, action: Action) -> bool:
    """Is she asked for an order's number, and has ordered nothing yet?"""
    asks = known.step in ("offer", "ask") and not flow.about(known, action) and not values.names(action, case.words)
    return asks and particulars.has_no_order(case.words)


def of_known(case: Case, known: Flow, action: Action, actions: Actions) -> Action | None:
    """Of the order that was talked about a moment ago; nothing that was done just now."""
    if known.started or not flow.about(known, action) or values.names(action, case.words):
        return None
    found = _demanded(case, known, action, actions)
    return None if found and known.deed and found.id == known.did else found


def of_named(case: Case, actions: Actions) -> Action | None:
    """Of the one order that she names."""
    looks = wanting.looking(actions)
    known = values.found(looks, case.words) if looks else {}
    return _demanded(case, Flow(looks.id, values=known), looks, actions) if looks and known else None


def _demanded(case: Case, order: Flow, action: Action, actions: Actions) -> Action | None:
    """Only a look at the order tells whether money for it is a cancellation: what has left is sent back, or looked for."""
    said, pays = values.without_numbers(actions.by_id.values(), case.words), demanding.paying_back(actions)
    if found := demanding.deed(said, actions):
        return found
    if not pays or not demanding.refund(said):
        return None
    asked = Flow(pays.id, values=flow.about(order, action), language=order.language)
    return pays if handing.in_a_hurry(case, asked, pays) else None
