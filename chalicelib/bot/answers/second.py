"""Two questions in one message, of which an answer tells only one: the other is answered beside it, or named as open. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chalicelib.bot.answers import composing, repeats
from chalicelib.bot.answers.case import Case
from chalicelib.bot.answers.open_question import is_left_open
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.courtesies import small_talk
from chalicelib.bot.interpretation.own_question import is_own
from chalicelib.bot.interpretation.retrieval import each
from chalicelib.conversations.model import Answer

_ASKS = re.compile(r"(?:[吧吗嗎呢]|\bright)[\s?？。.!]*$", re.IGNORECASE)
_MOST = 3  # questions
_SHORT, _OPEN = 5, 80  # characters of what is no question yet, and of one that is named


def parts(case: Case, said: Answer) -> list[str]:
    """Her questions, if they are several and one answer was found; none for a pick, or where the answer looked at each already."""
    meant, index = case.meant, case.brain.index
    is_whole = said.also or meant.picks or meant.reply or case.context.settled or not case.context.asks_back
    if is_whole or not said.article or not index:
        return []
    found = [part for part, _ in each(index, meant.instead or case.question, case.day, case.context.tier)]
    asking = [part for part in found if len(part) >= _SHORT and not small_talk.kind(part) and _is_asked(part)]
    return asking if 1 < len(asking) <= _MOST else []


def _is_asked(part: str) -> bool:
    return bool(asks_something(part) or _ASKS.search(part)) and is_own(part)


def answered(case: Case, said: Answer, asked: Sequence[Case]) -> Answer:
    """The answer, with what each of her questions asks for by itself; one of which nothing is known is named as open."""
    more = [(one, _more(one, said)) for one in asked]
    told = list(dict.fromkeys(text for _, text in more if text))
    left = next((one.question for one, text in more if text is None and _is_worth(one, said)), "")
    if not told and not left:
        return said
    named = [case.said("also_open", titles=left[:_OPEN])] if left else []
    also = tuple(dict.fromkeys(one.facts.article for one, text in more if text and one.facts.article != said.article))
    alone = _alone(case, said)
    choices = (case.said("person"),) if left and case.context.taps else alone.choices
    return replace(alone, text="\n\n".join([alone.text, *told, *named]), also=also, choices=choices, sources=())


def _alone(case: Case, said: Answer) -> Answer:
    """Without the list of others, which would stand between the two."""
    return replace(composing.helpful(case), offered=(), choices=()) if said.told == ("lead",) else said


def _is_worth(one: Case, said: Answer) -> bool:
    """May it be named as a question of its own, of which the answer says nothing?"""
    index, question = one.brain.index, one.question
    told = (said.article, *said.also)
    is_new = question[:_OPEN] not in said.text and one.facts.article not in told
    return index is not None and is_new and is_left_open(question, said.text, told, index, one.language)


def _more(one: Case, said: Answer) -> str | None:
    """What a question asks for that neither the answer nor the last ones have told, "" if they have; None if it is not known."""
    if not one.hits or one.facts.confidence < one.brain.rules.lead or one.meant.doubtful:
        return None
    article, rows = one.shown(one.hits[0]), [one.in_script(row) for row in one.meant.passages or one.meant.fits]
    missing = [row for row in rows if row not in said.text and not repeats.is_known(row, one.context.told)]
    if one.facts.article == said.article:
        return "\n".join(missing)
    told = "\n".join(rows) or (article.short if one.context.brief else article.text)
    return f"{article.title}\n{told}" if missing or not rows else ""
