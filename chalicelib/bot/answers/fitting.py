"""Which passages of an article that is told whole answer her: a page can make them stand out. Pure.

Nothing is left out for it, as the next sentence may name the exception; where it is not clear which passages answer, none stands out.
"""

from __future__ import annotations

import re

from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation.contextual import passages
from chalicelib.bot.interpretation.courtesies.politeness import core
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.interpretation.retrieval import Hit
from chalicelib.knowledge.articles.article import version_for

_STEP = re.compile(r"^\d+\. ", re.MULTILINE)
_FEW = 3  # passages: so short an article is read at a glance


def fitting(case: Case, hit: Hit) -> tuple[str, ...]:
    """Of an article without steps, which are done in their order, for somebody who reads it on a page."""
    if not case.context.taps or not case.brain.index:
        return ()
    article = version_for(hit.versions, case.language, case.day, case.context.tier)
    said = mainland(core(case.meant.asked.rpartition("\n")[2] or case.question))
    found = passages.asked_alone(case.brain.index.passages, case.language, said).of((article.id, article.language))
    fits = [] if len(found) <= _FEW or _STEP.search(article.text) else passages.answering(found)
    return tuple(case.in_script(one.text) for one in fits)
