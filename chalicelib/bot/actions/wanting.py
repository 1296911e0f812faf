"""Which action a message asks for beside the one that is under way or over. Pure."""

from __future__ import annotations

import re

from chalicelib.bot.actions import hearing, values
from chalicelib.bot.actions.declared import Action, Actions
from chalicelib.bot.phrases import plain

_REFUSED = re.compile(
    r"\b(?:not|instead of|rather than|do not|don'?t)\b[^.,;!?]{0,60}|(?:不是|唔系|唔係|不要|不用|而不是)[^。，；！？,]{1,12}",
    re.IGNORECASE,
)

_ORDER, _ORDER_ZH = " the order ", "订单"  # in place of a number, so that what is said of it is found
_HAN = re.compile(r"[㐀-䶿一-鿿]")


def leans_to(text: str, actions: Actions) -> Action | None:
    """The action that is wanted for the order that was talked about: "cancel it", "把它退了"; None if that is not said."""
    said = plain(text)
    if hearing.length(text) > hearing.LEANS or not actions.phrases["it"].search(said):
        return None
    found = [action for action in actions.by_id.values() if hearing.asks_for(action, text)]
    if len(found) != 1 or (actions.phrases["asks_about"].search(said) and not found[0].looks):
        return None
    return found[0]


def named_with(text: str, action: Action, actions: Actions) -> Action | None:
    """The other action that is asked for beside an order's number: "A-10345, cancel it" where an address was to be changed."""
    if not values.names(action, text):
        return None
    found = [one for one in actions.by_id.values() if hearing.asks_for(one, values.without_numbers([action], text))]
    return found[0] if len(found) == 1 and found[0] is not action else None


def beside_number(text: str, actions: Actions) -> Action | None:
    """The one action that is asked for beside an order's number: "cancel A-10402" is read as "cancel the order"; or an address is given."""
    bare, every = values.without_numbers(actions.by_id.values(), text), actions.by_id.values()
    known = values.without_numbers(every, text, _ORDER_ZH if _HAN.search(bare) else _ORDER)
    found = [one for one in every if hearing.asks_for(one, bare) or hearing.asks_for(one, known)]
    found = found or [one for one in every if one.changes and one.free and values.told(one, text).keys() - values.found(one, text).keys()]
    return found[0] if len(found) == 1 else None


def instead(text: str, actions: Actions) -> Action | None:
    """The action that is wanted instead of another: "no, I want to cancel, not change the address"."""
    refused = _REFUSED.search(text)
    if not refused or not any(hearing.asks_for(one, refused[0]) for one in actions.by_id.values()):
        return None
    rest = f"{text[: refused.start()]} {text[refused.end() :]}"
    found = [one for one in actions.by_id.values() if hearing.asks_for(one, rest)]
    return found[0] if len(found) == 1 else None
