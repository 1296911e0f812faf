"""Somebody who is asked for an order's number has ordered nothing yet: she needs none, and may go on with her question. Pure."""

from __future__ import annotations

from chalicelib.bot.answers import asked_data
from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.interpretation.understanding import ACTED
from chalicelib.conversations.model import Answer


def said(case: Case) -> Answer | None:
    """Only where a number was asked for, and nothing else is asked now."""
    asked = ACTED in case.context.told[:1] or asked_data.is_number_asked(case)
    if not asked or asks_something(case.question.rstrip(" 呢。.!！")) or not particulars.has_no_order(case.question):
        return None
    return case.sentence("no_order", "about", choices=(case.said("person"),))
