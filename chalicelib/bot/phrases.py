"""Phrase lists as data: a small notation for wordings, compiled to patterns. Pure.

`a/b` either, `end*` any ending, ` ... ` up to three words (six characters in Chinese) between, `+` (Chinese) nothing between,
`=` the whole message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from chalicelib.knowledge.words import LONGEST, normal

_BREAKS = re.compile(r"[^\w'’]+|_+")
_NOT = re.compile(r"\b(do|does|did|is|are|was|were|ca|wo|would|could|should|have|has|had)n'?t\b")
_AM = re.compile(r"\bi'?m\b")
_IS = re.compile(r"\b(that|what|it|there|who|where)'s\b")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
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


def pattern(phrases: Phrases) -> re.Pattern[str]:
    """One pattern for the phrases of all languages; an empty list never matches. All words share one word boundary, so that their
    alternatives are tried where a word begins and nowhere else."""
    made: dict[str, list[str]] = {r"\b(?:%s)\b": [], "%s": [], r"\A(?:%s)\Z": []}
    for phrase in (phrase for spoken in phrases.values() for phrase in spoken):
        body = _full(normal(phrase.lstrip("=")))
        is_han = bool(_HAN.search(body))
        place = r"\A(?:%s)\Z" if phrase.startswith("=") else "%s" if is_han else r"\b(?:%s)\b"
        made[place].append(_han(body) if is_han else _words(body))
    return re.compile("|".join(place % "|".join(alternatives) for place, alternatives in made.items() if alternatives) or r"(?!)")


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
