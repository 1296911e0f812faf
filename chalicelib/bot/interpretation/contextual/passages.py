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

from chalicelib.bot.interpretation.contextual.completion import own_words
from chalicelib.bot.interpretation.language import small_words
from chalicelib.knowledge.articles.cautions import warns
from chalicelib.knowledge.index.words import normal

if TYPE_CHECKING:
    from chalicelib.knowledge.index.passages import Key, Passages, Vectors

_WORD = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")

_UN = re.compile(r"\bun(?=[a-z]{4})([a-z]+)")
_NOT_YET = re.compile(r"[未没沒](?:有)?([㐀-䶿一-鿿]{2})")
_AWAY = 3.0  # standard deviations that a passage is further away if it tells of the opposite

# How much nearer a passage is than others of its article if it answers, and from which probability one or two of them do: fitted and held
# out on the questions to 48 businesses (tests/fixtures/shops); of another one's (follow_ups), 89 in 100 were right so.
_WORDS, _ALIKE, _ANSWERS, _SURE = 1.5, 0.45, 1.95, 0.8
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
    """A message beside all passages in one language: what is `said`, its `own` words, those of its `topic`, and for each passage what
    `Passage` tells."""

    known: Passages
    language: str
    said: str
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
            near = (found[start + place] - _AWAY * opposes(self.said, text) for found in (self.alike, self.answers, self.whole))
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
    return Asked(known, written, said.text, units(said.own), units(said.topic), alike, answers, whole[0] if whole else answers)


def asked_alone(known: Passages, language: str, said: str) -> Asked:
    """A message that goes on with nothing beside all passages."""
    return asked(known, language, Said(own_words(said), said))


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


def nearness(one: Passage) -> float:
    """How near a passage is to a question that goes on with nothing, in log-odds."""
    return _WORDS * one.words + _ALIKE * one.alike + _ANSWERS * one.answers


def answering(passages: Sequence[Passage]) -> list[Passage]:
    """The one or two passages of an article that most likely answer, in its order; none where that is not clear, or without the passage
    encoder."""
    if not any(one.answers for one in passages):
        return []
    odds = {one.place: math.exp(nearness(one)) for one in passages}
    first, *more = sorted(passages, key=lambda one: -odds[one.place])
    best = [first] if odds[first.place] >= _SURE * sum(odds.values()) else [first, *more[:1]]
    if sum(odds[one.place] for one in best) < _SURE * sum(odds.values()):
        return []
    return sorted(best, key=lambda one: one.place)


@lru_cache(maxsize=4_000)
def opposes(said: str, text: str) -> bool:
    """Does one of them speak of what is not yet so, and the other of what is: "once opened" and "unopened", 开封的 and 未开封?"""
    said, text = normal(said), normal(text)
    return _lacks(said, text) or _lacks(text, said)


def _lacks(said: str, text: str) -> bool:
    """Is something denied in the text that is only affirmed in what is said?"""
    for denied in (_UN, _NOT_YET):
        left = denied.sub(" ", said)
        words = {found[1] for found in denied.finditer(text)} - {found[1] for found in denied.finditer(said)}
        whole = denied.sub(" ", text)
        if any(_stands(word, left) and not _stands(word, whole) for word in words):
            return True
    return False


def _stands(word: str, text: str) -> bool:
    return word in text if _HAN.match(word) else re.search(rf"\b{word}\b", text) is not None


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
