"""Which of the offered articles does a customer mean: by number, by place, by the words of a title, or by a plain "yes"? Pure.

A beginning of the message is a pick if it is nothing but places ("the second", "1 and 3", "最后一个"), words that join them, and
courtesies; what follows is the rest, a question or information of its own. Anything else in between, and it is no pick: "the second
parcel is missing".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from chalicelib.bot.interpretation.choices.assent import agrees
from chalicelib.bot.interpretation.choices.heads import heads
from chalicelib.bot.interpretation.choices.titles import named, share, units
from chalicelib.bot.interpretation.orthography.spelling import Speller
from chalicelib.bot.interpretation.orthography.spoken import HAN, alternatives, plain
from chalicelib.bot.interpretation.phrases import WordLists

_LISTS = WordLists(__file__)
_LONGEST = 60  # characters of what names a title
_HALF = 0.5
_PLACES = 9  # of the longest list that a number may refer to
_NUMERAL = re.compile(r"\d{1,3}")
_COUNTED = re.compile(r"[1-9]|第[一二三四五]|[一二三四五]|\b(?:one|two|three|first|second|third|fourth|fifth)\b")
_BLACK = {ord(sign): str(n % 5 + 1) for n, sign in enumerate("❶❷❸❹❺➊➋➌➍➎⓵⓶⓷⓸⓹")}
_SMILE = re.compile(r"(?<!\S)(?:<3|[:;=]-?[)(DdPpOo3])(?!\w)")
_AMOUNT = re.compile(r"[$€£¥￥%+]\s*\d|\d\s*[$€£¥￥%]|\d[./:]\d|\d+\.\d+\.|\d\s*/\s*\d")
_RANGE = re.compile(r"(?<!\w)([1-9])\s*[-–—~]\s*([1-9])(?!\w)")
_SUM = re.compile(r"(?<!\w)([1-9])\s*\+\s*(?=[1-9](?!\w))")
# She counts questions of her own, or means something else.
_NEXT = re.compile(r"(?<!\w)(?:2|two|second|二|第二)[.)、，,:]|\A(?:a )?half\b")
_BARE = re.compile(
    r"(?:first|second|third|last|[123](?:st|nd|rd))(?:ly| question| point| thing)?|第[一二三1-3]|最后|最尾|[前后上下]面|中间|[一二三]"
)
_LOOSE = re.compile(r"\b(?:one|about|with)\b|那个|的")
_NUMBER = re.compile(r"\b(?:option|number)\b|选项")
_MARKED = re.compile(r"(?<=\w )(?:one|question|thing|topic|option|article|point)\b|那个|嗰个|那条|那一条|嗰条|的问题")
_DIGIT = r"(?<![a-z0-9])(?P<digit>[1-9])(?:st|nd|rd|th)?(?:号|条|项)?(?![a-z0-9])"
_NTH = r"第(?P<nth>[1-9一二三四五])(?:个选项|个问题|个|条|项|点|样|种|款|题|号|句)?"
_LETTERS = re.compile(r"[abc](?: (?:and |or )?[abc])*(?: (?:please|pls|plz|thanks|thx))?")
_ONE = re.compile(r"(?:(?:please|pls|ok) )*one(?: (?:please|pls|plz|thanks|thx|thank you))*")


@dataclass(frozen=True, slots=True)
class Picked:
    """`places`: from 0, in the order in which she names them. `rest`: what she says besides. `doubt`: a "yes" to several, or "1 or 2":
    which of `places` is still to be asked."""

    places: tuple[int, ...]
    rest: str = ""
    doubt: bool = False


def picked(text: str, titles: Sequence[str]) -> Picked | None:
    """What she picks of these titles; None if the message is none of that."""
    if not titles:
        return None
    if agrees(text):
        return Picked(tuple(range(len(titles))), doubt=len(titles) > 1)
    cleaned = _SMILE.sub(" ", text.translate(_BLACK)).strip()
    known = tuple(plain(title) for title in titles)
    for head, rest in heads(cleaned):
        found = None if _AMOUNT.search(_SUM.sub(r"\1 and ", head)) else _beginning(head, rest, known)
        if found:
            return _with_rest(found, rest, known)
    return None


def is_bare(text: str) -> bool:
    """Is it nothing but a number or a place in a list, whatever that list is: "3", "no. 2", "选3", "第二个"?"""
    if agrees(text):
        return False
    said = plain(text.translate(_BLACK))
    found = picked(text, ("",) * _PLACES) if _COUNTED.search(said) else None
    return bool(found and not found.rest) or bool(_NUMERAL.fullmatch(said))


def _beginning(head: str, rest: str, titles: tuple[str, ...]) -> Picked | None:
    said = plain(_SUM.sub(r"\1 and ", _RANGE.sub(_between, head)))
    if rest and (_BARE.fullmatch(said) or _NEXT.search(rest)):
        return None
    found = _places(said, titles)
    if found or len(said) > _LONGEST:
        return found
    if rest and not _MARKED.search(said):
        return _agreed(head, titles)
    place = named(said, titles)
    return _several_named(said, titles) if place is None else Picked((place,))


def _agreed(head: str, titles: Sequence[str]) -> Picked | None:
    """A "yes" before something else takes the only one; with several the rest is what counts."""
    return Picked((0,)) if len(titles) == 1 and agrees(head) else None


def _several_named(said: str, titles: Sequence[str]) -> Picked | None:
    parts = [part for part in re.split(r" (?:and|plus|n) |[和跟与及同、]|以及|还有", said) if part]
    found = [named(part, titles) for part in parts] if len(parts) > 1 else []
    places = [place for place in found if place is not None]
    return Picked(tuple(dict.fromkeys(places))) if len(found) == len(places) > 1 else None


def _with_rest(found: Picked, rest: str, titles: tuple[str, ...]) -> Picked:
    """A rest that only names a title again, or says which of several is the most important, is none."""
    said = plain(rest)
    left = _tokens(said)[1]
    if not left:
        return found
    asked = units(_pattern("foremost").sub(" ", left))
    first = next((place for place in found.places if share(asked, units(titles[place])) == 1), None)
    if first is None:
        return replace(found, rest=rest)
    others = (place for place in found.places if place != first)
    return replace(found, places=(first, *others))


def _places(said: str, titles: tuple[str, ...]) -> Picked | None:
    """All that is said is places, or places and words of the title."""
    spelled = _spelled(said)
    tokens, left = _tokens(spelled)
    meant = _meant(tokens, len(titles))
    if meant is None:
        return None
    if left and not (len(meant.places) == 1 and _fits(spelled, left, titles[meant.places[0]])):
        return None
    return meant


def _spelled(said: str) -> str:
    """Letters and a lone "one" as numbers, slips mended."""
    if _LETTERS.fullmatch(said):
        return re.sub(r"\b[abc]\b", lambda match: str("abc".index(match[0]) + 1), said)
    if HAN.search(said):
        return said
    return "1" if _ONE.fullmatch(said) else " ".join(word if word in _words() else _speller().corrected(word) for word in said.split())


def _fits(said: str, left: str, title: str) -> bool:
    """Her words stand in the title of the place: loosely after "the second one about", most of the title after a bare "second"."""
    asked, known = units(left), units(title)
    start = next((match.start() for match in _lexer().finditer(said) if _token(match)[0] == "place"), 0)
    if said.find(left.split(maxsplit=1)[0]) < start:
        return False
    loose = bool(_LOOSE.search(said, start) or _NUMBER.search(said))
    return bool(asked) and share(asked, known) == 1 and (loose or len(asked) > len(known) * _HALF)


Token = tuple[str, int]


def _tokens(said: str) -> tuple[list[Token], str]:
    """What the words of the lists say, and the other words."""
    tokens: list[Token] = []
    left, end = "", 0
    for match in _lexer().finditer(said):
        tokens.append(_token(match))
        left, end = f"{left}{said[end : match.start()]} ", match.end()
    return tokens, " ".join((left + said[end:]).split())


def _meant(tokens: Sequence[Token], count: int) -> Picked | None:
    places: list[int] = []
    denied = False
    for kind, number in tokens:
        if kind == "place":
            place = number - 1 if number > 0 else count + number
            if not 0 <= place < count:
                return None
            places += [] if denied else [place]
        elif kind in ("first", "last"):
            places += range(number) if kind == "first" else range(count - number, count)
        denied = kind == "not" or (denied and kind == "courtesies")
    return _chosen(tuple(dict.fromkeys(places)), tokens, count)


def _chosen(places: tuple[int, ...], tokens: Sequence[Token], count: int) -> Picked | None:
    kinds = {kind for kind, _ in tokens}
    if "other" in kinds or any(place >= count for place in places):
        return None
    if "but" in kinds:
        return Picked(tuple(place for place in range(count) if place not in places)) if places and "all" in kinds else None
    if places:
        return Picked(places, doubt="or" in kinds and len(places) > 1)
    return None if "not" in kinds else _together(tokens, kinds, count)


def _together(tokens: Sequence[Token], kinds: set[str], count: int) -> Picked | None:
    """ "All", "any", "both": no place by itself."""
    counted = next((number for kind, number in tokens if kind == "count"), 0)
    if counted > count or not kinds & {"count", "all", "any"}:
        return None
    return Picked(tuple(range(count)), doubt=0 < counted < count or (not counted and "any" in kinds and count > 1))


def _token(match: re.Match[str]) -> Token:
    if match["digit"]:
        return "place", int(match["digit"])
    if match["nth"]:
        return "place", int(match["nth"]) if match["nth"].isdigit() else "一二三四五".index(match["nth"]) + 1
    return _words().get(match[0], ("courtesies", 0))


def _between(match: re.Match[str]) -> str:
    return " ".join(map(str, range(int(match[1]), int(match[2]) + 1)))


@cache
def _speller() -> Speller:
    return Speller(_LISTS.data["slips"], least=4, from_start=True)


@cache
def _words() -> dict[str, Token]:
    """Each word or phrase -> what it says."""
    data = _LISTS.data
    found: dict[str, Token] = {}
    for kind in ("courtesies", "and", "or", "not", "but", "any", "all", "middle", "other"):
        found |= dict.fromkeys(data[kind].split("|"), (kind, 2))
    for kind, groups in (("place", "places"), ("count", "count"), ("first", "first"), ("last", "last")):
        found |= {word: (kind, int(number)) for number, words in data[groups].items() for word in words.split("|")}
    return found | dict.fromkeys(data["middle"].split("|"), ("place", 2))


@cache
def _lexer() -> re.Pattern[str]:
    return re.compile(f"{_NTH}|{alternatives(_words())}|{_DIGIT}")


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile(alternatives(_LISTS.data[kind].split("|")))
