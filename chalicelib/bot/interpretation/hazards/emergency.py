"""Which emergency number is right where somebody says that she is. By a small table of countries and large cities. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from chalicelib.bot.interpretation.phrases import Phrasebook, WordLists, plain

_LISTS = WordLists(__file__)
Service = Literal["help", "fire"]
_SERVICES: tuple[tuple[Service, re.Pattern[str]], ...] = (
    ("help", re.compile(r"ambulance|paramedic|doctor|救护|救護|白车|白車|急救|医生|醫生", re.IGNORECASE)),
    ("fire", re.compile(r"\bfire\b|消防|火警", re.IGNORECASE)),
)


def service(text: str, usual: Service) -> Service:
    """Whom she names, else the `usual` one."""
    return next((named for named, words in _SERVICES if words.search(text)), usual)


def number(text: str, service: Service) -> str:
    """Of the place that a message names: for an ambulance ("help") or the fire brigade; "" if it names none, or several that have
    different ones."""
    said = _LISTS.book("except").sub(" , ", plain(text))
    found = {place[service] for place, words in zip(_LISTS.data["places"], _words(), strict=True) if words.search(said)}
    return found.pop() if len(found) == 1 else ""


@cache
def _words() -> tuple[Phrasebook, ...]:
    return tuple(Phrasebook({spoken: _LISTS.expanded(place[spoken]) for spoken in ("en", "zh")}) for place in _LISTS.data["places"])
