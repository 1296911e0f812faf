"""A thing that has gone back: what is meant is the money for it, and never where the parcel is that once brought it. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation.contextual import given
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.interpretation.retrieval import Hit, search
from chalicelib.conversations.model import Answer
from chalicelib.knowledge.articles.article import version_for
from chalicelib.knowledge.articles.plain_text import short_text

_NUMBER = frozenset({"number"})


def hit(case: Case) -> Hit | None:
    """The article about refunds, if she tells that something has gone back and the business has one."""
    return _article(case) if particulars.went_back(case.question) else None


def _article(case: Case) -> Hit | None:
    if not case.brain.index:
        return None
    found = search(case.brain.index, particulars.refund_question(case.language), case.day, 1, case.context.tier)
    return found[0] if found and found[0].confidence >= case.brain.rules.answer else None


def is_certain(case: Case) -> bool:
    """Does she name the order beside it, or say it after she was told of refunds? Then only a person can tell what became of it."""
    found = hit(case)
    names = particulars.went_back(case.question) and bool(given.found(case.question, _NUMBER))
    return names or bool(found and found.article == case.context.last_article)


def is_meant(case: Case) -> bool:
    """Is it a refund that she writes of, now or a moment ago? The state of the order is no answer then."""
    if particulars.went_back(case.question):
        return True
    found = _article(case) if case.context.last_article else None
    return bool(found and found.article == case.context.last_article)


def fitted(case: Case, said: Answer) -> Answer:
    """The article about refunds, where nothing goes back: what was told of the money, and without the sentence that waits for a return."""
    context = case.context
    asked = f"{case.question}\n{context.last_question}"
    found = _article(case) if said.article and particulars.goes_nothing_back(asked) and not particulars.went_back(asked) else None
    if not found or found.article != said.article:
        return said
    kept = particulars.without_return(said.text)
    own = particulars.paying_back(_last_text(case)) if context.last_article != said.article else []
    text = ("" if case.language.startswith("zh") else " ").join([*(one for one in own if one not in kept), *kept])
    return replace(said, text=text) if kept else said


def _last_text(case: Case) -> str:
    last, index = case.context.last_article, case.brain.index
    known = index.articles.get(last) if index else None
    return short_text(version_for(known, case.language, case.day, case.context.tier).text, case.language) if known else ""


def before(case: Case) -> str:
    """What is known of refunds, for somebody who is handed over because of one and was not told yet."""
    found = hit(case) if case.facts.returned else None
    if not found or found.article == case.context.last_article:
        return ""
    article = case.shown(found)
    return f"{short_text(article.text, article.language)}\n\n"
