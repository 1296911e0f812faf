"""Does somebody write who has lost a person? A word of sympathy then goes before the answer. By its words alone. Pure."""

from __future__ import annotations

from chalicelib.bot.interpretation.phrases import WordLists, plain

_LISTS = WordLists(__file__)


def is_bereaved(text: str) -> bool:
    said = _LISTS.book("except").sub(" , ", plain(text))
    return _LISTS.book("loss").search(said) is not None
