"""All known ways to ask, with their article: as vectors of words, as vectors of meaning if there is an encoder, and the head over both.

Pure; numpy. A wording's article is a number in `ids`; NONE is that of questions for which agents found no article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge import head as heads
from chalicelib.knowledge import lexical
from chalicelib.knowledge.encoder import Encoder
from chalicelib.knowledge.head import Head
from chalicelib.knowledge.lexical import Floats, Lexical

NONE = -1
LEXICAL = 0.3  # what a word counts beside the meaning


@dataclass(frozen=True, slots=True)
class Meaning:
    """`vectors` (of length 1) are those of the wordings after `centre`, the mean of all, was taken off."""

    vectors: Floats
    centre: Floats

    def seen(self, embedded: Floats) -> Floats:
        """An encoder's vectors, centred like the wordings'."""
        return _unit(embedded - self.centre)


@dataclass(frozen=True, slots=True)
class Near:
    """How near a wording's nearest other one lies in this knowledge: mean and standard deviation, of words and of both."""

    words: tuple[float, float] = (0.0, 1.0)
    both: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Wordings:
    """`owners[i]`: the article of wording i. `fresh`: wordings that came after the head was fitted, with the same `ids`."""

    ids: tuple[str, ...]
    owners: NDArray[np.int32]
    words: Lexical
    near: Near
    meaning: Meaning | None = None
    head: Head | None = None
    encoder: Encoder | None = None
    fresh: Wordings | None = None

    def embedded(self, texts: Sequence[str]) -> Floats | None:
        """None: there is no encoder, or the wordings were not seen by it."""
        if self.encoder is None or self.meaning is None:
            return None
        return self.encoder.embed(texts)


def build(asked: Sequence[tuple[str, str]], encoder: Encoder | None) -> Wordings:
    """Of (article or "", text)."""
    ids = tuple(sorted({article for article, _ in asked if article}))
    number = {article: place for place, article in enumerate(ids)} | {"": NONE}
    owners = np.array([number[article] for article, _ in asked], np.int32)
    texts = [text for _, text in asked]
    words = lexical.build(texts)
    similar = words.similarities([words.hear(text) for text in texts])
    near = Near(words=_nearest(similar))
    if encoder is None or not texts:
        return Wordings(ids, owners, words, near, head=_head(similar, owners, len(ids)))
    embedded = encoder.embed(texts)
    meaning = Meaning(np.zeros((0, 0), np.float32), embedded.mean(axis=0))
    # Half precision is what is stored: the head is fitted to what will be compared.
    vectors = meaning.seen(embedded).astype(np.float16).astype(np.float32)
    meaning = replace(meaning, vectors=vectors)
    similar *= LEXICAL
    similar += vectors @ vectors.T
    similar /= 1 + LEXICAL
    near = replace(near, both=_nearest(similar))
    return Wordings(ids, owners, words, near, meaning, _head(similar, owners, len(ids)), encoder)


def _head(similar: Floats, owners: NDArray[np.int32], articles: int) -> Head | None:
    """Questions that no article fits have no part in it."""
    has = owners != NONE
    head = heads.fit(similar if has.all() else similar[np.ix_(has, has)], owners[has], articles)
    return head and replace(head, rows=np.flatnonzero(has).astype(np.int32)[head.rows])


def with_fresh(known: Wordings, asked: Sequence[tuple[str, str]]) -> Wordings:
    """The same with newer wordings beside it; those of unknown articles stay out."""
    number = {article: place for place, article in enumerate(known.ids)} | {"": NONE}
    kept = [(article, text) for article, text in asked if article in number]
    if not kept:
        return replace(known, fresh=None)
    texts = [text for _, text in kept]
    meaning = None
    embedded = known.embedded(texts)
    if embedded is not None and known.meaning:
        meaning = replace(known.meaning, vectors=known.meaning.seen(embedded))
    owners = np.array([number[article] for article, _ in kept], np.int32)
    return replace(known, fresh=Wordings(known.ids, owners, lexical.build(texts, known.words), known.near, meaning))


def to_arrays(known: Wordings) -> dict[str, NDArray[Any]]:
    """As they are stored, without what is fresh."""
    kept: dict[str, NDArray[Any]] = {"owners": known.owners, **lexical.to_arrays(known.words)}
    kept["near"] = np.array([*known.near.words, *known.near.both])
    if known.meaning:
        kept |= {"vectors": known.meaning.vectors.astype(np.float16), "centre": known.meaning.centre}
    if known.head:
        kept |= {"rows": known.head.rows, "shares": known.head.shares.astype(np.float16), "width": np.array(known.head.width)}
    return kept


def from_arrays(ids: Sequence[str], vocabulary: Sequence[str], unknown: float, kept: dict[str, NDArray[Any]]) -> Wordings:
    """What `to_arrays` gave; without an encoder. Raises KeyError, ValueError."""
    near = [float(number) for number in kept["near"]]
    words = lexical.from_arrays(len(kept["owners"]), unknown, vocabulary, kept)
    known = Wordings(tuple(ids), kept["owners"], words, Near((near[0], near[1]), (near[2], near[3])))
    if "vectors" in kept:
        known = replace(known, meaning=Meaning(kept["vectors"].astype(np.float32), kept["centre"]))
    if "shares" in kept:
        known = replace(known, head=Head(float(kept["width"]), kept["rows"], kept["shares"].astype(np.float32)))
    return known


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Floats = vectors / np.maximum(lengths, 1e-6)
    return found


def _nearest(similar: Floats) -> tuple[float, float]:
    """`similar` is left as it was."""
    if len(similar) < 3:
        return 0.0, 1.0
    own = similar.diagonal().copy()
    np.fill_diagonal(similar, -1)
    nearest = similar.max(axis=1)
    np.fill_diagonal(similar, own)
    return float(nearest.mean()), float(max(nearest.std(), 0.05))
