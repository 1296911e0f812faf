"""Phrase lists as data: a small notation for wordings, compiled to patterns. Pure.

`a/b` either, `end*` any ending, ` ... ` up to three words (six characters in Chinese) between, `+` (Chinese) nothing between,
`=` the whole message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from chalicelib.knowledge.words import LONGEST, normal

_BREAKS = re.compile(r"[^\w'’]+|_+")
_NOT = re.compile(r"\b(do|does|did|is|are|was|were|ca|wo|would|could|should|have|has|had)n'?t\b")
_AM = re.compile(r"\bi'?m\b")
_IS = re.compile(r"\b(that|what|it|there|who|where)'s\b")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_NO_HAN = re.compile(r"[^\W㐀-䶿一-鿿]")
_APOSTROPHES = str.maketrans("’‘`´", "''''")

Phrases = Mapping[str, Iterable[str]]


@lru_cache(maxsize=8)  # each list of phrases asks for it
def plain(text: str) -> str:
    """A message as the patterns see it: normal form, words with single spaces, no punctuation; start and end of a long one."""
    heard = text if len(text) <= LONGEST else text[: LONGEST // 2] + " " + text[-(LONGEST // 2) + 1 :]
    return _BREAKS.sub(" ", _full(normal(heard.translate(_APOSTROPHES)))).strip()


def _full(text: str) -> str:
    """ "don't" and "dont" become "do not", "i'm" becomes "i am", so that one phrase covers all of them."""
    spelled = _NOT.sub(lambda match: {"ca": "can", "wo": "will"}.get(match[1], match[1]) + " not", text)
    return _IS.sub(r"\1 is", _AM.sub("i am", spelled))


class Wordings:
    """A pattern of phrases that is compiled when a text needs it, and without what cannot be in that text: compiling all
    of them would cost a cold start more than anything else that the bot does with words."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = [phrase for spoken in phrases.values() for phrase in spoken]
        self._made: dict[tuple[bool, bool], re.Pattern[str]] = {}

    def search(self, text: str) -> re.Match[str] | None:
        return self._fitting(text).search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self._fitting(text).finditer(text)

    def sub(self, by: str, text: str) -> str:
        return self._fitting(text).sub(by, text)

    def _fitting(self, text: str) -> re.Pattern[str]:
        kind = bool(_HAN.search(text)), bool(_NO_HAN.search(text))
        if kind not in self._made:
            self._made[kind] = _compiled(self._phrases, *kind)
        return self._made[kind]


def pattern(phrases: Phrases) -> Wordings:
    """One pattern for the phrases of all languages; an empty list never matches."""
    return Wordings(phrases)


def _compiled(phrases: Iterable[str], han: bool, others: bool) -> re.Pattern[str]:
    """For texts with Chinese characters, with others, or with both. All words share one word boundary, so that their
    alternatives are tried where a word begins and nowhere else."""
    made: dict[str, list[str]] = {r"\b(?:%s)\b": [], "%s": [], r"\A(?:%s)\Z": []}
    for phrase in phrases:
        body = _full(normal(phrase.lstrip("=")))
        is_han = bool(_HAN.search(body))
        if (_needs_han(body) and not han) or not (is_han or others):
            continue
        place = r"\A(?:%s)\Z" if phrase.startswith("=") else "%s" if is_han else r"\b(?:%s)\b"
        made[place].append(_han(body) if is_han else _words(body))
    return re.compile("|".join(place % "|".join(alternatives) for place, alternatives in made.items() if alternatives) or r"(?!)")


def _needs_han(body: str) -> bool:
    """Is there a part of the phrase that only Chinese characters fill?"""
    return any(all(_HAN.search(option) for option in part.split("/")) for part in re.split(r"\.\.\.|[+ ]", body) if part)


def _words(body: str) -> str:
    out = ""
    gap = False
    for word in body.split():
        if word == "...":
            gap = True
            continue
        options = [_ending(option) for option in word.split("/")]
        choice = options[0] if len(options) == 1 else "(?:" + "|".join(options) + ")"
        out += (r"(?: \S+){0,3} " if gap else " " if out else "") + choice
        gap = False
    return out


def _ending(option: str) -> str:
    return re.escape(option[:-1]) + r"\w*" if option.endswith("*") else re.escape(option)


def _han(body: str) -> str:
    """Chinese has no spaces: parts follow each other, at once ("+") or with up to six characters between them ("...")."""
    gaps = body.replace(" ", "").split("...")
    return r".{0,6}?".join("".join("(?:" + "|".join(map(re.escape, part.split("/"))) + ")" for part in gap.split("+")) for gap in gaps)


@cache
def lexicon() -> dict[str, Any]:
    """The word lists that ship with the bot."""
    content: dict[str, Any] = json.loads((Path(__file__).parent / "lexicon.json").read_text("utf-8"))
    return content


@cache
def listed(*path: str) -> Wordings:
    """The pattern of one of its lists, such as "urgent", "safety"."""
    found: Any = lexicon()
    for name in path:
        found = found[name]
    return pattern(found)
