"""Which articles fit some sentences, and how surely. Pure; numpy.

Words come first, for they cost little: where they are sure, nothing is embedded. Else meaning joins in, and the head decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge.index import confidence
from chalicelib.knowledge.index.confidence import nearest
from chalicelib.knowledge.index.lexical import Floats, TextTerms
from chalicelib.knowledge.index.wordings import LEXICAL, NONE, Wordings

# Cosine with a known wording, and confidence by words alone, from which nothing is embedded. Chosen so that nothing is lost by it.
ALIKE, SURE = 0.8, 0.9
NEAREST = 50  # wordings that may speak for their article
DECAY = 0.5  # an article's second-best wording counts half of its best one, and so on
FRESH, STEEP = 0.6, 12.0  # what a wording says that is newer than the head and exactly the question; how fast that falls off
SPREAD = 10.0  # how fast the lower places' confidence falls with their score
EMBEDDED = 4  # sentences of a text that are embedded: those that the words know best


class Found(NamedTuple):
    """One article with the estimated chance (0..1) that it is what was asked for."""

    article: str
    confidence: float


@dataclass(frozen=True, slots=True)
class View:
    """One sentence beside all wordings, the fresh ones last. `words` and `similar` (with the meaning, if that was seen) have a
    number for each wording; `scores` one for each article, once neighbours or the head were asked; `owners`: each wording's article."""

    heard: TextTerms
    owners: NDArray[np.int32]
    words: Floats
    similar: Floats
    scores: Floats


def rank(known: Wordings, texts: Sequence[str], may: Callable[[str], bool] = bool, limit: int = 3) -> list[Found]:
    """The articles that fit any of the texts best, of those that `may` be shown; the best first. Never raises for a text."""
    if not texts or not known.ids:
        return []
    views = by_words(known, texts)
    if best := surely_by_words(known, views, may, limit):
        return best
    if known.meaning is None and known.head:
        return best_of(known, by_head(known, views), may, limit, "alone")
    if known.meaning is None or known.encoder is None:
        return best_of(known, by_neighbours(known, views), may, limit, "words")
    some = sorted(range(len(texts)), key=lambda i: -float(views[i].words.max(initial=0.0)))[:EMBEDDED]
    return best_of(known, by_meaning(known, [texts[i] for i in some], [views[i] for i in some]), may, limit, "both")


def surely_by_words(known: Wordings, views: Sequence[View], may: Callable[[str], bool], limit: int) -> list[Found]:
    """As `rank`, where somebody asked in nearly the same words before and words alone are sure of the answer; else nothing."""
    alike = [view for view in views if view.words.max(initial=0.0) >= ALIKE]
    best = best_of(known, by_neighbours(known, alike), may, limit, "words")
    return best if best and best[0].confidence >= SURE else []


def by_words(known: Wordings, texts: Sequence[str]) -> list[View]:
    """What the words say to each text."""
    heard = [known.words.hear(text) for text in texts]
    words, owners = known.words.similarities(heard), known.owners
    if known.fresh:
        fresh = known.fresh.words
        words = np.concatenate([words, fresh.similarities([fresh.hear(text) for text in texts])], axis=1)
        owners = np.concatenate([owners, known.fresh.owners])
    none = np.zeros(0, np.float32)
    return [View(one, owners, row, row, none) for one, row in zip(heard, words, strict=True)]


def by_neighbours(known: Wordings, views: Sequence[View]) -> list[View]:
    """The same views, with what the nearest wordings say for their articles."""
    return [replace(view, scores=_neighbours(view.similar, view.owners, len(known.ids))) for view in views]


def by_meaning(known: Wordings, texts: Sequence[str], views: Sequence[View]) -> list[View]:
    """The same views with the meaning in them; as they are if there is no encoder."""
    embedded = known.embedded(texts)
    if embedded is None or known.meaning is None:
        return list(views)
    seen = known.meaning.seen(embedded)
    parts = [known.meaning, *([known.fresh.meaning] if known.fresh and known.fresh.meaning else [])]
    meant = np.concatenate([part.cosines(seen) for part in parts], axis=1)
    similar = (meant + LEXICAL * np.stack([view.words for view in views])) / (1 + LEXICAL)
    return by_head(known, [replace(view, similar=row) for view, row in zip(views, similar, strict=True)])


def by_head(known: Wordings, views: Sequence[View]) -> list[View]:
    """The same views, with what the head makes of the similarities. Where there is none, neighbours decide."""
    count = len(known.owners)
    if known.head is None:
        return by_neighbours(known, views)
    scores = known.head.scores(np.stack([view.similar[:count] for view in views]))
    for view, said in zip(views, scores, strict=True):
        _add_fresh(said, view.similar[count:], view.owners[count:])
    return [replace(view, scores=said) for view, said in zip(views, scores, strict=True)]


def _add_fresh(scores: Floats, similar: Floats, owners: NDArray[np.int32]) -> None:
    has = owners != NONE
    if has.any():
        best = np.zeros_like(scores)
        np.maximum.at(best, owners[has], FRESH * np.exp(STEEP * (similar[has] - 1)))
        scores += best


def _neighbours(similar: Floats, owners: NDArray[np.int32], articles: int) -> Floats:
    """An article's nearest wordings add up with falling weight."""
    near = nearest(similar, NEAREST)
    scores = np.zeros(articles, np.float32)
    shares: dict[int, float] = {}
    for owner, value in zip(owners[near].tolist(), similar[near].tolist(), strict=True):
        if owner != NONE and value > 0:
            shares[owner] = shares.get(owner, 1.0) * DECAY
            scores[owner] += value * shares[owner]
    return scores


def best_of(known: Wordings, views: Sequence[View], may: Callable[[str], bool], limit: int, kind: confidence.Kind) -> list[Found]:
    """As `rank`, of texts that were looked at by words or with the meaning."""
    best: dict[int, float] = {}
    for view in views:
        if kind != "both" and not view.words.any():
            continue
        order = _order(known, view, may, limit, -np.inf if kind == "both" else 0.0)
        if not order:
            continue
        first = confidence.estimated(kind, confidence.evidence(known, view, order, kind))
        for place in order:
            sure = first * float(np.exp(SPREAD * (view.scores[place] - view.scores[order[0]])))
            best[place] = max(best.get(place, 0.0), sure)
    ranked = sorted(best.items(), key=lambda item: (-item[1], known.ids[item[0]]))
    return [Found(known.ids[place], sure) for place, sure in ranked[:limit]]


def _order(known: Wordings, view: View, may: Callable[[str], bool], limit: int, above: float) -> list[int]:
    """The articles with the greatest scores that may be shown."""
    found: list[int] = []
    for count in (limit + 5, len(view.scores)):
        places = (place for place in nearest(view.scores, count).tolist() if view.scores[place] > above and may(known.ids[place]))
        found = list(islice(places, limit))
        if len(found) == limit:
            break
    return found
