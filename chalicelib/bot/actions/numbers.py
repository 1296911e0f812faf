"""Numbers of a pattern, such as an order's, in whatever form people write them: "A-10342", "a 10342", "order no 10342", "#10342". Pure.

A bare number ("10342") is one where it was asked for, where a word for it stands before it, or where nothing else was written: any other
number in a question may be a postcode or a price.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from chalicelib.bot.actions import corrections
from chalicelib.bot.actions.declared import Slot
from chalicelib.bot.interpretation.orthography.written import flat

_BEFORE, _AFTER = r"(?<![0-9A-Za-z\-])", r"(?![0-9A-Za-z]|-[0-9])"
# "I want to order 12000 bags" names no order.
_NOT_TO_ORDER = r"(?<!to )(?<!i )(?<!we )(?<!can )(?<!could )(?<!and )"
_CALLED = r"\s*(?:no|nr|num|number|id|code|号码|号|號碼|號|编号|編號)?\s*\.?\s*(?:is|was|=|:|：|是|为|為|係)?\s*[#＃]?\s*"
# Something that somebody took for the number: letters and digits, three of these at least.
_LIKE = re.compile(r"(?<![0-9A-Za-z])(?:[A-Za-z]{1,5}[ _#-]{0,2})?(?:[0-9][ -]?){2,14}[0-9](?![0-9A-Za-z])")
_SO = r"\b(?:it'?s|it is|that'?s)\s+#?\s*"  # "its 10406", where nothing else follows: "it's 10115 Berlin" is a place
_END = r"(?=\s*(?:$|[.,;!?]|th(?:x|anks?)\b|pl(?:s|z|ease)\b))"
_OF_ORDER = r"(?=\s*(?:order\b|(?:这|這|那|呢|嗰)?(?:订|訂|定|张|張)?[单單]))"  # "10406 order", "10406这单"
_PLACE = re.compile(
    r"(?:\b(?:to|in|near|from|at|zip|postcode|plz|of|good|than|over|under|about)\b|邮编|郵編|邮政编码|寄到|寄去|寄往|送到|住)\W*(?:the )?$",
    re.IGNORECASE,
)
_SPACED = re.compile(r"[0-9](?:[ -]?[0-9])*")


def read(slot: Slot, text: str, asked: bool = False) -> str:
    """The number in a text, in one form; "" if there is none, or more than one is meant."""
    found = _meant(slot, text, asked)
    return found[0] if len(found) == 1 else ""


def several(slot: Slot, text: str) -> list[str]:
    """The numbers in a text that means more than one."""
    found = _meant(slot, text, asked=False)
    return sorted(found) if len(found) > 1 else []


def _meant(slot: Slot, text: str, asked: bool) -> list[str]:
    """Without those that she takes back: of "A-10343 .. A-10342 sorry" the last."""
    line = flat(text)
    matches = list(_written(slot).finditer(line)) or _named(slot, line)
    if not matches and slot.bare:
        matches = list(_loose(slot).finditer(line)) if asked else []
    if not matches:
        return sorted(_alone(slot, line)) if slot.bare else []
    spans = {_form(slot, match): match.span() for match in matches}  # of one that stands there twice, the last place
    left = corrections.meant(line, sorted(spans.values()))
    return [form for form, span in spans.items() if span in left]


def loose(slot: Slot, text: str) -> str:
    """The one bare number in a text that no word calls so, nor makes a place or a count."""
    line = flat(text)
    found = [] if not slot.bare or _written(slot).search(line) else list(_loose(slot).finditer(line))
    return _form(slot, found[0]) if len(found) == 1 and not _PLACE.search(line[: found[0].start()]) else ""


def is_alone(slot: Slot, text: str) -> bool:
    """Is the number, in any form, all that was written?"""
    line = flat(text)
    return bool(_alone(slot, line) if slot.bare else _written(slot).fullmatch(line.strip(" .,!?。，！？")))


def like(slot: Slot, text: str, whole: bool = False) -> str:
    """What stands there in place of the number, in another form; `whole`: only if nothing else was written."""
    line = flat(text)
    line = _around(slot).sub(" ", line).strip(" .,!?。，！？:#") if whole else line
    found = [_LIKE.fullmatch(line)] if whole else [*_LIKE.finditer(line)]
    return next((match[0].strip() for match in found if match and not _written(slot).fullmatch(match[0].strip())), "")


def without(slot: Slot, text: str, by: str = " ") -> str:
    """The text with `by` in place of such numbers, also those that a word for them precedes, and that word stays."""
    line = flat(text)
    rest = _written(slot).sub(by, line)
    for match in reversed(_named(slot, rest)):
        rest = rest[: match.start("number")] + by + rest[match.end() :]
    if rest == line and slot.bare and _alone(slot, line):
        return ""
    return text if rest == line else rest


def beside(slot: Slot, text: str) -> str:
    """What a text says beside such numbers, and the words that only name them."""
    return " ".join(_around(slot).sub(" ", without(slot, text)).split())


def _alone(slot: Slot, line: str) -> set[str]:
    """ "my order number is 1 0 3 4 2, please": nothing is left but the number."""
    rest = _around(slot).sub(" ", line).strip(" .,!?。，！？:#-")
    whole = _loose(slot).fullmatch(rest)
    if whole:
        return {_form(slot, whole)}
    digits = re.sub(r"[ -]", "", rest) if _SPACED.fullmatch(rest) else ""
    return {slot.prefix + digits} if digits and re.fullmatch(slot.bare, digits) else set()


def _form(slot: Slot, match: re.Match[str]) -> str:
    """Capital letters, with a hyphen between letters and digits; a bare number gets the letters that belong to it."""
    number = match.groupdict().get("number")
    return slot.prefix + number if number else re.sub(r"^([A-Z]+)[ -]*(?=[0-9])", r"\1-", match[0].upper())


def _named(slot: Slot, line: str) -> list[re.Match[str]]:
    return (list(_naming(slot).finditer(line)) or list(_told(slot).finditer(line))) if slot.bare else []


def _letters(slot: Slot) -> str:
    return re.escape(slot.prefix.rstrip("-"))


@cache
def _compiled(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(pattern, flags)


def _written(slot: Slot) -> re.Pattern[str]:
    """In full; with a space in it only in capital letters, for "a 10000" may be no number of ours."""
    spaced = rf"|(?-i:{_letters(slot)}) ?-? ?(?:{slot.bare})" if slot.bare and slot.prefix else ""
    return _compiled(rf"{_BEFORE}(?:{slot.pattern}{spaced}){_AFTER}")


def _naming(slot: Slot) -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in slot.called)
    return _compiled(rf"(?:#|{_NOT_TO_ORDER}(?:{words}){_CALLED})(?:{_letters(slot)}[ .-]{{0,3}})?(?P<number>{slot.bare}){_AFTER}")


def _told(slot: Slot) -> re.Pattern[str]:
    form = rf"(?:{_letters(slot)}[ .-]{{0,3}})?(?P<number>{slot.bare}){_AFTER}"
    return _compiled(rf"(?:{_SO}|(?=[0-9A-Z.#-]+\W*(?:order\b|.{{0,2}}[单單])){_BEFORE}){form}(?:{_END}|{_OF_ORDER})")


def _loose(slot: Slot) -> re.Pattern[str]:
    return _compiled(rf"{_BEFORE}#? ?(?:{_letters(slot)}[ ._/#-]{{0,3}})?(?P<number>{slot.bare}){_AFTER}")


def _around(slot: Slot) -> re.Pattern[str]:
    return _words(slot.called)


@cache
def _words(called: tuple[str, ...]) -> re.Pattern[str]:
    """The words that may stand around a number without saying anything else."""
    known = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    latin, wide = (
        "|".join(map(re.escape, sorted({*known[script].split(), *(w for w in called if w.isascii() == is_latin)}, key=len, reverse=True)))
        for script, is_latin in (("latin", True), ("han", False))
    )
    return re.compile(rf"\b(?:{latin})\b\.?|{wide}|[,，。:：!！?？;；\n]", re.IGNORECASE)
