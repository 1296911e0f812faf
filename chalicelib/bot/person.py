"""Does a customer ask for a person? In any wording, at any time: by word patterns alone, so that it works without knowledge. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from chalicelib.bot.phrases import Phrasebook
from chalicelib.knowledge.words import deletions

_HAN = re.compile(r"[㐀-䶿一-鿿]")
_SET = re.compile(r"\{(\w+)\}")
_LEAST = 5  # letters of a word that may be misspelt
_SHORT = 60  # characters of what may be nothing but courtesies and the word for a person


def is_asked_for(said: str) -> bool:
    """`said`: a message in the plain form of `phrases.plain`."""
    spelled = said if _HAN.search(said) else _spelled(said)
    heard = _found("except").sub(" , ", spelled)
    return bool(_found("anywhere").search(heard)) or (len(heard) <= _SHORT and _is_whole(heard))


def _is_whole(heard: str) -> bool:
    """Is the word for a person all that is left without courtesies?"""
    if _HAN.search(heard):
        left = "".join(_courtesies_han().sub(" ", heard).split())
    else:
        left = " ".join(word for word in heard.split() if word not in _courtesies())
    return bool(_found("whole").search(left))


def _spelled(said: str) -> str:
    """Words that are one slip away from a word for a person become it."""
    return " ".join(_respelled(word) for word in said.split())


@lru_cache(maxsize=4096)
def _respelled(word: str) -> str:
    if len(word) < _LEAST or word in _typos().values():
        return word
    return next((_typos()[part] for part in deletions(word) if part in _typos() and abs(len(_typos()[part]) - len(word)) < 2), word)


@cache
def _typos() -> dict[str, str]:
    return {part: word for word in _data()["typos"].split() for part in deletions(word)}


@cache
def _courtesies() -> frozenset[str]:
    return frozenset(_data()["polite"].split())


@cache
def _courtesies_han() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_data()["polite_han"].split(), key=len, reverse=True)))


@cache
def _found(kind: str) -> Phrasebook:
    lists = _data()["except"] if kind == "except" else {spoken: _data()[spoken][kind] for spoken in ("en", "zh")}
    return Phrasebook({spoken: _expanded(phrases) for spoken, phrases in lists.items()})


def _expanded(phrases: Iterable[str]) -> list[str]:
    return [_SET.sub(lambda match: _data()["sets"][match[1]], phrase) for phrase in phrases]


@cache
def _data() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return content
