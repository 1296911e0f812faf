"""Does a message ask whether somebody who is allergic, pregnant, ill or small may have something? By its words alone. Pure.

An article tells what is true of all goods; of one product and one body it cannot. So such an answer goes with the offer of a person.
"""

from __future__ import annotations

from chalicelib.bot.interpretation.phrases import WordLists

_LISTS = WordLists(__file__)


def asked(said: str) -> bool:
    """`said`: a message in the plain form of `phrases.plain`."""
    if _LISTS.book("body").search(said):
        return True
    return _LISTS.book("allergen").search(said) is not None and _LISTS.book("doubt").search(said) is not None
