"""Wordings that ask what their article does not tell ("Which teas contain caffeine?" of a text without a word about it). Pure.

Who asks in such words gets that article, surely and in vain: so its editor is told at publishing. Only questions are looked at, as the
words of a complaint ("My card was declined") need not stand in what helps with it. Of their words only those count that neither title nor
text holds in some form, that few other articles hold, and that no word of the text is near to in meaning.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import Example
from chalicelib.knowledge.encoder.encoder import Encoder
from chalicelib.knowledge.index.words import normal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALIKE = 0.56  # cosine from which on a word of the text tells a word of the wording
COMMON = 0.05  # share of the other articles, two at least, from which on a word is the whole business's
LOOKED = 5_000  # words whose vectors are made for one release, some twenty seconds; what is left then counts as told

_WORD = re.compile(r"[^\W\d_㐀-䶿一-鿿]+(?:'[a-z]+)?|\d+")
_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]\w+")
_NAMES = re.compile(r"[A-Z]\w+(?: [A-Z]\w+)+")
_HOW = re.compile(r"(?:怎么|怎样|如何)[㐀-䶿一-鿿]{2}")
_ADDRESS = re.compile(r"https?://[!-~]+")
_ACTION = re.compile(
    r"\b((?:do|does|did|can|could|may|must|shall|should|will|would) (?:i|you|we|one|it|they)|(?:have|need) to) (?!have\b)[a-z]+"
)
_LONG = 2  # characters of the shortest Chinese word that names something for itself
_FULL = 5  # letters at the beginning by which two words are forms of one


@dataclass(frozen=True, slots=True)
class Untold:
    """`missing`: the words of the wording that its article does not tell."""

    article: str
    language: str
    wording: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """An article's title and text in normal form, and their English words, "EU" among them for "European Union"."""

    said: str
    words: frozenset[str]
    chinese: bool


def untold(articles: Sequence[Article], examples: Iterable[Example], encoder: Encoder | None) -> list[Untold]:
    """In the order of the articles: whoever wants those of some first gives them first."""
    base, meanings = Base(articles, examples), Meanings(encoder)
    found = []
    for article in articles:
        text = text_of(article)
        for wording in base.wordings[_key(article)]:
            own = base.own(article, lacking(wording, text))
            missing = tuple(word for word in own if not meanings.told(word, wording, text))
            if missing:
                found.append(Untold(article.id, article.language, wording, missing))
    return found


def text_of(article: Article) -> Text:
    """What an article tells."""
    whole = f"{article.title}\n{article.text}"
    said = _plain(whole)
    short = ("".join(name[0] for name in names.split()).casefold() for names in _NAMES.findall(whole))
    return Text(said, frozenset([*_words(said), *short]), article.language != "en")


def lacking(wording: str, text: Text) -> list[str]:
    """The words of a question that neither title nor text holds in any form; none of what asks nothing."""
    said = _plain(wording)
    if not (_asks(said, text.chinese) or _names(wording)):
        return []
    words = [word for word in _words(_ACTION.sub(r"\1", said)) if len(word) > 1 and word not in _small() and word not in text.words]
    words = [word for word in words if not any(_same(word, other) for other in text.words)]
    runs = [run for part in _HAN.findall(_cut().sub(" ", _HOW.sub(" ", said))) for run in _unheld(part, text.said)]
    return [word for word in dict.fromkeys(words + runs) if not _valued(word, text.said)]


class Base:
    """`wordings` by article and language, and what the business says in many articles."""

    def __init__(self, articles: Sequence[Article], examples: Iterable[Example]) -> None:
        self.wordings = {_key(one): list(dict.fromkeys(one.examples)) for one in articles}
        for one in examples:
            known = self.wordings.get((one.article, one.language), [])
            if one.text not in known:
                known.append(one.text)
        self._terms = {_key(one): _held([one.title, one.text, *self.wordings[_key(one)]]) for one in articles}
        self._counts = Counter(chain.from_iterable(self._terms.values()))
        self._sizes = Counter(one.language for one in articles)

    def own(self, article: Article, words: Iterable[str]) -> list[str]:
        """Those of the words that not so many other articles hold as well."""
        here, most = self._terms[_key(article)], max(2.0, COMMON * self._sizes[article.language])
        return [word for word in words if min(self._counts[term] - (term in here) for term in _terms(word)) < most]


