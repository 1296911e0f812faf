"""Does a message tell of danger, or of what must not wait either: fraud, a lost account, law, the press? By its words alone, so that
it is heard in every state of a conversation and without knowledge. Pure.

What a body suffers is told by grammar rather than by a list of accidents: a part of the body and what happens to it, somebody and what
was swallowed, a thing and smoke. Words that are weak alone ("dizzy") count near others ("drank"), and none of them where they are
only supposed ("what if I get a rash") or long past.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from chalicelib.bot.interpretation.orthography.spelling import Speller
from chalicelib.bot.interpretation.phrases import WordLists

_LISTS = WordLists(__file__)
TOPICS = ("crisis", "safety", "fraud", "account", "legal", "press")  # the most important first
_BODILY = "safety"  # what may be supposed or long past
_MONEY = "fraud"
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_LONG_NUMBER = re.compile(r"\b(?=[\d ]*\d{4})\d(?: ?\d){6,}\b")  # of a telephone: the number of a hotline in it calls nobody
_APART = re.compile(r"(?<=[㐀-䶿一-鿿]) (?=\d)")  # "打 120"
# How far words reach, in characters, and in Chinese ones.
_SUPPOSED = (20, 5)  # right before a word of harm
_PAST = (40, 12)
_NEAR = (100, 40)
_CRY = 8  # words


def topic(said: str) -> str:
    """`said`: a message in the plain form of `phrases.plain`; one of TOPICS, or ""."""
    heard = _heard(said)
    return next((topic for topic in TOPICS if _is_told(topic, heard)), "")


def is_electrical(said: str) -> bool:
    """Does it tell of smoke, sparks or current? Whoever writes so is told other things than somebody who drank something. Water that an
    electric kettle boiled is only water, and "no smoke" is none."""
    lit = _LISTS.book("unlit").sub(" , ", _heard(said))
    return _LISTS.book("electrical").search(lit) is not None


def _heard(said: str) -> str:
    """As it was meant: without other uses of the words, and without what only stands between those of one sentence."""
    meant = _LISTS.book("except").sub(" , ", _speller().corrected(_LONG_NUMBER.sub(" , ", said)))
    return _APART.sub("", " ".join(_LISTS.book("aside").sub(" ", meant).split()))


def _is_told(topic: str, heard: str) -> bool:
    if topic == _BODILY and _is_question(heard):
        return False
    if topic == _BODILY and _is_bare(heard):
        return True
    if topic == _BODILY:
        heard = _without_traits(heard)
    if topic == _MONEY and _is_scolded(heard):
        heard = _LISTS.book("scolding").sub(" , ", heard)
    if any(topic != _BODILY or _is_real(match, heard) for match in _LISTS.book(topic).finditer(heard)):
        return True
    return any(_stand_together(names, heard) for names in _LISTS.data["together"].get(topic, ()))


def _is_scolded(heard: str) -> bool:
    """ "Are you scammers?", "骗子，退钱": is the shop called so, in anger? Then nothing is told of others, cards and codes."""
    is_angry = all(_LISTS.book(name).search(heard) for name in ("scolding", "to_shop"))
    return is_angry and _LISTS.book("outsider").search(heard) is None


def _is_question(heard: str) -> bool:
    """Is a product asked about, and nothing told that is happening?"""
    if _LISTS.book("asking").search(heard) is None:
        return False
    told = _LISTS.book("trait").sub(" , ", heard) if _LISTS.book("ingredient").search(heard) else heard
    return _LISTS.book("happening").search(told) is None


def _without_traits(heard: str) -> str:
    """Whoever lives with an allergy, or asks before anything is bought, is not ill now; what is told beside it is heard all the same."""
    if _is_near("taken", heard) or _is_near("just", heard):
        return heard
    left = _LISTS.book("disposed").sub(" , ", heard)
    return _LISTS.book("allergy").sub(" , ", left) if _LISTS.book("beforehand").search(heard) else left


def _is_bare(heard: str) -> bool:
    """Is it a cry: nothing but a word of harm and what may stand beside it ("choking!!!", "dizzy and sick")?"""
    words = {word for word in heard.split() if not word.isdigit() or word in _words("harm")}
    return len(words) <= _CRY and not words.isdisjoint(_words("harm")) and words <= _words("harm") | _words("beside")


def _is_real(match: re.Match[str], heard: str) -> bool:
    """Did it happen, and lately?"""
    before = heard[max(0, match.start() - _SUPPOSED[_is_han(heard)]) : match.start()]
    return not (_LISTS.book("supposed").search(before) or _LISTS.book("past").search(_around(match, heard, _PAST)))


def _stand_together(names: Sequence[str], heard: str) -> bool:
    """Is there a wording of the first list that has one of each other list near it, and none of a list with a "!"?"""
    first, *others = names
    for match in _LISTS.book("words", first).finditer(heard):
        around = _around(match, heard, _NEAR)
        if _is_real(match, heard) and all(_is_near(name, around) != name.startswith("!") for name in others):
            return True
    return False


def _is_near(name: str, around: str) -> bool:
    return _LISTS.book("words", name.lstrip("!")).search(around) is not None


def _around(match: re.Match[str], heard: str, reaches: tuple[int, int]) -> str:
    reach = reaches[_is_han(heard)]
    return heard[max(0, match.start() - reach) : match.end() + reach]


def _is_han(heard: str) -> bool:
    return bool(_HAN.search(heard))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(_LISTS.data["bare"][name].split())


@cache
def _speller() -> Speller:
    return Speller(_LISTS.data["misspelt"])
