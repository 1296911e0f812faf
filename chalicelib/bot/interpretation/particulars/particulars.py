"""What a customer says of the particulars that she is asked for: she has no number, she gave it already, the thing has gone back. Pure."""

from __future__ import annotations

import re

from chalicelib.bot.phrases import WordLists, plain

_LISTS = WordLists(__file__)
_CLAUSES = re.compile(r"[.!?;,:…\n。！？；，：]+|(?<=[㐀-鿿])\s+|\s+(?=[㐀-鿿])")
_HERSELF = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|(?<!\d)\+?\d(?:[ -]?\d){6,14}(?!\d)|\bmy (?:full |last )?name is\b|我叫|我姓|姓名|名字是|名字叫",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"\d[\d -]+")
_LONGEST = 400  # characters of a message in which these are looked for


def has_no_number(text: str, *, asked: bool) -> bool:
    """Does she say that she has no order's number, or want to be found by her name or address? `asked`: a number was asked for just now."""
    said = _LISTS.book("numberless_except").sub(" , ", plain(_FIGURES.sub("1 ", text[:_LONGEST])))
    return bool(_LISTS.book("numberless").search(said) or (asked and _LISTS.book("asked").search(said)))


def without_lack(text: str) -> str:
    """What she says besides that she has no number."""
    parts = [part.strip() for part in _CLAUSES.split(text)]
    return ", ".join(part for part in parts if part and not has_no_number(part, asked=True))


def identifies(text: str) -> bool:
    """Does she tell by what else she may be found: her name, an address for mail, a phone number?"""
    return bool(_HERSELF.search(text[:_LONGEST]))


def gave(text: str) -> bool:
    """Does she say that she has given already what she is asked for?"""
    said = _LISTS.book("given_except").sub(" , ", plain(text[:_LONGEST]))
    return bool(_LISTS.book("given").search(said))


def refund_question(language: str) -> str:
    """What somebody asks whose thing has gone back."""
    asked: dict[str, str] = _LISTS.data["refund"]
    return asked["zh" if language.startswith("zh") else "en"]


def went_back(text: str) -> bool:
    """Does she tell that the thing has gone back to the business? What she only wants to do, or asks about, is no such thing."""
    parts = (_LISTS.book("complains").sub(" ", plain(part)) for part in _CLAUSES.split(text[:_LONGEST]))
    return any(_LISTS.book("back").search(part) and not _LISTS.book("wish").search(part) for part in parts)
