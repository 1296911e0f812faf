"""How text becomes search terms: words and pairs of words, what words are made of, 1-3 characters for Chinese. Pure.

Publishing and answering must cut text in the same way, so both use this module; change `FORMAT` in index.py with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

LONGEST = 2_000  # characters looked at; the rest of a long mail says nothing new
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # they would cut words without being seen
SPELLED = 4  # letters from which on a word's spelling is looked at
_WORD = re.compile(r"[^\W_]+(?:['’](?!s\b)[a-z]+)?")
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿぀-ヿ]+")
_SPLIT = re.compile(r"[㐀-䶿一-鿿豈-﫿぀-ヿ]+|[^㐀-䶿一-鿿豈-﫿぀-ヿ]+")
PARTS = (3, 4, 5)  # letters; a word is told from its parts by their mark "#"


@cache
def variants() -> tuple[str, str]:
    """Traditional characters and, at the same places, their simplified forms (a table of OpenCC)."""
    traditional, simple = (Path(__file__).parent / "hanzi.txt").read_text("utf-8").split("\n")[:2]
    return traditional, simple


@cache
def _to_simplified() -> dict[int, str]:
    return {ord(t): s for t, s in zip(*variants(), strict=True)}


def simplified(text: str) -> str:
    """Traditional Chinese characters become simplified ones, one for one; everything else stays."""
    return text.translate(_to_simplified())


def normal(text: str) -> str:
    """One form for what looks alike: width, case, script variant; cut to LONGEST characters."""
    return simplified(unicodedata.normalize("NFKC", _UNSEEN.sub("", text[:LONGEST])).casefold())


@dataclass(slots=True)
class Cut:
    """A text's terms as hashes. `words`: whole words (of Chinese: single characters); `terms`: these and what stands side by side;
    `parts`: what words are made of; `spelled`: the words themselves, without Chinese ones."""

    words: list[int] = field(default_factory=list)
    terms: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    spelled: list[str] = field(default_factory=list)
    han: bool = False


def cut(text: str, respelled: Callable[[str], str] = str) -> Cut:
    """`respelled` may replace a word by the one that was meant."""
    found = Cut()
    for piece in _SPLIT.findall(normal(text)):
        if _HAN.match(piece):
            _add_han(found, piece)
        else:
            _add_words(found, [respelled(word.replace("’", "'")) for word in _WORD.findall(piece)])
    return found


@cache
def empty_words() -> frozenset[str]:
    """Words that say nothing about the topic."""
    return frozenset((Path(__file__).parent / "empty_words.txt").read_text("utf-8").split())


def deletions(word: str) -> list[str]:
    """The word, and the word without one of its letters: words that share one of these are one typing error apart."""
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]


def hashed(term: str) -> int:
    return crc32(term.encode())


def _add_words(found: Cut, words: list[str]) -> None:
    hashes = [_word(word) for word in words]
    found.spelled += words
    found.words += [whole for whole, _ in hashes]
    found.terms += [whole for whole, _ in hashes]
    found.terms += [hashed(f"{a} {b}") for a, b in pairwise(words)]
    for _, parts in hashes:
        found.parts += parts


@lru_cache(maxsize=20_000)
def _word(word: str) -> tuple[int, tuple[int, ...]]:
    """The hashes of a word and of its parts."""
    edged = f"^{word}$"
    return hashed(word), tuple(hashed("#" + edged[i : i + n]) for n in PARTS for i in range(len(edged) - n + 1))


def _add_han(found: Cut, run: str) -> None:
    found.han = True
    found.words += [hashed(character) for character in run]
    found.terms += [hashed(run[i : i + n]) for n in (1, 2, 3) for i in range(len(run) - n + 1)]
