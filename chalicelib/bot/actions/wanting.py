"""Which action a message asks for beside the one that is under way or over. Pure."""

from __future__ import annotations

import re

from chalicelib.bot.actions import hearing, numbers, values
from chalicelib.bot.actions.declared import Action, Actions
from chalicelib.bot.interpretation import waiting
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.orthography.spelling import mended
from chalicelib.bot.interpretation.phrases import plain

_REFUSED = re.compile(
    r"\b(?:not|instead of|rather than|do not|don'?t)\b[^.,;!?]{0,60}|(?:不是|唔系|唔係|不要|不用|而不是)[^。，；！？,]{1,12}",
    re.IGNORECASE,
)

_ORDER, _ORDER_ZH = " the order ", "订单"  # in place of a number, so that what is said of it is found
_ASKS_WHEN = 110  # letters of a question when the order comes, as hearing.length counts them
_SPACES_HAN = re.compile(r"(?<=[㐀-鿿]) +| +(?=[㐀-鿿])")
_OWN = re.compile(r"\b(?:my|its?|orders?|parcel|package|track\w*)\b|[单單]|包裹|快递|快遞", re.IGNORECASE)
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
    known = _SPACES_HAN.sub("", known)
    found = [one for one in every if hearing.asks_for(one, bare) or hearing.asks_for(one, known)]
    found = found or [one for one in every if one.changes and one.free and values.told(one, text).keys() - values.found(one, text).keys()]
    return found[0] if len(found) == 1 else None


def looking(actions: Actions) -> Action | None:
    """The action that tells anybody the state of an order by its number."""
    return next((one for one in actions.by_id.values() if one.looks and one.number), None)


def beside_loose(text: str, actions: Actions) -> Action | None:
    """The action that looks, where its question holds a bare number: "where my parcel 10402 is"."""
    looks = looking(actions)
    asks = looks and looks.number and _OWN.search(text) and numbers.loose(looks.number, text)
    return looks if looks and asks and hearing.asks_for(looks, text) else None


def tells_more(text: str, actions: Actions) -> bool:
    """Does she tell or ask something of an order beside its number, other than where it is, or that it is urgent?"""
    looks = looking(actions)
    if not looks or not looks.number or numbers.is_alone(looks.number, text):
        return False
    bare = mended(values.without_numbers([looks], text))
    return not (hearing.asks_for(looks, bare) or waiting.meant(numbers.beside(looks.number, text)) in ("pressing", "status"))


def arrival(text: str, actions: Actions) -> Action | None:
    """The action that looks, if she asks when the order that was talked about comes or leaves: "when will it be here?", "周五前能到吗"."""
    said = mended(text)
    asks = hearing.length(text) <= _ASKS_WHEN and asks_something(said) and actions.phrases["arrival"].search(plain(said))
    return looking(actions) if asks and not actions.phrases["general"].search(plain(said)) else None


def instead(text: str, actions: Actions) -> Action | None:
    """The action that is wanted instead of another: "no, I want to cancel, not change the address"."""
    refused = _REFUSED.search(text)
    if not refused or not any(hearing.asks_for(one, refused[0]) for one in actions.by_id.values()):
        return None
    rest = f"{text[: refused.start()]} {text[refused.end() :]}"
    found = [one for one in actions.by_id.values() if hearing.asks_for(one, rest)]
    return found[0] if len(found) == 1 else None
