"""Nothing is told twice: the lines of the last two answers are remembered by their marks. Pure.

An article is found again for each further question about its matter, and so are the passages of it that come nearest; a customer who
reads the same words again takes it that nobody listens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from zlib import crc32

from chalicelib.bot.answers import composing
from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.contextual.scope import Meaning
from chalicelib.conversations.baton import SAID
from chalicelib.conversations.model import Answer
from chalicelib.knowledge.articles.cautions import warns

_LINES = 16  # of an answer that are remembered
_WHOLE, _PART = "w", "p"
_INSISTS = re.compile(r"\s*(?:(?:yes|no|ok|okay|yeah|right)\b[\s,]*)?but\b|\s*(?:可是|但是|但|不过|不過|可)", re.IGNORECASE)


def marked(said: Answer) -> tuple[str, ...]:
    """The names of its sentences, with the mark of what it told; passages are told apart from articles, as a passage of an article that
    was told whole may be told again."""
    if not said.article:
        return said.told
    kind = _PART if any(name.startswith("passage") for name in said.told) else _WHOLE
    return (*said.told, SAID + ".".join(kind + _mark(line) for line in _lines(said.text)[:_LINES]))


def left(meant: Meaning, told: Sequence[str]) -> Meaning:
    """To whoever was misunderstood no passage again that she has read as such, if there are others that do not only warn."""
    known = frozenset().union(*_known(told))
    new = tuple(row for row in meant.passages if _PART + _mark(row) not in known)
    return replace(meant, passages=new) if meant.instead and any(not warns(row) for row in new) else meant


def is_known(row: str, told: Sequence[str]) -> bool:
    """Has she read this line in one of the last answers?"""
    return not frozenset().union(*_known(told)).isdisjoint({_WHOLE + _mark(row), _PART + _mark(row)})


def unrepeated(case: Case, said: Answer) -> Answer:
    """The answer, if it tells anything that she has not just read. A passage may be right for two questions: then it is said that it was
    told. To whoever was misunderstood, or asks nothing, it is no answer: she is told that there is no more."""
    meant, context = case.meant, case.context
    is_chosen = context.settled or meant.picks or meant.reply or said.also
    if is_chosen or not said.article or said.article != context.last_article or not context.asks_back:
        return said
    known = _known(context.told)
    if not meant.passages:
        is_told = composing.AGAIN not in said.told and _are_in(_lines(case.shown(case.hits[0]).text), _WHOLE, frozenset().union(*known))
        return _no_more(case, said) if is_told else said
    told = [_are_in([case.in_script(row) for row in meant.passages], _PART, one) for one in known]
    states = not (asks_something(case.question) or meant.doubtful)  # what is doubted says already that it may not be the answer
    if any(told) and (meant.instead or states or _INSISTS.match(case.question)):
        return _no_more(case, said)
    is_second = told[:1] == [True] and said.told[:1] == ("passage",)  # else words around it say so already
    return replace(said, text=f"{case.said('as_told')}\n{said.text}", choices=_person(case)) if is_second else said


def _no_more(case: Case, said: Answer) -> Answer:
    """That she knows all of it already, with a person beside."""
    spoken = case.sentence("no_more", "answer", choices=_person(case))
    return replace(spoken, article=said.article, link=said.link, asked=said.asked, offered=(), told=(composing.ALL_TOLD, "no_more"))


def _person(case: Case) -> tuple[str, ...]:
    return (case.said("person"),) if case.context.taps else ()


def _known(told: Sequence[str]) -> list[frozenset[str]]:
    """The marks of the last answers, the newest first."""
    return [frozenset(name.removeprefix(SAID).split(".")) for name in told if name.startswith(SAID)]


def _are_in(lines: Sequence[str], kind: str, marks: frozenset[str]) -> bool:
    return all(kind + _mark(line) in marks for line in lines)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _mark(line: str) -> str:
    return f"{crc32(line.strip().encode()) & 0xFFFF:04x}"
