"""How text becomes search terms: words, trigrams inside words (typing errors), 1-2 characters for Chinese. Pure.

Publishing and answering must cut text in the same way, so both use this module; change `FORMAT` in index.py with it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

LONGEST = 2_000  # characters looked at; the rest of a long mail says nothing new
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # they would cut words without being seen
SPELLED = 4  # letters from which on a word's spelling is looked at
_WORD = re.compile(r"[^\W_]+(?:['’](?!s\b)[a-z]+)?")
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿぀-ヿ]+")
_SPLIT = re.compile(r"[㐀-䶿一-鿿豈-﫿぀-ヿ]+|[^㐀-䶿一-鿿豈-﫿぀-ヿ]+")
_EMPTY_HAN = frozenset("的了吗呢啊吧呀嘛请您你我们好是在什么时候怎办可以能有个这那")  # characters that say nothing about the topic


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


def terms(text: str) -> dict[str, float]:
    """Each term of a text with its weight within it: whole words and pairs of characters 1, their parts less."""
    found: dict[str, float] = {}
    for piece in _SPLIT.findall(normal(text)):
        if _HAN.match(piece):
            _add_han(found, piece)
        else:
            for word in _WORD.findall(piece):
                _add_word(found, word.replace("’", "'"))
    return found


@cache
def _empty_words() -> frozenset[str]:
    """Words that say nothing about the topic."""
    return frozenset((Path(__file__).parent / "empty_words.txt").read_text("utf-8").split())


def deletions(word: str) -> list[str]:
    """The word, and the word without one of its letters: words that share one of these are one typing error apart."""
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]


def _add_word(found: dict[str, float], word: str) -> None:
    if word in _empty_words():
        return
    stem = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
    found[stem] = 1.0
    if len(stem) > 3:
        edged = f"^{stem}$"
        for i in range(len(edged) - 2):
            # "#" marks a trigram, so that it never meets a word.
            found["#" + edged[i : i + 3]] = 0.25


def _add_han(found: dict[str, float], run: str) -> None:
    for i, character in enumerate(run):
        empty = character in _EMPTY_HAN
        if not empty:
            found[character] = 0.6
        if i + 1 < len(run):
            found[run[i : i + 2]] = 0.25 if empty or run[i + 1] in _EMPTY_HAN else 1.0
