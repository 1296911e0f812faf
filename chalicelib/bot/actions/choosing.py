"""Which action a message begins, where none is under way: by the article that is found, or by what is said beside an order's number."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.actions import aside, claims, numbers, values, wanting
from chalicelib.bot.actions.calls import Case
from chalicelib.bot.actions.declared import Action, Actions
from chalicelib.bot.interpretation.orthography.spelling import mended
from chalicelib.conversations.model import Answer, Escalation


def mended_words(case: Case, decision: Answer | Escalation, actions: Actions) -> Case:
    """With the slips in its words mended, where an action is asked for then, and nothing is surely known of them as they are."""
    is_clear = aside.is_sure(decision) or not any(map(str.isdigit, case.words)) or wanting.beside_number(case.words, actions)
    words = case.words if is_clear else mended(case.words)
    asks = words != case.words and (wanting.beside_number(words, actions) or wanting.beside_loose(words, actions))
    return replace(case, words=words) if asks else case


def chosen(case: Case, decision: Answer | Escalation, actions: Actions) -> tuple[Action | None, Answer | Escalation]:
    """The action that is asked for, and the decision; a number in a question may hide what the question is."""
    bare = values.without_numbers(actions.by_id.values(), case.words)
    if bare == case.words:
        looks = None if aside.is_sure(decision) else wanting.beside_loose(case.words, actions)
        return looks or _of_article(decision, actions), decision
    if named := alone(case.words, actions) or claims.of_named(case, actions):
        return named, decision
    said = wanting.beside_number(case.words, actions)
    if not _is_new(case, decision):
        second = case.decide(replace(case.c, misses=0), bare, False)
        asked = None if _is_new(case, second) else said
        if asked or not aside.is_sure(second):
            return asked, decision
        decision = second
    found = _of_article(decision, actions)
    # "my order A-10343" is found as the question where it is, whatever else is asked of it.
    return (said if said and found and found.looks else found), decision


def _of_article(decision: Answer | Escalation, actions: Actions) -> Action | None:
    """The action that the article leads to which is told."""
    return actions.by_article.get(decision.article) if isinstance(decision, Answer) else None


def _is_new(case: Case, decision: Answer | Escalation) -> bool:
    """Is it surely known, and not what was told last? That may only seem to fit what she asks now."""
    return isinstance(decision, Answer) and aside.is_sure(decision) and decision.article != case.c.article


def alone(words: str, actions: Actions) -> Action | None:
    """An order's number and nothing else: what can be told of it to anybody."""
    looks = (action for action in actions.by_id.values() if action.looks and action.number)
    return next((action for action in looks if action.number and numbers.is_alone(action.number, words)), None)
