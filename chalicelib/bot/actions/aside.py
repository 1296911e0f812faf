"""What the knowledge says to a question in the middle of an action, or right after one."""

from __future__ import annotations

import re
from dataclasses import replace

from chalicelib.bot.actions import demanding, memory
from chalicelib.bot.actions.calls import Case
from chalicelib.bot.actions.declared import Action, Actions
from chalicelib.bot.actions.state import Flow
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.contextual.given import without_asking
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.interpretation.phrases import plain
from chalicelib.conversations.model import Answer, Conversation, Escalation

_CLAUSES = re.compile(r"[,.;!?，。；！？]+")
_PARTS = 4  # clauses that are looked for by themselves


def asked(case: Case, *as_if: Conversation) -> Answer | None:
    """What a question in the middle of a flow asks that is not understood by itself: of what the action is about, or in one of its clauses
    ("who pays the postage, I am in Austria")."""
    parts = [part.strip() for part in _CLAUSES.split(case.words) if asks_something(part)][:_PARTS]
    found = (case.decide(one, part, True) for one in as_if for part in dict.fromkeys((case.words, *parts)) if parts)
    return next((one for one in found if isinstance(one, Answer) and is_sure(one)), None)


def of_reason(case: Case, calm: Conversation, known: Flow, action: Action) -> Answer | None:
    """What is known for the reason that she gave: whether a wrong item has to come back is no question of what she does not like."""
    reasons = [slot.options[known.values[slot.name]] for slot in action.slots if slot.kind == "choice" and slot.name in known.values]
    if not (known.started and reasons and asks_something(case.words)):
        return None
    said = case.decide(calm, reasons[0].label[known.language], True)
    if not isinstance(said, Answer) or not is_sure(said) or said.article in action.articles:
        return None
    return replace(said, text=without_asking(said.text))


def of_action(case: Case, calm: Conversation, known: Flow, action: Action) -> Answer | None:
    """What the action's own article tells, to whoever halts with a question that nothing else answers."""
    said = case.decide(replace(calm, offered=action.articles[:1], language=known.language), "1", False)
    return said if isinstance(said, Answer) and is_sure(said) else None


def refund(case: Case, calm: Conversation, known: Flow, actions: Actions, *, of_way: bool) -> Answer | None:
    """When the money comes back: the way that she paid, which what was said of the deed does not tell (`of_way`). What is cancelled waits
    for no return."""
    pays = demanding.paying_back(actions)
    if pays and known.started and known.action == pays.id and asks_something(case.words):
        return of_action(case, calm, known, pays) if actions.phrases["money"].search(plain(case.words)) else None
    afresh = replace(calm, told=(), article="", question="", offered=())  # the whole of it, whatever was told of it just now
    said = case.decide(afresh, particulars.refund_question(known.language), False) if of_way else None
    if not isinstance(said, Answer) or not is_sure(said):
        return None
    return replace(said, text="\n".join([known.deed, *memory.ways(said.text)])) if pays and known.did == pays.id else said


def is_sure(decision: Answer | Escalation) -> bool:
    return isinstance(decision, Answer) and bool(decision.article) and not decision.is_tentative
