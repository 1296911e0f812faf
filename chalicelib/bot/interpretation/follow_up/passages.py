"""Which passages of an article does a message ask for: by its words, and by its meaning where there are encoders. Pure.

A message is compared with all passages at once: how near it is to one says little, how much nearer than to the others says much.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from typing import TYPE_CHECKING

from chalicelib.bot.language import small_words
from chalicelib.knowledge.cautions import warns
from chalicelib.knowledge.words import normal

if TYPE_CHECKING:
    from chalicelib.knowledge.passages import Key, Passages, Vectors

_WORD = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")

_CLOSE, _MOST = 1.0, 3  # passages whose score is so close to the best one's are told as well, up to so many


@dataclass(frozen=True, slots=True)
class Passage:
    """`place`: where it stands in its article. `words`, `topic`: the share of a message's own words, and of those of the question that it
    completes, that stand in it, rare ones counting more.
    How much nearer it is than passages are on average, in standard deviations (0 without an encoder): `alike`, `answers`: to the message
    alone, by the sentence encoder and by the passage encoder; `whole`: to the question that the message completes."""

    text: str
    place: int
    words: float
    topic: float = 0.0
    alike: float = 0.0
    answers: float = 0.0
    whole: float = 0.0

    @property
    def score(self) -> float:
        """The weights put the right passage first most often, on follow-ups to another shop's articles (tests/fixtures/follow_ups)."""
        return 3 * self.words + 0.5 * self.topic + 0.6 * self.alike + 0.4 * self.answers + 0.2 * self.whole


@dataclass(frozen=True, slots=True)
class Said:
    """A message: its `own` words, its `text`, the `whole` question that it completes ("" if none), and the words of that `topic`."""

    own: str
    text: str
    whole: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message beside all passages in one language: its `own` words, those of its `topic`, and for each passage what `Passage` tells."""

    known: Passages
    language: str
    own: frozenset[str]
    topic: frozenset[str]
    alike: Sequence[float]
    answers: Sequence[float]
    whole: Sequence[float]

    def nearest(self, count: int) -> list[str]:
        """The articles of the passages that are nearest to the message alone, and to the whole question."""
        found = [key[0] for near in (self.answers, self.whole) for key in self._first(near, count)] if any(self.answers) else []
        return list(dict.fromkeys(found))

    def best(self, count: int) -> list[str]:
        """The articles of the passages that are nearest to the message alone by both encoders; none without the passage encoder."""
        if not any(self.answers):
            return []
        near = [one + other for one, other in zip(self.alike, self.answers, strict=True)]
        return [key[0] for key in self._first(near, count)]

    def _first(self, near: Sequence[float], count: int) -> list[Key]:
        """The articles that have the nearest passages."""
        best = [
            (max(near[span.start : span.stop]), key)
            for key, span in self.known.places.items()
            if key[1] == self.language and span.stop > span.start
        ]
        return [key for _, key in nlargest(count, best)]

    def of(self, key: Key) -> list[Passage]:
        """The passages of an article, the best first."""
        if key not in self.known.places:
            return []
        own, topic = (_weights(self.known, self.language, words) for words in (self.own, self.topic))
        start = self.known.places[key].start
        made = []
        for place, text in enumerate(self.known.of(key)):
            near = (found[start + place] for found in (self.alike, self.answers, self.whole))
            made.append(Passage(text, place, _share(own, text), _share(topic, text), *near))
        return sorted(made, key=lambda one: -one.score)


@lru_cache(maxsize=8)
def asked(known: Passages, language: str, said: Said) -> Asked:
    """A message beside all passages of the language that its writer reads."""
    written = _written(known, language)
    rows = [row for key, span in known.places.items() if key[1] == written for row in range(span.start, span.stop)]
    count = max((span.stop for span in known.places.values()), default=0)
    (alike,) = _nearness(known.meaning, rows, count, (said.text,))
    answers, *whole = _nearness(known.answers, rows, count, (said.text, said.whole) if said.whole else (said.text,))
    return Asked(known, written, units(said.own), units(said.topic), alike, answers, whole[0] if whole else answers)


@lru_cache(maxsize=4_000)
def units(text: str) -> frozenset[str]:
    """What a text's words say: stems of words that are not small, and pairs of Chinese characters (a single one alone)."""
    said = _HYPHEN.sub("", normal(text))
    words = {_stem(word) for word in _WORD.findall(said) if word not in small_words("english")}
    pairs = {run[i : i + 2] for run in _HAN.findall(said) for i in range(max(1, len(run) - 1))}
    return frozenset(words | pairs)


def told(passages: Sequence[Passage]) -> list[Passage]:
    """The best passage, those that are nearly as good with it and those that warn, in the article's order."""
    best = [one for one in passages[:_MOST] if one.score >= passages[0].score - _CLOSE]
    return sorted((one for one in passages if one in best or warns(one.text)), key=lambda one: one.place)


def _weights(known: Passages, language: str, own: frozenset[str]) -> dict[str, float]:
    """What each of a message's own words counts: more if few passages have it, nothing if none has."""
    stands, count = _rare(known, language)
    return {word: math.log(1 + count / stands[word]) for word in own if stands[word]}


def _share(weight: dict[str, float], text: str) -> float:
    return sum(weight[word] for word in weight.keys() & units(text)) / sum(weight.values()) if weight else 0.0


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _written(known: Passages, language: str) -> str:
    """The language of the passages that somebody reads who writes this one."""
    there = {written for _, written in known.places}
    sister = {"zh": "zh-Hant", "zh-Hant": "zh"}.get(language, "en")
    return next((one for one in (language, sister, "en") if one in there), language)


@lru_cache(maxsize=8)
def _rare(known: Passages, language: str) -> tuple[Counter[str], int]:
    """In how many passages of a language each word stands, and how many there are."""
    every = [units(text) for key in known.places if key[1] == language for text in known.of(key)]
    return Counter(word for one in every for word in one), len(every)


def _nearness(vectors: Vectors, rows: Sequence[int], count: int, questions: Sequence[str]) -> list[list[float]]:
    found = vectors.cosines(questions) if rows else None
    if found is None:
        return [[0.0] * count for _ in questions]
    some = found[:, rows]
    nearer: list[list[float]] = ((found - some.mean(axis=1, keepdims=True)) / (some.std(axis=1, keepdims=True) + 1e-4)).tolist()
    return nearer
