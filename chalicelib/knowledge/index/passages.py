"""The passages of all articles: pieces that can be told alone, an item of a list or a sentence, with their vectors. Pure; numpy.

They are embedded when they are published, by both encoders; those that did not change since are taken over. Where a passage stands
follows from its article's text, so the text itself is stored once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.encoder.encoder import Encoder
from chalicelib.knowledge.encoder.passage_encoder import PassageEncoder

Floats = NDArray[np.float32]
Key = tuple[str, str]  # an article's id and language

_ITEM = re.compile(r"^\s*(?:[-•*]|\d+\.)\s+")
_SENTENCE = re.compile(r".+?(?:(?<=[^\d\s][.!?])(?=\s)|(?<=[。！？])|$)", re.DOTALL)
_WIDE = re.compile(r"[㐀-䶿一-鿿]")
_WIDE_ENDS = ("？", "！", "。")
_SHORT = 16  # characters of a sentence that is no passage by itself; a Chinese one counts as three
_STEPS = 127


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """One row for each passage, one byte for each number, times `steps` of the row; `embed` gives a question's. None of them where
    no encoder made them, or another one than is there now. `made_by`: the name of that encoder."""

    rows: NDArray[np.int8]
    steps: Floats
    made_by: str = ""
    embed: Callable[[Sequence[str]], Floats] | None = None

    def cosines(self, questions: Sequence[str]) -> Floats | None:
        """Of questions (rows) with each passage (columns); None without an encoder."""
        if self.embed is None or not len(self.rows):
            return None
        found: Floats = (self.embed(questions) @ self.rows.T.astype(np.float32)) * self.steps
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """`places`: where an article's passages lie, one after the other. `meaning`: by the sentence encoder, near what says the same;
    `answers`: by the passage encoder, near what asks for it."""

    places: Mapping[Key, slice]
    articles: Mapping[Key, Article]
    meaning: Vectors
    answers: Vectors

    def of(self, key: Key) -> Sequence[str]:
        """An article's passages, in its order."""
        return split(self.articles[key].text)


def build(articles: Sequence[Article], encoder: Encoder | None, reader: PassageEncoder | None, before: Passages | None = None) -> Passages:
    """Of articles in their stored order. `before`: what was published last; its vectors are taken over where the text is the same."""
    wanted = [text for one in articles for text in _embedded(one)]
    known = [text for article in before.articles.values() for text in _embedded(article)] if before else []
    meaning, answers = (before.meaning, before.answers) if before else (None, None)
    return Passages(
        _places(articles),
        {(one.id, one.language): one for one in articles},
        _vectors(wanted, named(encoder), encoder.embed if encoder else None, known, meaning),
        _vectors(wanted, named(reader), reader.passages if reader else None, known, answers),
    )


def named(encoder: Encoder | PassageEncoder | None) -> str:
    """Which vectors may be compared: those of encoders with one name and version."""
    return f"{encoder.name} {encoder.version}" if encoder else ""


def _vectors(
    wanted: Sequence[str], made_by: str, embed: Callable[[Sequence[str]], Floats] | None, known: Sequence[str], before: Vectors | None
) -> Vectors:
    if embed is None or not wanted:
        return Vectors(np.zeros((0, 0), np.int8), np.zeros(0, np.float32), made_by)
    kept: dict[str, tuple[NDArray[np.int8], np.float32]] = {}
    if before and before.made_by == made_by and len(before.rows):
        kept = dict(zip(known, zip(before.rows, before.steps, strict=True), strict=True))
    new = [text for text in dict.fromkeys(wanted) if text not in kept]
    kept |= dict(zip(new, _folded(embed(new)), strict=True)) if new else {}
    rows, steps = zip(*(kept[text] for text in wanted), strict=True)
    return Vectors(np.stack(rows), np.array(steps, np.float32), made_by)


def to_arrays(known: Passages) -> dict[str, NDArray[Any]]:
    meaning, answers = known.meaning, known.answers
    return {
        "passage_meaning": meaning.rows,
        "passage_meaning_steps": meaning.steps,
        "passage_answers": answers.rows,
        "passage_answers_steps": answers.steps,
    }


def from_arrays(
    articles: Sequence[Article],
    made_by: Sequence[str],
    kept: Mapping[str, NDArray[Any]],
    encoder: Encoder | None,
    reader: PassageEncoder | None,
) -> Passages:
    """What `to_arrays` gave, of the same articles in the same order; `made_by`: the names of both encoders then. Raises KeyError,
    ValueError."""
    places = _places(articles)
    count = sum(one.stop - one.start for one in places.values())
    names = ("passage_meaning", "passage_answers")
    if any(len(kept[name]) not in (0, count) for name in names):
        raise ValueError("the passages are not those of the articles")
    embeds = encoder.embed if encoder else None, reader.questions if reader else None
    now = named(encoder), named(reader)
    meaning, answers = (
        Vectors(kept[name], kept[f"{name}_steps"], then, embed if then == there else None)
        for name, then, there, embed in zip(names, made_by, now, embeds, strict=True)
    )
    return Passages(places, {(one.id, one.language): one for one in articles}, meaning, answers)


@lru_cache(maxsize=2_000)
def split(text: str) -> tuple[str, ...]:
    """The passages of an article's plain text, in its order."""
    found: list[str] = []
    for line in text.split("\n"):
        if _ITEM.match(line):
            found.append(_ITEM.sub("", line).strip())
        else:
            found += _joined(sentence.strip() for sentence in _SENTENCE.findall(line))
    return tuple(passage for passage in found if passage)


def _joined(sentences: Iterable[str]) -> list[str]:
    """ "Too bitter?", as any question, says something only with the sentence behind it."""
    made, waiting = [], ""
    for sentence in sentences:
        whole = f"{waiting}{'' if waiting.endswith(_WIDE_ENDS) else ' '}{sentence}".strip() if sentence else waiting
        asks = whole.endswith(("?", "？"))
        waiting = whole if asks or len(whole) + 2 * len(_WIDE.findall(whole)) < _SHORT else ""
        made += [] if waiting else [whole]
    return [*made[:-1], f"{made[-1]} {waiting}"] if waiting and made else made or [waiting]


def _places(articles: Iterable[Article]) -> dict[Key, slice]:
    found, at = {}, 0
    for one in articles:
        found[one.id, one.language] = slice(at, at := at + len(split(one.text)))
    return found


def _embedded(article: Article) -> list[str]:
    """What is embedded of it: a sentence alone often does not say what it is about."""
    return [f"{article.title}: {passage}" for passage in split(article.text)]


def _folded(vectors: Floats) -> list[tuple[NDArray[np.int8], np.float32]]:
    steps = np.maximum(np.abs(vectors).max(axis=1), 1e-6) / _STEPS
    return list(zip(np.rint(vectors / steps[:, None]).astype(np.int8), steps.astype(np.float32), strict=True))
