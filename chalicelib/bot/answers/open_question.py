"""Is a question of hers left open by an answer, so that it is named? Pure.

To name as open what was just answered is worse than to name nothing: she takes it that nobody listens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalicelib.bot.interpretation.contextual import passages
from chalicelib.bot.interpretation.contextual.completion import asks_something, own_words
from chalicelib.bot.interpretation.contextual.passages import units
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.interpretation.own_question import is_own
from chalicelib.knowledge.index.index import Index

# It goes on with what was told, and has no topic of its own.
_LEANS = re.compile(r"\b(?:it|its|that|this|these|those|they|them|he|she)\b|[它这這那]", re.IGNORECASE)
_FEW = 3  # words of what is too little to be named
_NEAR = 5.0  # standard deviations: so near is a passage only to what it tells


def is_left_open(question: str, text: str, told: Sequence[str], index: Index, language: str) -> bool:
    """Does the `text` of an answer, made of the articles `told`, say nothing of the question?"""
    asked = mainland(question)
    is_short = question.isascii() and len(question.split()) <= _FEW
    if is_short or not asks_something(question) or not is_own(question) or _LEANS.search(question):
        return False
    if units(own_words(asked)) & units(mainland(text)):
        return False
    found = passages.asked_alone(index.passages, language, asked)
    near = [one.alike + one.answers for article in told for one in found.of((article, found.language))]
    return max(near, default=0.0) < _NEAR
