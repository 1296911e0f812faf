"""What a customer says of the particulars that she is asked for: she has no number, she gave it already, the thing has gone back. Pure."""

from __future__ import annotations

import re

from chalicelib.bot.interpretation.phrases import WordLists, plain

_LISTS = WordLists(__file__)
_CLAUSES = re.compile(r"[.!?;,:…\n。！？；，：]+|(?<=[㐀-鿿])\s+|\s+(?=[㐀-鿿])")
_HERSELF = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|(?<!\d)\+?\d(?:[ -]?\d){6,14}(?!\d)|\bmy (?:full |last )?name is\b|我叫|我姓|姓名|名字是|名字叫",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"\d[\d -]+")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_LONGEST = 400  # characters of a message in which these are looked for


def has_no_number(text: str, *, asked: bool) -> bool:
    """Does she say that she has no order's number, or want to be found by her name or address? `asked`: a number was asked for just now."""
    said = _LISTS.book("numberless_except").sub(" , ", plain(_FIGURES.sub("1 ", text[:_LONGEST])))
    return bool(_LISTS.book("numberless").search(said) or (asked and _LISTS.book("asked").search(said)))


def has_no_order(text: str) -> bool:
    """Does she say that she has ordered nothing yet, so that there is no number to ask for?"""
    return bool(_LISTS.book("orderless").search(plain(text[:_LONGEST])))


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
    return asked[language if language in asked else "en"]


def went_back(text: str) -> bool:
    """Does she tell that the thing has gone back to the business? What she only wants to do, or asks about, is no such thing."""
    parts = (_LISTS.book("complains").sub(" ", plain(part)) for part in _CLAUSES.split(text[:_LONGEST]))
    return any(_LISTS.book("back").search(part) and not _LISTS.book("wish").search(part) for part in parts)


def goes_nothing_back(text: str) -> bool:
    """Is it a refund for which nothing has to come back: of a cancelled order, a double charge, what came broken or never?"""
    return not went_back(text) and bool(_LISTS.book("unreturned").search(plain(text[:_LONGEST])))


def without_return(text: str) -> list[str]:
    """The sentences of an article about refunds without those that wait for a return."""
    return [part for part in _sentences(text) if not _LISTS.book("of_return").search(plain(part))]


def paying_back(text: str) -> list[str]:
    """The sentences of an article that tell of money which is paid back."""
    return [part for part in _sentences(text) if _LISTS.book("pays_back").search(plain(part))]


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCES.split(text) if part.strip()]
