"""Is the bot asked about itself: what it is, what it can, who made it, to forget its rules? Pure, by word patterns alone.

Such a message has no article, and the nearest ones ("who are you?": opening hours, allergens) only puzzle. It is answered truly in a
sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from chalicelib.bot.phrases import Phrasebook, WordLists, plain

_LISTS = WordLists(__file__)
# The sentence of rules.yaml that answers a kind.
SENTENCES: Mapping[str, str] = MappingProxyType(
    {kind: f"about.{kind}" for kind in ("robot", "abilities", "identity", "personal", "instructions", "maker", "languages")}
)

_LONGEST = 100  # characters of the plain form; a longer message tells something, too
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_SPACES = re.compile(r"(?<=[㐀-䶿一-鿿]) (?=[㐀-䶿一-鿿])")
_SET = re.compile(r"\{(\w+)\}")


def asked(text: str) -> str:
    """ "robot", "abilities", "identity", "personal", "instructions", "maker" or "languages"; "" if it asks nothing of the kind."""
    said = _SPACES.sub("", plain(text))
    if not said or len(said) > _LONGEST or _LISTS.book("except").search(said):
        return ""
    whole = _without_courtesy(_LISTS.book("prefixes").sub("", _without_courtesy(said)))
    if not _is("", said, whole):
        return ""
    kinds: list[str] = _LISTS.data["order"]
    return next(kind for kind in kinds if _is(kind, said, whole))


def _is(kind: str, said: str, whole: str) -> bool:
    """ "": any kind, which most messages are not: looked for at once, as this is asked of every message."""
    book = _book(kind, "whole")
    return bool(_book(kind, "anywhere").search(said) or book.search(said) or book.search(whole))


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


@cache
def _book(kind: str, place: str) -> Phrasebook:
    kinds = [kind] if kind else _LISTS.data["order"]
    lists = {spoken: [phrase for one in kinds for phrase in _LISTS.data[spoken][one][place]] for spoken in ("en", "zh")}
    return Phrasebook({spoken: _LISTS.expanded(phrases) for spoken, phrases in lists.items()})
