"""What is demanded of the order that is talked about, in words that say nothing else: "那我取消", "refund me"; or that it is not to be
done: "so don't cancel". Pure."""

from __future__ import annotations

import re

from chalicelib.bot.actions import hearing
from chalicelib.bot.actions.declared import Action, Actions
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.interpretation.phrases import WordLists, plain

_LISTS = WordLists(__file__)
_CLAUSES = re.compile(r"[,.;:!?，。；：！？、…~\n]+|(?<=[㐀-鿿])\s+|\s+(?=[㐀-鿿])")
_ASKS = re.compile(
    r"[?？吗嗎]|\b(?:why|how|did|does)\b|为什么|為什麼|点解|點解|怎么|怎麼|点样|點樣|^(?:can|could|may|do|is|are) ", re.IGNORECASE
)
_DEMAND = 30  # letters of such a clause, as hearing.length counts them
_LONGEST = 120


def deed(text: str, actions: Actions) -> Action | None:
    """The one action that a clause by itself demands."""
    if hearing.length(text) > _LONGEST or declines(text):
        return None
    bare = (_LISTS.book("around").sub(" ", part) for part in _clauses(text))
    clauses = [said for part in bare if (said := hearing.without_courtesies(part, actions.phrases))]
    may = [one for one in actions.by_id.values() if one.changes and not one.free]  # an address would have to be asked for first
    found = {one.id: one for one in may if any(_is_demand(one, part, actions) for part in clauses)}
    return next(iter(found.values())) if len(found) == 1 else None


def refund(text: str) -> bool:
    """Does she want her money, and tell nothing of why: neither broken, nor sent back, nor charged twice?"""
    said = plain(text)
    if hearing.length(text) > _LONGEST or particulars.went_back(text) or _LISTS.book("reason").search(said):
        return False
    return any(_LISTS.book("refund").search(part) for part in (said, *_clauses(text)))


def paying_back(actions: Actions) -> Action | None:
    """The action that pays back an order which has not left."""
    return next((one for one in actions.by_id.values() if one.hurry and any(field.kind == "money" for field in one.fields.values())), None)


def declines(text: str) -> bool:
    """Does she say that it is not to be done, and ask nothing with it?"""
    clauses = _clauses(text)
    left = [part for part in clauses if not _LISTS.book("declines").search(part)]
    return len(left) < len(clauses) and not any(map(_ASKS.search, clauses)) and not any(map(asks_something, left))


def _is_demand(action: Action, clause: str, actions: Actions) -> bool:
    if (
        hearing.length(clause) > _DEMAND
        or _LISTS.book("refund").search(clause)
        or _ASKS.search(clause)
        or actions.phrases["asks_about"].search(clause)
    ):
        return False
    return bool(action.confirms.search(clause) or action.asks.search(clause)) and not action.did.search(clause)


def _clauses(text: str) -> list[str]:
    return [said for part in _CLAUSES.split(text) if (said := plain(part))]
