"""Does a message tell of tea that has gone bad: mould, a musty smell? By its words alone. Pure.

Whoever drank it is in danger (danger.py). Whoever only saw or smelt it is told not to drink it and to keep it, as no article can say
whether it is good; how tea is kept, and how it ages, is another question.
"""

from __future__ import annotations

from chalicelib.bot.interpretation.phrases import WordLists

_LISTS = WordLists(__file__)


def told(said: str) -> bool:
    """`said`: a message in the plain form of `phrases.plain`."""
    return _LISTS.book("signs").search(said) is not None and _LISTS.book("general").search(said) is None
