"""Phrase lists as data: a small notation for wordings, compiled to patterns. Pure.

`a/b` either, `end*` any ending, ` ... ` up to three words (six characters in Chinese) between, `+` (Chinese) nothing between,
`=` the whole message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from chalicelib.knowledge.index.words import LONGEST, normal

_BREAKS = re.compile(r"[^\w'’]+|_+")
_NOT = re.compile(r"\b(do|does|did|is|are|was|were|ca|wo|would|could|should|have|has|had)n'?t\b")
_AM = re.compile(r"\bi'?m\b")
_IS = re.compile(r"\b(that|what|it|there|who|where)'s\b")
_SHORTENED = re.compile(r"'|nt\b|\bim\b")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_WORD = re.compile(r"\w+")
_SET = re.compile(r"\{(\w+)\}")
_JOINTS = re.compile(r"\.\.\.|[+]")
_PREFIX = 3  # letters by which a word with any ending is found
_PART, _PART_HAN, _WHOLE_HAN, _WHOLE = range(4)  # words in a text are tried first, then Chinese, then what must be the whole text
_HANS = (_PART_HAN, _WHOLE_HAN)
_APOSTROPHES = str.maketrans("’‘`´", "''''")

Phrases = Mapping[str, Iterable[str]]


@lru_cache(maxsize=8)  # each list of phrases asks for it
def plain(text: str) -> str:
    """A message as the patterns see it: normal form, words with single spaces, no punctuation; start and end of a long one."""
    heard = text if len(text) <= LONGEST else text[: LONGEST // 2] + " " + text[-(LONGEST // 2) + 1 :]
    return _BREAKS.sub(" ", _full(normal(heard.translate(_APOSTROPHES)))).strip()


def _full(text: str) -> str:
    """ "don't" and "dont" become "do not", "i'm" becomes "i am", so that one phrase covers all of them."""
    if not _SHORTENED.search(text):
        return text
    spelled = _NOT.sub(lambda match: {"ca": "can", "wo": "will"}.get(match[1], match[1]) + " not", text)
    return _IS.sub(r"\1 is", _AM.sub("i am", spelled))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """`place`: the order in which phrases are tried. `needs`: of each of these groups one must be in the text: a word, or a piece of a
    Chinese text; `begun`: groups of which one is only a beginning ("frustrat*") or has signs in it."""

    place: tuple[int, int]
    body: str
    needs: tuple[frozenset[str], ...]
    begun: tuple[frozenset[str], ...]

    def may_be_in(self, text: str, said: frozenset[str]) -> bool:
        """`said`: the text's words."""
        if self.place[0] in _HANS:
            return all(any(piece in text for piece in group) for group in self.needs)
        return not any(map(said.isdisjoint, self.needs)) and all(any(_has(text, said, one) for one in group) for group in self.begun)


class Phrasebook:
    """Phrases of all languages to look for in a text: leftmost first, and of those the one that stands first in the list.

    Only what may be in a text is compiled: a phrase is found by its longest word, and needs a word of each of its places. One pattern
    of all phrases would cost a cold start more than anything else that the bot does with words.
    """

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = [phrase for spoken in phrases.values() for phrase in spoken]

    def search(self, text: str) -> re.Match[str] | None:
        return next(self.finditer(text), None)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        patterns = [_compiled(phrase.body, phrase.place[0]) for phrase in self._possible(text)]
        nexts = [one.search(text) for one in patterns]
        while found := min(filter(None, nexts), key=re.Match.start, default=None):
            yield found
            end = max(found.end(), found.start() + 1)  # "late/" finds nothing, too, and must not find it forever
            for place, match in enumerate(nexts):
                if match and match.start() < end:
                    nexts[place] = patterns[place].search(text, end) if end <= len(text) else None

    def sub(self, by: str, text: str) -> str:
        rest, start = "", 0
        for match in self.finditer(text):
            rest, start = rest + text[start : match.start()] + by, match.end()
        return rest + text[start:]

    def _possible(self, text: str) -> list[_Phrase]:
        said, starts, han = _said(text)
        found: dict[tuple[int, int], _Phrase] = {}
        for known in (self._others, self._han) if han else (self._others,):
            for start in starts & known.keys():
                found |= {phrase.place: phrase for phrase in known[start] if phrase.may_be_in(text, said)}
        return [found[place] for place in sorted(found)]

    @cached_property
    def _han(self) -> dict[str, list[_Phrase]]:
        return _by_start([(n, phrase) for n, phrase in enumerate(self._phrases) if _needs_han(phrase)])

    @cached_property
    def _others(self) -> dict[str, list[_Phrase]]:
        return _by_start([(n, phrase) for n, phrase in enumerate(self._phrases) if not _needs_han(phrase)])


