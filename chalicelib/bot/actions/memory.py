"""What stays when an action is over: the order that she named last, and what was done. Pure.

"Did that work?" and "when do I get the money?" right after a deed are answered with what was said of it then.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from chalicelib.bot.actions import flow, hearing, numbers, wanting
from chalicelib.bot.actions.declared import Action, Actions
from chalicelib.bot.actions.state import Directive, Flow
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.interpretation.phrases import plain

Asked = Literal["", "did", "did_money", "misread"]

_SUM = re.compile(r"[€$£]?\s?\d+[.,]\d{2}(?!\d)(?:\s?(?:€|eur\b|euros?\b|usd\b))?", re.IGNORECASE)  # "is the 24.90 back" asks for the money
_WAY = re.compile(
    r"(?<![a-z])(?:paypal|visa|mastercard|amex|credit card|cards?|alipay|wechat|apple pay|google pay|bank transfer)(?![a-z])|"
    r"支付宝|微信|信用卡|银行卡"
)
_HOW_LONG = re.compile(
    r"\bhow (?:long|many days)\b|\bwhen\b|\d (?:working )?days?\b|\d ?个?(?:天|工作日)|多久|几天|三天|几时|几耐|什么时候"
)
_LONGEST = 100  # letters of a message that asks about what was done


def asked(known: Flow, text: str, actions: Actions) -> Asked:
    """What a message asks of the deed that was done last: did it work, when comes the money, why is a value of it wrong?"""
    if not known.deed or known.step not in ("done", "offer") or hearing.length(text) > _LONGEST or _names_another(known, text, actions):
        return ""
    said, phrases = plain(_SUM.sub(" money ", text)), actions.phrases
    action = actions.by_id[known.did]
    if phrases["misread"].search(said):
        return "misread" if action.free and known.action == known.did and known.step == "done" else ""
    if phrases["undone"].search(said):
        return ""
    if phrases["did"].search(said) or action.did.search(said):
        return "did"
    pays = any(one.kind == "money" for one in action.fields.values())
    return "did_money" if pays and phrases["money"].search(said) else ""


def asks_of_way(known: Flow, text: str, actions: Actions) -> bool:
    """After a deed that pays back, does she ask when the money comes the way that she paid: "til the 24.90 is back, visa"?"""
    if not known.deed or known.step not in ("done", "offer") or hearing.length(text) > _LONGEST or _names_another(known, text, actions):
        return False
    said, pays = plain(_SUM.sub(" money ", text)), any(one.kind == "money" for one in actions.by_id[known.did].fields.values())
    return pays and asks_something(text) and bool(_WAY.search(said) and (actions.phrases["money"].search(said) or _HOW_LONG.search(said)))


def answered(known: Flow, asked: Asked, text: str, actions: Actions) -> Directive:
    """A value that is wrong is asked for again; all else is told as it was then."""
    if asked != "misread":
        return Directive("say", known, asked)
    return flow.begin(actions.by_id[known.did], text, known.language, replace(known, deed="", did=""), leans=True)


def with_deed(over: Flow | None, action: Action, told: str) -> Flow | None:
    """What was done, as it was `told`, without values that are not kept; what only looked something up is no deed."""
    return replace(over, deed=told, did=action.id) if over and action.changes else over


def is_done(known: Flow | None, move: Directive) -> bool:
    """Is it offered to her, though it was done just now?"""
    return bool(known and move.flow and known.deed and known.did == move.flow.action and known.values == move.flow.values)


def newest(rests: Flow | None, text: str, actions: Actions) -> Flow | None:
    """The order that she named last: in this message, in which nothing is wanted of an action, or in the flow before."""
    named = noticed(text, actions)
    is_known = rests and named and named.values.items() <= rests.values.items()
    return named if named and not is_known else rests


def noticed(text: str, actions: Actions) -> Flow | None:
    """An order's number that stands in a message in which nothing is wanted of an action: it is known from then on."""
    action = wanting.looking(actions)
    number = numbers.read(action.number, text) if action and action.number else ""
    return Flow(action.id, "done", values={action.number.name: number}, named=True) if action and action.number and number else None


def _names_another(known: Flow, text: str, actions: Actions) -> bool:
    """Does she write of another order than that of the deed?"""
    slot = actions.by_id[known.did].number
    number = numbers.read(slot, text) if slot else ""
    return bool(slot and (numbers.several(slot, text) or (number and number not in known.deed)))


def ways(text: str) -> list[str]:
    """The sentences of an article about refunds that tell how long each way of paying takes."""
    return [part for part in particulars.without_return(text) if _WAY.search(plain(part))]
