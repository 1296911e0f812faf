"""The data that the customer was asked for: whether she gives it now, or says that she gave it before. Pure."""

from __future__ import annotations

from chalicelib.bot.answers.case import Case
from chalicelib.bot.answers.numberless import NO_NUMBER
from chalicelib.bot.interpretation.contextual import given as data
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.interpretation.retrieval import search
from chalicelib.bot.interpretation.understanding import ACTED
from chalicelib.knowledge.articles.article import version_for

_LATELY = 2  # sentences in which a number was asked for


def asked_for(case: Case) -> frozenset[str]:
    """Which data the last article asks for."""
    last, index = case.context.last_article, case.brain.index
    if not last or not index or case.context.settled or last not in index.articles:
        return frozenset()
    return data.asked_for(version_for(index.articles[last], case.language, case.day, case.context.tier).text)


def is_number_asked(case: Case) -> bool:
    """Did the bot ask for an order's number just now, in an article or by telling where it stands? (An action hears by itself.)"""
    return NO_NUMBER in case.context.told[:_LATELY] or "number" in asked_for(case)


def given(case: Case) -> str:
    """What she tells of it, as words; "" if she asks for something else with it."""
    asked, index = asked_for(case), case.brain.index
    pieces = data.found(case.question, asked | {"number"} if particulars.went_back(case.question) else asked)
    if not pieces or not index or (set(pieces) == {"amount"} and asks_something(case.question)):
        return ""  # "how long until the 24.90 is back?" gives nothing
    best = search(index, data.without(case.question, pieces), case.day, 1, case.context.tier)
    other = best and best[0].confidence >= case.brain.rules.answer and best[0].article != case.context.last_article
    return "" if other else data.named(pieces, case.language)


def gave(case: Case) -> bool:
    """Was she asked for something that she says she gave before? If it stands in the message itself, that is passed on."""
    asked = asked_for(case)
    return bool(asked or ACTED in case.context.told[:1]) and particulars.gave(case.question) and not data.found(case.question, asked)