def _by_start(phrases: Iterable[tuple[int, str]]) -> dict[str, list[_Phrase]]:
    known: dict[str, list[_Phrase]] = {}
    for number, written in phrases:
        phrase, rarest = _parsed(written, number)
        for start in {_start(option, phrase.place[0] in _HANS, _needs_han(written)) for option in rarest}:
            known.setdefault(start, []).append(phrase)
    return known


def _parsed(written: str, number: int) -> tuple[_Phrase, Iterable[str]]:
    """With the options of the place by which it is found: the one that is the longest."""
    body = _full(normal(written.lstrip("=")))
    han, whole = bool(_HAN.search(body)), written.startswith("=")
    parts = _JOINTS.split(body.replace(" ", "")) if han else [word for word in body.split() if word != "..."]
    groups = [frozenset(part.split("/")) for part in parts if part]
    begun = () if han else tuple(group for group in groups if not all(map(str.isalnum, group)))
    kind = (_WHOLE_HAN if han else _WHOLE) if whole else _PART_HAN if han else _PART
    phrase = _Phrase((kind, number), body, tuple(group for group in groups if group not in begun), begun)
    return phrase, max(groups, key=lambda group: min(map(len, group)), default=())


def _start(option: str, is_han: bool, needs_han: bool) -> str:
    """Under which an option is found: two characters, a word, or the letters with which words begin ("": in every text)."""
    if is_han:
        return option[:2] if needs_han else ""
    return option if option.isalnum() else option[:_PREFIX] + "*" if option[:-1].isalnum() and len(option) > _PREFIX else ""


def _has(text: str, said: frozenset[str], option: str) -> bool:
    beginning = option.removesuffix("*")
    return option in said or (any(word.startswith(beginning) for word in said) if beginning.isalnum() else beginning in text)


def _needs_han(phrase: str) -> bool:
    """Is there a part of the phrase that only Chinese characters fill?"""
    if not _HAN.search(phrase):
        return False
    return any(all(_HAN.search(option) for option in part.split("/")) for part in re.split(r"\.\.\.|[+ ]", phrase) if part)


@lru_cache(maxsize=8)  # each list of phrases asks for it
def _said(text: str) -> tuple[frozenset[str], frozenset[str], bool]:
    """Its words; under what its phrases are found; whether there is any Chinese in it."""
    words, han = frozenset(_WORD.findall(text)), bool(_HAN.search(text))
    pairs = {first + second for first, second in pairwise(text)} if han else set()
    return words, words | {word[:_PREFIX] + "*" for word in words} | pairs | set(text if han else "") | {""}, han


@cache
def _compiled(body: str, kind: int) -> re.Pattern[str]:
    place = {_PART: r"\b(?:%s)\b", _PART_HAN: "%s", _WHOLE: r"\A(?:%s)\Z", _WHOLE_HAN: r"\A(?:%s)\Z"}[kind]
    return re.compile(place % (_han(body) if kind in _HANS else _words(body)))


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


class WordLists:
    """Lists of words and phrases in a JSON file, and the phrasebooks that are made of them; {name} in a phrase stands for a set of its
    "sets"."""

    def __init__(self, file: str) -> None:
        """`file`: the JSON file, or the module (`__file__`) beside which it lies under the same name."""
        self._file = Path(file).with_suffix(".json")
        self._books: dict[tuple[str, ...], Phrasebook] = {}

    @cached_property
    def data(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self._file.read_text("utf-8"))
        return content

    def book(self, *path: str) -> Phrasebook:
        """One of the lists, such as "small_talk", "thanks"."""
        if path not in self._books:
            found: Any = self.data
            for name in path:
                found = found[name]
            self._books[path] = Phrasebook({spoken: self.expanded(phrases) for spoken, phrases in found.items()})
        return self._books[path]

    def expanded(self, phrases: Iterable[str]) -> list[str]:
        """Phrases in which {name} is one of the words of a set."""
        sets: Mapping[str, str] = self.data.get("sets", {})
        return [_SET.sub(lambda match: sets[match[1]], phrase) for phrase in phrases]


_LEXICON = WordLists(str(Path(__file__).parent / "lexicon.json"))


def lexicon() -> dict[str, Any]:
    """The word lists that ship with the bot."""
    return _LEXICON.data


def listed(*path: str) -> Phrasebook:
    """One of its lists."""
    return _LEXICON.book(*path)
