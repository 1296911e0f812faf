"""Contextual questions: a message that goes on with what was said: "and abroad?", "who pays that?", "sorry, I meant black tea". Pure.

It is completed by the question before and searched whole, and the article that was told last is looked through for a passage that says
it. What is likeliest of all that is told; if nothing is likely enough, the nearest are offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.bot.interpretation.contextual import passages
from chalicelib.bot.interpretation.contextual.completion import (
    adds,
    asks_something,
    carried,
    changes_topic,
    completed,
    corrected,
    in_context,
    leans,
    may_follow,
    own_words,
    points_back,
    says_little,
)
from chalicelib.bot.interpretation.contextual.passages import Asked, Said
from chalicelib.bot.interpretation.contextual.ranking import Candidate, Evidence, answering, ranked, says_it, tells
from chalicelib.bot.interpretation.contextual.scope import Bands, Meaning, Scope
from chalicelib.bot.interpretation.contextual.turning import Turned, turned
from chalicelib.bot.interpretation.courtesies import small_talk
from chalicelib.bot.interpretation.courtesies.politeness import core
from chalicelib.bot.interpretation.mood import sentiment
from chalicelib.bot.interpretation.retrieval import Hit
from chalicelib.bot.interpretation.unsure import nearest
from chalicelib.bot.messages.pieces import is_fragment, joined

_OFFERED = 3
_NEAREST = 3  # articles whose passages are nearest that may be meant
_STANDS = 0.3  # of what she means, from which on it may stand in the article that was told
_WORTH = 0.25  # confidence: she was misunderstood once, and what is less likely than that is not offered instead
ANSWERS = 0.35  # probability that the passages answer her, below which she is told that they may not
_HARDLY = 0.16  # and below which they are not told (of 53 such on another shop 8 answered), unless she said little: "and abroad?"
_BESIDE = 2.0  # how much better a passage of another article must fit to be told beside doubtful ones
_LESS = 0.01  # what is not sure is at least so much below


@dataclass(frozen=True, slots=True)
class _Message:
    """`said`: without courtesies, and without the words that correct; `joins`: it says itself that it goes on with something."""

    said: str
    is_new: bool
    corrects: bool
    joins: bool

    @property
    def states(self) -> bool:
        """Does it only state something: "too expensive"?"""
        return adds(self.said)


def meant(question: str, scope: Scope, bands: Bands) -> Meaning:
    """What a message asks for, alone or with what was said before it."""
    if begun := _begun(question, scope, bands):
        return begun
    away = turned(question) if scope.context.last_article or scope.context.last_question else None
    if away and (not away.denied or _was_said(away.denied, scope)):
        return _instead(away, scope, bands)
    message, before = _read(question), scope.context.last_question
    alone = Meaning(scope.search(message.said), message.said if message.corrects else "")
    may_go_on = before and not message.is_new and not small_talk.kind(before) and (message.corrects or may_follow(message.said))
    if not may_go_on or _repeats(before, message.said):
        return alone if alone.confidence >= bands.sure else nearest(message.said, alone, scope, bands)
    if alone.confidence >= bands.sure and not message.corrects and not (message.joins and says_little(message.said)):
        return _told_before(message, alone, scope, bands) if alone.hits[0].article == scope.context.last_article else alone
    return _going_on(message, alone, scope, bands)


def _begun(question: str, scope: Scope, bands: Bands) -> Meaning | None:
    """The rest of a sentence whose beginning was answered already, but not surely: "my teapot" / offer / "came without the lid"."""
    context = scope.context
    before = context.last_question.rpartition("\n")[2]
    is_open = context.offered and (not context.last_article or context.told[:1] == ("lead",))
    if not is_open or not is_fragment(before) or asks_something(question):
        return None
    whole = joined(before, question.strip())
    return nearest(core(whole), Meaning(scope.search(core(whole)), whole, instead=whole), scope, bands)


def _instead(away: Turned, scope: Scope, bands: Bands) -> Meaning:
    """She turns away from what was talked about. What she denies is not told again, unless what she means stands in the same article."""
    said, last = core(away.meant), scope.context.last_article
    if not away.denied:
        return Meaning(scope.search(said), said, instead=said)
    others = [hit for hit in scope.search(said) if hit.article != last and hit.confidence >= _WORTH]
    if last and not (others and others[0].confidence >= bands.sure) and _share_of(said, last_text(scope)) >= _STANDS:
        found = _going_on(_Message(said, False, True, True), Meaning(scope.search(said), said), scope, bands)
        rows = tuple(row for row in found.passages if _share_of(said, row) or not _share_of(away.denied, row))
        named = tuple(row for row in rows if _share_of(said, row))
        return replace(found, passages=named or rows)
    return Meaning(others, said, instead=said)


def _was_said(denied: str, scope: Scope) -> bool:
    """Is it what was asked or told a moment ago?"""
    return _share_of(denied, f"{scope.context.last_question}\n{last_text(scope)}") > 0


def _share_of(said: str, text: str) -> float:
    wanted = passages.units(said)
    return len(wanted & passages.units(text)) / len(wanted) if wanted else 0.0


def last_text(scope: Scope) -> str:
    """The article that was told last."""
    last = scope.hits(filter(None, [scope.context.last_article]), 0.0)
    return "\n".join(f"{scope.title(hit.article)}\n{scope.shown(hit).text}" for hit in last)


def evidence(question: str, scope: Scope) -> tuple[list[Candidate], list[float], list[str]]:
    """What is known for a message that follows an answer, as the ranking sees it: each candidate, what tells whether the passages of the
    first answer, and these passages. For fitting."""
    message = _read(question)
    candidates = _candidates(message, scope.search(message.said), scope)
    return candidates, tells(candidates, message.states, message.joins), [one.text for one in passages.told(candidates[0].passages)]


def _candidates(message: _Message, alone: list[Hit], scope: Scope) -> list[Candidate]:
    found = _asked(message, scope)
    return ranked(_evidence(message, alone, found, scope), lambda hit: found.of(scope.key(hit)))


def _read(question: str) -> _Message:
    is_new, rest = changes_topic(question)
    corrects, told = corrected(rest)
    return _Message(core(told), is_new, corrects, points_back(told) or leans(told))


def _repeats(before: str, said: str) -> bool:
    """Is it the same question again, with no word that was not in it?"""
    wanted = passages.units(said)
    return bool(wanted) and wanted <= passages.units(before)


def _going_on(message: _Message, alone: Meaning, scope: Scope, bands: Bands) -> Meaning:
    asked = carried(scope.context.last_question, message.said)
    candidates = _candidates(message, alone.hits, scope)
    if not candidates:
        return alone
    worry = message.states and sentiment(message.said) < 0
    by_mail = message.states and not scope.context.asks_back  # robots state things, and answer each answer
    if worry or by_mail or not says_it(candidates[0], message.states):
        return Meaning(_near(candidates, scope, bands), asked)
    best, last = candidates[0], scope.context.last_article
    hits = [replace(best.hit, confidence=max(best.hit.confidence, bands.sure)), *(one.hit for one in candidates[1:_OFFERED])]
    if best.hit.article != last:
        return Meaning(hits, asked)
    return _in_passages(message, Meaning(hits, asked), candidates, scope, bands)


def _told_before(message: _Message, alone: Meaning, scope: Scope, bands: Bands) -> Meaning:
    """The article that was told last is surely asked for once more: the passages of it that her new words ask for."""
    found = _asked(message, scope)
    candidates = [Candidate(hit, found.of(scope.key(hit)), []) for hit in alone.hits]
    return _in_passages(message, alone, candidates, scope, bands)


def _in_passages(message: _Message, found: Meaning, candidates: Sequence[Candidate], scope: Scope, bands: Bands) -> Meaning:
    """The whole of the first was told a moment ago: now only what of it may answer her."""
    if not candidates[0].passages:
        return found
    told = tuple(one.text for one in passages.told(candidates[0].passages))
    likely = answering(candidates, message.states, message.joins)
    if likely >= ANSWERS:
        return replace(found, passages=told)
    if not scope.context.asks_back:  # doubt is for a person there
        first = replace(found.hits[0], confidence=min(found.hits[0].confidence, bands.sure - _LESS))
        return replace(found, hits=[first, *found.hits[1:]])
    others = [one for one in candidates[1:] if one.passages and one.passages[0].score >= candidates[0].passages[0].score + _BESIDE]
    if not others:
        return replace(found, passages=told, doubtful=True, unlikely=likely < _HARDLY and not says_little(message.said))
    other = max(others, key=lambda one: one.passages[0].score)
    return replace(found, hits=[found.hits[0], other.hit], passages=told, doubtful=True, beside=other.passages[0].text)


def _near(candidates: list[Candidate], scope: Scope, bands: Bands) -> list[Hit]:
    """What may be meant besides the article that was told, to be offered."""
    likely = [one.hit for one in candidates if one.hit.article != scope.context.last_article and one.hit.confidence >= bands.offer]
    return [replace(hit, confidence=min(hit.confidence, bands.sure - _LESS)) for hit in likely[:_OFFERED]]


def _evidence(message: _Message, alone: list[Hit], found: Asked, scope: Scope) -> Evidence:
    """The article that was told last, or the first of those that were offered, stands beside what is found."""
    context = scope.context
    last = next(iter(scope.hits(filter(None, [context.last_article or "".join(context.offered[:1])]), 0.0)), None)
    offered = [] if context.last_article else scope.hits(context.offered, 0.0)
    together = scope.search(completed(context.last_question, message.said))
    near = scope.hits(found.nearest(_NEAREST), 0.0)
    return Evidence(last, offered, alone, together, near, message.joins, says_little(message.said))


def _asked(message: _Message, scope: Scope) -> Asked:
    """The message beside all passages."""
    before = scope.context.last_question
    topic = own_words(before.replace("\n", " "))
    own = own_words(message.said) or own_words(before.rpartition("\n")[2])
    last = scope.context.last_article
    whole = in_context(scope.title(last) if last else "", before, message.said)
    return passages.asked(scope.index.passages, scope.context.language, Said(own, message.said, whole, topic))
