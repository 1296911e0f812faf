"""Does a customer ask for a person? In any wording, at any time: by word patterns alone, so that it works without knowledge. Pure."""

from __future__ import annotations

import re
from functools import cache

from chalicelib.bot.interpretation.orthography.spelling import Speller
from chalicelib.bot.interpretation.phrases import Phrasebook, WordLists

_LISTS = WordLists(__file__)
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_SHORT = 60  # characters of what may be nothing but courtesies and the word for a person


def is_asked_for(said: str) -> bool:
    """`said`: a message in the plain form of `phrases.plain`."""
    spelled = said if _HAN.search(said) else _speller().corrected(said)
    heard = _found("except").sub(" , ", spelled)
    return bool(_found("anywhere").search(heard)) or (len(heard) <= _SHORT and _is_whole(heard))


def is_called_for(said: str) -> bool:
    """`said`: one piece of a message, between its stops. Is it nothing but the word for a person?"""
    return bool(said) and len(said) <= _SHORT and bool(_found("alone").search(said))


def _is_whole(heard: str) -> bool:
    """Is the word for a person all that is left without courtesies?"""
    if _HAN.search(heard):
        left = "".join(_courtesies_han().sub(" ", heard).split())
    else:
        left = " ".join(word for word in heard.split() if word not in _courtesies())
    return bool(_found("whole").search(left))


@cache
def _speller() -> Speller:
    return Speller(_LISTS.data["typos"])


@cache
def _courtesies() -> frozenset[str]:
    return frozenset(_LISTS.data["polite"].split())


@cache
def _courtesies_han() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_LISTS.data["polite_han"].split(), key=len, reverse=True)))


@cache
def _found(kind: str) -> Phrasebook:
    lists = _LISTS.data["except"] if kind == "except" else {spoken: _LISTS.data[spoken][kind] for spoken in ("en", "zh")}
    return Phrasebook({spoken: _LISTS.expanded(phrases) for spoken, phrases in lists.items()})
