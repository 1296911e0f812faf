"""Somebody has not got the order's number that she is asked for: where it stands, and that a person finds the order without it. Pure.

It is told once, beside what is surely known of whatever else she asks; the second time a rule calls a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.bot.answers import composing
from chalicelib.bot.answers.case import Case
from chalicelib.bot.answers.context import Context
from chalicelib.bot.interpretation.contextual import given
from chalicelib.bot.interpretation.contextual.completion import asks_something, leans
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.conversations.model import Answer

NO_NUMBER = "no_number"  # in Conversation.told: she was told so


def is_again(case: Case) -> bool:
    """Does she say for the second time that she has no number, or tell by what else she may be found?
    The bot can find by nothing else: with an address or a name it is the first time already."""
    lacks, is_told = particulars.has_no_number(case.question, asked=True), particulars.identifies(case.question)
    return (lacks and is_told) or (NO_NUMBER in case.context.told and (lacks or is_told))


def rest(question: str, context: Context) -> str:
    """What she asks or tells besides, if that is no more than a word to what she was told before; or ""."""
    left = particulars.without_lack(question)
    own = asks_something(left) and not leans(left) if context.last_article else left.strip()
    return left if own else ""


def said(case: Case, beside: Sequence[Case]) -> Answer:
    """`beside`: what else she writes, examined by itself or with the rest; the first that something is known of is told."""
    known = next((answer for one in beside if (answer := _known(one))), None)
    text = given.without_asking(known.text) if known else ""
    here = case.sentence(NO_NUMBER, "about", choices=(case.said("person"),))
    return replace(known, text=f"{text}\n\n{here.text}", told=(NO_NUMBER, *known.told), choices=here.choices) if known else here


def _known(case: Case) -> Answer | None:
    if case.hits and case.facts.confidence >= case.brain.rules.answer:
        return composing.articles(case)
    return composing.helpful(case) if case.hits and case.facts.leads else None
