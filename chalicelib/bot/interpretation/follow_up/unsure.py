"""What may be meant where nothing is surely known: what the search finds, and the article that has the passage that fits best. Pure.

The search looks through titles and ways to ask, the passages are what the articles tell. Where both find the same article it is mostly
the right one; where they do not, both are worth offering.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.follow_ups import own_words
from chalicelib.bot.interpretation.follow_up import passages
from chalicelib.bot.interpretation.follow_up.passages import Said
from chalicelib.bot.interpretation.follow_up.scope import Bands, Scope
from chalicelib.bot.interpretation.nonsense import is_nonsense
from chalicelib.bot.retrieval import Hit

_SEARCHED = 2  # of what the search finds, beside the passage's article


def nearest(said: str, hits: list[Hit], scope: Scope, bands: Bands) -> list[Hit]:
    """The hits of an unsure search, with the passages looked at; the first three are worth offering."""
    if not hits or is_nonsense(said):
        return hits
    found = passages.asked(scope.index.passages, scope.context.language, Said(own_words(said), said)).best()
    if not found:
        return hits
    first, *others = hits
    if found == first.article:
        agreed = max(first.confidence, bands.lead if first.confidence >= bands.offer else bands.offer)
        return [replace(hit, confidence=hit.confidence * agreed / first.confidence) for hit in (first, *others)]
    there = next((hit for hit in others if hit.article == found), None) or next(iter(scope.hits([found], 0.0)), None)
    if not there:
        return hits
    kept = [hit for hit in hits if hit.article != found][:_SEARCHED]
    return [replace(hit, confidence=max(hit.confidence, bands.offer)) for hit in (*kept, there)]
