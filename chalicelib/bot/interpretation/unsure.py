"""What may be meant where nothing is surely known: what the search finds, ranked together with what the articles tell. Pure.

The search looks through titles and ways to ask, passages are what the articles tell; each knows some questions that the other does not.
A logistic regression over both says how likely each article is; it was fitted on questions to another shop (ranking.json).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.bot.interpretation.contextual import passages
from chalicelib.bot.interpretation.contextual.ranking import ALONE, log_odds, logistic
from chalicelib.bot.interpretation.contextual.scope import Bands, Meaning, Scope
from chalicelib.bot.interpretation.nonsense import is_nonsense
from chalicelib.bot.interpretation.retrieval import Hit

_SEARCHED, _NEAREST = 5, 4  # articles that the search finds, and that have the nearest passages
_OFFERED = 3
_LIKELY = 0.45  # probability from which an article is told whole
_LESS = 0.01  # what is not sure is at least so much below
Seen = list[float]


def nearest(said: str, found: Meaning, scope: Scope, bands: Bands) -> Meaning:
    """The likeliest articles for a message of which the search is not sure, each with its probability, and what of the first one fits;
    without an encoder what was found."""
    seen = evidence(said, scope) if found.hits and not is_nonsense(said) else []
    if not seen:
        return found
    ranked = [replace(hit, confidence=min(logistic("alone", ALONE, one), bands.sure - _LESS)) for hit, one in seen]
    hits = sorted(ranked, key=lambda hit: -hit.confidence)[:_OFFERED]
    fits = _asked(said, scope).of(scope.key(hits[0])) if bands.offer <= hits[0].confidence < _LIKELY else []
    return replace(found, hits=hits, fits=tuple(one.text for one in passages.told(fits)) if fits else ())


def evidence(said: str, scope: Scope) -> list[tuple[Hit, Seen]]:
    """Each candidate with its features, in the order of ALONE; none without an encoder."""
    asked = _asked(said, scope)
    beside = asked.best(_NEAREST)
    if not beside:
        return []
    searched = scope.search(said, _SEARCHED)
    known = {hit.article for hit in searched}
    hits = [*searched, *(hit for hit in scope.hits(beside, 0.0) if hit.article not in known)]
    fits = [_most(asked.of(scope.key(hit))) for hit in hits]
    return [(hit, _seen(place, hits, fits, is_found=hit.article in known)) for place, hit in enumerate(hits)]


def _asked(said: str, scope: Scope) -> passages.Asked:
    return passages.asked_alone(scope.index.passages, scope.context.language, said)


def _seen(place: int, hits: Sequence[Hit], fits: Sequence[Seen], *, is_found: bool) -> Seen:
    mine, own = log_odds(hits[place].confidence), fits[place]
    others = [log_odds(hit.confidence) for other, hit in enumerate(hits) if other != place]
    best = [max(column) for column in zip(*(fit for other, fit in enumerate(fits) if other != place), strict=True)] or [0.0] * len(own)
    return [mine, mine - max(others, default=log_odds(0.0)), *own, *(a - b for a, b in zip(own, best, strict=True)), float(is_found)]


def _most(found: Sequence[passages.Passage]) -> Seen:
    seen = [(one.words, one.alike, one.answers) for one in found]
    return [max(column) for column in zip(*seen, strict=True)] if seen else [0.0] * 3
