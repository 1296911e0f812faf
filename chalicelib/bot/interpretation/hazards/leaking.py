"""Does a message ask whether an electric kettle that leaks may still be used? By its words alone. Pure.

It is no emergency, and the warranty is the answer; but not to use it, and to unplug it, goes before that.
"""

from __future__ import annotations

from chalicelib.bot.interpretation.phrases import WordLists

_LISTS = WordLists(__file__)


def asked(said: str) -> bool:
    """`said`: a message in the plain form of `phrases.plain`."""
    return _LISTS.book("leaks").search(said) is not None and _LISTS.book("asks").search(said) is not None
