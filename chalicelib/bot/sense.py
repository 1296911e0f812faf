"""What a message means in its conversation: a pick from what was offered, a yes or a no, a follow-up, or a question of its own. Pure.

A first message is only searched for. Only a short one that could go on with the question before costs more searches, and only if it
says so itself ("and …", "that") or is not surely known alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.bot.context import Context
from chalicelib.bot.follow_ups import leans, may_follow, points_back, readings
from chalicelib.bot.picks import ALL, agrees, picked, refuses
from chalicelib.bot.retrieval import Hit, search
from chalicelib.knowledge.article import version_for
from chalicelib.knowledge.index import Index

_OFFERED = 3
_LESS = 0.01  # what is not sure is at least so much below

Reply = Literal["", "yes", "no", "which"]


@dataclass(frozen=True, slots=True)
class Bands:
    """The least confidences for answering and for asking back."""

    sure: float
    offer: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """`asked`: the whole question, if the message is only part of it. `reply`: yes or no to what the bot said last; "which": yes to
    several, `hits` are these."""

    hits: Sequence[Hit]
    asked: str = ""
    reply: Reply = ""


def meaning(question: str, context: Context, index: Index, day: str, bands: Bands | None) -> Meaning:
    """`bands`: None for small talk, which is not looked for."""
    if context.settled:
        return Meaning(_hits(index, [context.settled], context, day, 1.0), context.last_question)
    reply = _reply(question, context, index, day) if context.offered or context.last_article else None
    if reply or bands is None:
        return reply or Meaning([])
    return _question(question, context, index, day, bands)


def _reply(question: str, context: Context, index: Index, day: str) -> Meaning | None:
    if refuses(question):
        return Meaning([], reply="no")
    if not context.offered:
        return Meaning([], reply="yes") if agrees(question) else None
    place = picked(question, [_title(index, article, context, day) for article in context.offered])
    if place == ALL:
        return Meaning(_hits(index, context.offered, context, day, 0.0), context.last_question, "which")
    # An article that is gone by now is not replaced by its neighbour: nothing is found then, and a person answers.
    return None if place is None else Meaning(_hits(index, context.offered[place : place + 1], context, day, 1.0), context.last_question)


def _question(question: str, context: Context, index: Index, day: str, bands: Bands) -> Meaning:
    alone = Meaning(search(index, question, day, tier=context.tier))
    goes_on = points_back(question)
    if not context.last_question or not may_follow(question) or (_confidence(alone) >= bands.sure and not goes_on and not leans(question)):
        return alone
    whole = f"{context.last_question.strip()} {question.strip()}"
    meant = readings(context.last_question, question)
    found = [Meaning(search(index, reading, day, tier=context.tier), whole if both else "") for reading, both in meant]
    other = max((_without(one, context.last_article) for one in found), key=_confidence, default=alone)
    if leans(question):
        return _leaning(alone, other, context.last_article, bands)
    if _confidence(other) >= max(bands.offer, _confidence(alone)):
        return other
    # Only the article that was told last fits: she asks for what it does not say.
    again = max(found, key=_confidence, default=alone) if goes_on and _confidence(alone) < bands.offer else alone
    return again if _confidence(again) >= bands.sure else alone


def _leaning(alone: Meaning, other: Meaning, last: str, bands: Bands) -> Meaning:
    """ "How long does that take?" is surely answered only with what "that" is; alone it may be about anything, and is asked back."""
    if _confidence(other) >= bands.sure or _confidence(_without(alone, last)) < bands.offer:
        return other if _confidence(other) >= bands.offer else alone
    found = sorted([*other.hits, *_without(alone, last).hits], key=lambda hit: hit.confidence)
    best = {hit.article: replace(hit, confidence=min(hit.confidence, bands.sure - _LESS)) for hit in found}
    return Meaning(sorted(best.values(), key=lambda hit: -hit.confidence)[:_OFFERED], other.asked)


def _without(one: Meaning, article: str) -> Meaning:
    return replace(one, hits=[hit for hit in one.hits if hit.article != article])


def _confidence(one: Meaning) -> float:
    return one.hits[0].confidence if one.hits else 0.0


def _hits(index: Index, articles: Sequence[str], context: Context, day: str, confidence: float) -> list[Hit]:
    found = ((article, index.articles.get(article, {})) for article in articles)
    return [Hit(name, confidence, versions) for name, versions in found if any(one.valid(day, context.tier) for one in versions.values())]


def _title(index: Index, article: str, context: Context, day: str) -> str:
    versions = index.articles.get(article)
    return version_for(versions, context.language, day, context.tier).title if versions else ""