class Meanings:
    """Does a word of the text mean the same? By the encoder, if there is one."""

    def __init__(self, encoder: Encoder | None) -> None:
        self._encoder = encoder
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def told(self, word: str, wording: str, text: Text) -> bool:
        """A name is told by itself only: another country means nearly the same."""
        if self._encoder is None or word.isdigit() or word in _names(wording):
            return False
        others = _pieces(text.said) if _HAN.match(word) else sorted(text.words - _small())
        return self._nearest(self._encoder, word, others) >= ALIKE

    def _nearest(self, encoder: Encoder, word: str, others: Sequence[str]) -> float:
        new = [one for one in dict.fromkeys([word, *others]) if one not in self._vectors]
        if len(self._vectors) + len(new) > LOOKED:
            return 1.0
        if new:
            self._vectors.update(zip(new, encoder.embed(new), strict=True))
        return max((float(self._vectors[word] @ self._vectors[one]) for one in others), default=0.0)


def _key(article: Article) -> tuple[str, str]:
    return article.id, article.language


def _plain(text: str) -> str:
    return _HYPHEN.sub("", normal(_ADDRESS.sub(" ", text)).replace("’", "'"))


def _words(said: str) -> list[str]:
    return [word.removesuffix("'s") for word in _WORD.findall(said)]


def _terms(word: str) -> list[str]:
    """A word's beginning, so that its forms are one; of Chinese its pairs of characters."""
    if not _HAN.match(word):
        return [word[: _FULL + 1].removesuffix("s")]
    return [word[i : i + 2] for i in range(max(1, len(word) - 1))]


def _held(texts: Iterable[str]) -> frozenset[str]:
    said = _plain("\n".join(texts))
    return frozenset(chain.from_iterable(map(_terms, [*_words(said), *_HAN.findall(said)])))


def _asks(said: str, chinese: bool) -> bool:
    if chinese:
        return any(mark in said.replace("怎么办", "") for mark in _data()["asking"]["zh"].split())
    return said.rstrip().endswith("?") or said.partition(" ")[0] in _data()["asking"]["en"].split()


def _names(wording: str) -> frozenset[str]:
    return frozenset(name.casefold() for name in _NAME.findall(wording))


def _same(word: str, other: str) -> bool:
    """Forms of one word: pay, payment; shipping, shipped; allergic, allergens."""
    short, long = sorted((word, other), key=len)
    if short == long or short.isdigit() or long.isdigit():
        return short == long
    alike = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    return len(long) - alike <= 4 and (alike >= _FULL or alike == len(short) >= 3)


def _unheld(run: str, said: str) -> list[str]:
    """The parts of a run of Chinese of which no pair of characters is in the text; a character that says nothing alone is none."""
    held = [run in said] if len(run) == 1 else [False] * len(run)
    for place in range(len(run) - 1):
        if run[place : place + 2] in said:
            held[place] = held[place + 1] = True
    marked = "".join(" " if known else character for character, known in zip(run, held, strict=True))
    return [part for part in (_core(one, said) for one in marked.split()) if part]


def _core(part: str, said: str) -> str:
    """Without the characters at its ends that say nothing or are told, as long as a word is left."""
    core = part.strip(_data()["small"]["zh_alone"])
    while len(core) > _LONG and core[0] in said:
        core = core[1:]
    while len(core) > _LONG and core[-1] in said:
        core = core[:-1]
    return core if len(core) >= _LONG and not all(character in said for character in core) else ""


def _valued(word: str, said: str) -> bool:
    """It asks for a kind of value (a price, a time), and the text holds one."""
    return any(word in kind["words"].split() and re.search(kind["told"], said) for kind in _data()["kinds"])


def _pieces(said: str) -> list[str]:
    """What may be a word in a Chinese text."""
    runs = _HAN.findall(_cut().sub(" ", said))
    return list(dict.fromkeys(run[i : i + 2] for run in runs for i in range(max(1, len(run) - 1))))


@cache
def _small() -> frozenset[str]:
    return frozenset(_data()["small"]["en"].split())


@cache
def _cut() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_data()["small"]["zh"].split(), key=len, reverse=True)))


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return data
