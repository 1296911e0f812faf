"""All known ways to ask, with their article: as vectors of words, as vectors of meaning if there is an encoder, and the head over both.

Pure; numpy. A wording's article is a number in `ids`; NONE is that of questions for which agents found no article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge.encoder.encoder import Encoder
from chalicelib.knowledge.index import kernel_ridge as heads
from chalicelib.knowledge.index import lexical
from chalicelib.knowledge.index.kernel_ridge import KernelRidge
from chalicelib.knowledge.index.lexical import Floats, Lexical

NONE = -1
MANY, KEPT = 3_000, 256  # wordings from which, directions to which vectors are cut down: half the time and size for 97 % of them
SOME = 1_000  # wordings that are compared with all others at once
BLOCK = 512  # vectors that are unfolded at once: they stay in the processor's cache
LEXICAL = 0.3  # what a word counts beside the meaning


@dataclass(frozen=True, slots=True)
class Meaning:
    """`vectors[i] * steps[i]` is that of wording i, of length 1 after `centre`, the mean of all, was taken off; in `basis`, the
    directions in which many wordings differ most (of few wordings all directions are kept). One byte for each number is enough:
    cosines move by less than 0.003, and a quarter of single precision is stored, read and looked through."""

    vectors: NDArray[np.int8]
    steps: Floats
    centre: Floats
    basis: Floats | None = None

    def seen(self, embedded: Floats) -> Floats:
        """An encoder's vectors, as the wordings' are."""
        unit = _unit(embedded - self.centre)
        return unit if self.basis is None else unit @ self.basis

    def of(self, seen: Floats) -> Meaning:
        """The same with these vectors, which `seen` gave."""
        steps = np.maximum(np.abs(seen).max(axis=1, initial=0.0), 1e-6) / 127
        return replace(self, vectors=np.rint(seen / steps[:, None]).astype(np.int8), steps=steps.astype(np.float32))

    def cosines(self, seen: Floats) -> Floats:
        """Of vectors that `seen` gave (rows) with each wording (columns)."""
        found = np.empty((len(seen), len(self.vectors)), np.float32)
        for first in range(0, len(self.vectors), BLOCK):
            part = self.vectors[first : first + BLOCK].astype(np.float32)
            # A single row times a matrix is what a matrix does fastest from its own side.
            found[:, first : first + BLOCK] = (part @ seen.T).T
        found *= self.steps
        return found


@dataclass(frozen=True, slots=True)
class Near:
    """How near each wording's nearest other one lies: of its own article, and of others."""

    own: Floats
    other: Floats


@dataclass(frozen=True, slots=True)
class Wordings:
    """`owners[i]`: the article of wording i. `near`: by all that is known of them. `fresh`: wordings that came after the head was
    fitted, with the same `ids`."""

    ids: tuple[str, ...]
    owners: NDArray[np.int32]
    words: Lexical
    near: Near
    meaning: Meaning | None = None
    head: KernelRidge | None = None
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
    meaning = _meaning(encoder.embed(texts)) if encoder and texts else None
    near, head = _learned(words, meaning, texts, owners, len(ids))
    return Wordings(ids, owners, words, near, meaning, head, encoder if meaning else None)


def _learned(
    words: Lexical, meaning: Meaning | None, texts: Sequence[str], owners: NDArray[np.int32], articles: int
) -> tuple[Near, KernelRidge | None]:
    """From a look at all wordings beside all others, some at once: of many, the whole would not fit into memory."""
    near = Near(np.zeros(len(owners), np.float32), np.zeros(len(owners), np.float32))
    fitting = heads.fitting(owners, articles)
    for first in range(0, len(texts), SOME):
        rows = slice(first, first + SOME)
        similar = words.similarities([words.hear(text) for text in texts[rows]])
        if meaning:
            similar *= LEXICAL / (1 + LEXICAL)
            similar += meaning.cosines(meaning.vectors[rows] * meaning.steps[rows, None]) / (1 + LEXICAL)
        near.own[rows], near.other[rows] = _nearest(similar, owners, first)
        if fitting:
            fitting.add_rows(first, similar)
    return near, fitting.head() if fitting else None


def _meaning(embedded: Floats) -> Meaning:
    meaning = Meaning(np.zeros((0, 0), np.int8), np.zeros(0, np.float32), embedded.mean(axis=0))
    if len(embedded) > MANY:
        unit = meaning.seen(embedded)
        meaning = replace(meaning, basis=np.linalg.eigh(unit.T @ unit)[1][:, -KEPT:].astype(np.float32))
    return meaning.of(meaning.seen(embedded))


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
        meaning = known.meaning.of(known.meaning.seen(embedded))
    owners = np.array([number[article] for article, _ in kept], np.int32)
    return replace(known, fresh=Wordings(known.ids, owners, lexical.build(texts, known.words), known.near, meaning))


def to_arrays(known: Wordings) -> dict[str, NDArray[Any]]:
    """As they are stored, without what is fresh."""
    kept: dict[str, NDArray[Any]] = {"owners": known.owners, **lexical.to_arrays(known.words)}
    kept["near"] = np.stack([known.near.own, known.near.other])
    if known.meaning:
        kept |= {"vectors": known.meaning.vectors, "steps": known.meaning.steps, "centre": known.meaning.centre}
        kept |= {} if known.meaning.basis is None else {"basis": known.meaning.basis}
    if known.head:
        kept |= {"rows": known.head.rows, "shares": known.head.shares, "width": np.array(known.head.width, np.float32)}
    return kept


def from_arrays(ids: Sequence[str], vocabulary: Sequence[str], unknown: float, kept: dict[str, NDArray[Any]]) -> Wordings:
    """What `to_arrays` gave; without an encoder. Raises KeyError, ValueError."""
    own, other = kept["near"]
    words = lexical.from_arrays(len(kept["owners"]), unknown, vocabulary, kept)
    known = Wordings(tuple(ids), kept["owners"], words, Near(own, other))
    if "vectors" in kept:
        known = replace(known, meaning=Meaning(kept["vectors"], kept["steps"], kept["centre"], kept.get("basis")))
    if "shares" in kept:
        known = replace(known, head=KernelRidge(float(kept["width"]), kept["rows"], kept["shares"]))
    return known


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Floats = vectors / np.maximum(lengths, 1e-6)
    return found


def _nearest(similar: Floats, owners: NDArray[np.int32], first: int) -> tuple[Floats, Floats]:
    """Of the wordings from number `first` on: how near the nearest other one lies, of its own article and of others."""
    own, other = np.zeros(len(similar), np.float32), np.zeros(len(similar), np.float32)
    for place, row in enumerate(similar):
        mine = owners == owners[first + place]
        other[place] = row.max(where=~mine, initial=0.0)
        mine[first + place] = False
        own[place] = row.max(where=mine, initial=0.0)
    return own, other
