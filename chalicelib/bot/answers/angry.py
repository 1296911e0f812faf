"""What somebody who is upset is told before a person answers: the article that is clearly ahead, and what the colleague needs. Pure.

A word of apology alone helps nobody who is angry: what leads is told as to calm customers, and she need not ask for it again.
"""

from __future__ import annotations

from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation.contextual import given

_NUMBER = frozenset({"number"})
_ENOUGH, _FAR = 0.15, 4  # confidence, and how many times that of the second, from which on an article is told beside the hand-over


def article(case: Case) -> str:
    """Which article she is told beside the hand-over, or "": something went wrong for her, and one is ahead that she has not read."""
    facts = case.facts
    is_ahead = (facts.leads or facts.band == "sure" or _stands_out(case)) and facts.confidence >= _ENOUGH and not facts.under_way
    fits = case.heard.trouble and (facts.upset or facts.asked_for_person) and not _has_words_of_its_own(case)
    return facts.article if fits and is_ahead and facts.article != case.context.last_article else ""


def _stands_out(case: Case) -> bool:
    """Is the first of what may be meant far ahead of the second? A person comes in any case, so less is enough than elsewhere."""
    first, second = (*(hit.confidence for hit in case.hits[:2]), 0.0, 0.0)[:2]
    return first >= _FAR * second


def before(case: Case, sorry: str) -> str:
    """What stands before who takes care of it. `sorry`: the word of apology, or ""."""
    if not article(case):
        return sorry + _needs(case, "")
    shown = case.shown(case.hits[0])
    text = shown.short if case.context.brief else shown.text
    told = case.said("lead", titles=f"{shown.title}\n{text}")
    return "\n\n".join(filter(None, (sorry.strip(), told))) + "\n\n" + _needs(case, text)


def _needs(case: Case, told: str) -> str:
    """What nobody can help without, if she is angry, has not told it, and no article asks for it."""
    if not case.facts.upset or case.facts.asked_for_person or _has_words_of_its_own(case):
        return ""
    is_known = given.asked_for(told) & _NUMBER or given.found(case.question, _NUMBER)
    return "" if is_known else f"{case.said('needs')} "


def _has_words_of_its_own(case: Case) -> bool:
    """Is she told something else, made for what she writes (rules.yaml, tell)?"""
    facts = case.facts
    other = facts.urgent_topic or facts.spoilt or facts.returned or facts.unhelped or facts.given or facts.given_before
    return bool(other or facts.numberless or facts.opt_out_request)
