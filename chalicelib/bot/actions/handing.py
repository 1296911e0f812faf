"""How an action hands over: the reason that agents read, what was gathered, and whether the order leaves no time."""

from __future__ import annotations

import time
from dataclasses import replace

from chalicelib.bot.actions import calls, declared, endpoint, state
from chalicelib.bot.actions.calls import Case
from chalicelib.bot.actions.declared import Action
from chalicelib.bot.actions.state import Directive, Flow
from chalicelib.conversations.model import Escalation, Urgency
from chalicelib.errors import BatonError
from chalicelib.observability import log

_PRESSING = ("unreachable", "wanted", "misses")  # sentences of a hand-over that may be late for the order
_WHY = {
    "sorry": ("failed", "办理失败"),
    "misses": ("was not understood", "没有看懂客户的回复"),
    "not_proven": ("identity not proven", "身份未能确认"),
    "unreachable": ("no address of the order reaches the customer", "订单的联系方式客户都收不到"),
    "wanted": ("the customer wants a person", "客户需要人工"),
    "partly": ("only a part of the order is meant", "只涉及订单的一部分"),
    "exchange": ("the customer wants something else than a return", "客户想要的不是退货"),
    "numberless": ("the customer has no number", "客户没有订单号"),
}


def to_person(case: Case, move: Directive, known: Flow, action: Action, text: str) -> Escalation:
    """`text`: what the action says before that a person will answer."""
    name = move.say.split(" ")[-1]
    why, why_zh = _WHY.get(name, (name, name))
    kept = replace(case.c, language=known.language, flow=state.written(replace(known, until=case.at)))
    decision = case.to_person(kept, f"action-{name.replace('_', '-')}", f"self-service {action.id}: {why}", action.queue)
    told = "\n\n".join(filter(None, [text, decision.text]))
    urgency: Urgency = "urgent" if move.say in _PRESSING and in_a_hurry(case, known, action) else decision.urgency
    return replace(decision, reason_zh=f"自助服务“{action.title['zh']}”：{why_zh}", text=told, urgency=urgency)


def in_a_hurry(case: Case, known: Flow, action: Action) -> bool:
    """Is it soon too late for what she wants? Not known counts as no."""
    looks = next((one for one in declared.shipped().by_id.values() if one.looks), None)
    try:
        return calls.is_in_a_hurry(case, known, action, looks, time.monotonic() + endpoint.BUDGET)
    except BatonError as error:
        log.warning("glance_failed", error=str(error))
        return False
