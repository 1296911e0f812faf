"""How a message sounds: sentiment from -1 (furious) to 1 (delighted), and whether it can wait. Pure; the words are data.

Each wording counts its points; "not", "very" and "a bit" before it turn, double and halve them. Capitals, "?!" and emoji count too.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from chalicelib.bot.interpretation.phrases import lexicon, listed, plain

Urgency = Literal["", "soon", "now"]
UPSET = -0.6  # from here on somebody is angry, not only dissatisfied
SORRY = -0.3  # from here on a word of apology fits, if it is said of something that went wrong

_FULL = 3  # points that make the scale's end
_BEFORE = 24  # characters before a wording in which "not" and "very" are looked for
_LOOKED_AT = 2_000
_SHOUTING = re.compile(r"[!?！？]{2,}")
_WHETHER = re.compile("是不是|系唔系|系咪")  # asks, and denies nothing
_LETTERS = re.compile(r"[A-Za-z]")
_POINTS = {"strong": 2.0, "clear": 1.5, "mild": 1.0}
_TURNED = {"negative": {"strong": 0.0, "clear": 0.0, "mild": -1.0}, "positive": {"strong": -1.5, "clear": -1.5, "mild": -1.5}}


def sentiment(text: str) -> float:
    """From -1 to 1; 0 where nothing tells."""
    said = plain(text)
    heard = listed("mood", "except").sub(" ", _WHETHER.sub("是", said))
    good, bad = _points(heard, "positive"), _points(heard, "negative")
    glad, cross = (_emoji(text, side) for side in ("positive", "negative"))
    bad += _loudness(text) * (1.0 if good == 0 else 0.0) + cross
    return round(max(-1.0, min(1.0, (good + glad - bad) / _FULL)), 2)


def trouble(text: str) -> bool:
    """Did something go wrong for her: a thing is wrong, broken, missing or late, or she is unhappy? How a tea tastes, what is asked again
    and what only might happen is no trouble."""
    told = listed("trouble", "except").sub(" , ", plain(text))
    if listed("trouble", "told").search(told) or _emoji(text, "negative"):
        return True
    return _points(listed("mood", "except").sub(" ", told), "negative") > 0 and sentiment(text) <= SORRY


def urgency(text: str) -> Urgency:
    """ "now": within hours, as the customer says it; "soon": within days."""
    heard = listed("pressing", "except").sub(" ", plain(text))
    levels: tuple[Urgency, Urgency] = ("now", "soon")
    return next((level for level in levels if listed("pressing", level).search(heard)), "")


def _points(heard: str, side: str) -> float:
    """What the wordings of one side say together, none of them twice: what stands in a stronger one is part of it. A turned one counts
    against its side: "not bad" is praise, "not happy" a complaint."""
    total = 0.0
    counted: list[tuple[int, int]] = []
    for strength, points in _POINTS.items():
        for match in listed("mood", side, strength).finditer(heard):
            start, end = match.span()
            if any(start < last and first < end for first, last in counted):
                continue
            counted.append((start, end))
            before = heard[max(0, start - _BEFORE) : start]
            if _just(before, "not"):
                total += _TURNED[side][strength]
            else:
                total += points * (1.5 if _just(before, "very") else 0.5 if _just(before, "a_bit") else 1.0)
    return total


def _loudness(text: str) -> float:
    letters = "".join(_LETTERS.findall(text[:_LOOKED_AT]))
    capitals = len(letters) >= 12 and sum(map(str.isupper, letters)) > 0.7 * len(letters)
    return capitals + float(bool(_SHOUTING.search(text[:_LOOKED_AT])))


def _emoji(text: str, side: str) -> float:
    return 2.0 if any(sign in text[:_LOOKED_AT] for sign in lexicon()["mood"]["emoji"][side]) else 0.0


def _just(before: str, what: str) -> bool:
    """Does the text end with such a word, or with one and a word between?"""
    return bool(_ending(what).search(before))


@cache
def _ending(what: str) -> re.Pattern[str]:
    words: dict[str, list[str]] = lexicon()["mood"][what]
    english, chinese = ("|".join(map(re.escape, words[language])) for language in ("en", "zh"))
    return re.compile(rf"\b(?:{english})(?: \w+)? $|(?:{chinese})\w?$")
