"""Is the bot asked about itself: what it is, what it can, who made it, to forget its rules? Pure, by word patterns alone.

Such a message has no article, and the nearest ones ("who are you?": opening hours, allergens) only puzzle. It is answered truly in a
sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from chalicelib.bot.interpretation.phrases import Phrasebook, WordLists, plain

_LISTS = WordLists(__file__)
# The sentence of rules.yaml that answers a kind.
SENTENCES: Mapping[str, str] = MappingProxyType(
    {kind: f"about.{kind}" for kind in ("robot", "abilities", "identity", "personal", "instructions", "maker", "languages")}
)

_LONGEST = 100  # characters of the plain form; a longer message tells something, too
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_SPACES = re.compile(r"(?<=[㐀-䶿一-鿿]) (?=[㐀-䶿一-鿿])")


class Kinds:
    """Kinds of questions in a word list with an "order": phrases that ask them wherever they stand, and others that must be the whole."""

    def __init__(self, lists: WordLists) -> None:
        self._lists = lists
        self._books: dict[tuple[str, str], Phrasebook] = {}

    def first(self, text: str) -> str:
        """The first kind that is asked; "" for none, which most messages are: looked for at once, as this is asked of every message."""
        said = _SPACES.sub("", plain(text))
        if not said or len(said) > _LONGEST or self._lists.book("except").search(said):
            return ""
        whole = _without_courtesy(_LISTS.book("prefixes").sub("", _without_courtesy(said)))
        kinds: list[str] = self._lists.data["order"]
        return next(kind for kind in kinds if self._is(kind, said, whole)) if self._is("", said, whole) else ""

    def _is(self, kind: str, said: str, whole: str) -> bool:
        """ "": any kind."""
        book = self._book(kind, "whole")
        return bool(self._book(kind, "anywhere").search(said) or book.search(said) or book.search(whole))

    def _book(self, kind: str, place: str) -> Phrasebook:
        if (kind, place) not in self._books:
            data = self._lists.data
            kinds = [kind] if kind else data["order"]
            phrases = {spoken: [phrase for one in kinds for phrase in data[spoken][one][place]] for spoken in ("en", "zh")}
            self._books[kind, place] = Phrasebook({spoken: self._lists.expanded(found) for spoken, found in phrases.items()})
        return self._books[kind, place]


_KINDS = Kinds(_LISTS)


def asked(text: str) -> str:
    """ "robot", "abilities", "identity", "personal", "instructions", "maker" or "languages"; "" if it asks nothing of the kind."""
    return _KINDS.first(text)


def _without_courtesy(said: str) -> str:
    """What is left between the courtesies at both ends."""
    if _HAN.search(said):
        return _courtesies_han().sub("", said).strip()
    words, polite = said.split(), _courtesies()
    while words and words[0] in polite:
        words.pop(0)
    while words and words[-1] in polite:
        words.pop()
    return " ".join(words)


@cache
def _courtesies() -> frozenset[str]:
    return frozenset(_LISTS.data["polite"].split())


@cache
def _courtesies_han() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, _LISTS.data["polite_han"].split()), key=len, reverse=True))
    return re.compile(rf"\A(?:{words})+|(?:{words})+\Z")
