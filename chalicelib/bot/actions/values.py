"""Reading a slot's value out of what a customer wrote, and writing it as customers see it. Pure; a value is always one line of text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date

from chalicelib.bot.actions import numbers, postal
from chalicelib.bot.actions.declared import FREE, Action, Slot
from chalicelib.bot.interpretation.orthography.written import HEARD
from chalicelib.bot.interpretation.phrases import plain

LONGEST = 160  # characters of an address or a text: the head of a conversation stays small
_SHORTEST = 8  # characters of an address
_EMAIL = re.compile(r"(?<![a-z0-9_.%+@-])[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![a-z0-9_@-])")
_ISO = re.compile(r"(?<!\d)(\d{4})\s?[-年./]\s?(\d{1,2})\s?[-月./]\s?(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([a-z]{3})[a-z]*\.?,?\s+(\d{4})(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PLACE = re.compile(r"[0-9]|[路街巷弄村號号]")
_NO_ADDRESS = re.compile(r"[<>{}\[\]\\|`=?!？！。;*_~\"]|https?:|www\.|@")
_CALLED = re.compile(
    r"(?:(?:well|ok(?:ay)?|so|and|hi|hello|please|pls)[\s,]+)*(?:(?:my|the|our)\s+)?(?:new|right|correct|delivery|shipping)\s+(?:delivery\s+|shipping\s+)?"
    r"address\s*(?:is|was|would be|should be|:|=|-)+\s*(?:now\s+)?|(?:please |pls )?(?:send|ship|deliver) it to\s+(?=.*\d)|"
    r"(?:我的|那)?(?:新的?|正确的?|正確的?|收[货貨件])(?:收[货貨件])?地址\s*(?:是|为|為|係|系|：|:|改成|改为|改為)*\s*",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"(?=.*(?<!\d)\d{4,6}(?!\d))(?=.*(?:[A-Za-zÀ-ž.]{3,}\.?\s+\d{1,4}[a-z]?\b|\b\d{1,4}[a-z]?,?\s+[A-Za-zÀ-ž]{3,}))(?=(?:.*[A-Za-zÀ-ž]{3,}){2})|"
    r"[路街道巷弄村段].{0,12}?[0-9一二三四五六七八九十]+\s*[号號弄]",
    re.IGNORECASE,
)
_CHOSEN = re.compile(r"[(#]?\s*([0-9])\s*[).。]?")


def tidy(text: str) -> str:
    """One line, without control characters and what cannot be seen; the width of letters and digits made one."""
    flat = unicodedata.normalize("NFKC", text[:HEARD])
    seen = "".join(" " if c.isspace() else c for c in flat if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(seen.split())


def found(action: Action, text: str) -> dict[str, str]:
    """What a message says of the slots without having been asked: never of those where anything could be meant."""
    values = {slot.name: read(slot, text) for slot in action.slots if slot.kind not in FREE}
    return {name: value for name, value in values.items() if value}


def told(action: Action, text: str) -> dict[str, str]:
    """The same, and an address that she says it is to go to."""
    return {**found(action, text), **_address(action, postal.introduced(tidy(text)))}


def corrected(action: Action, text: str) -> dict[str, str]:
    """The address that she gives in place of one that was shown: behind a "no", or with words that lead to it."""
    line = tidy(text)
    return _address(action, postal.corrected(line)) or _address(action, postal.introduced(line))


def shortened(action: Action, text: str, known: Mapping[str, str]) -> dict[str, str]:
    """The address that was shown without the sentence that she says is none of it."""
    slot = next((one for one in action.slots if one.kind == "address" and one.name in known), None)
    return _address(action, postal.shortened(known[slot.name], tidy(text))) if slot else {}


def _address(action: Action, line: str) -> dict[str, str]:
    """Only if it is surely one."""
    slot = next((one for one in action.slots if one.kind == "address"), None)
    return {slot.name: line} if slot and line and _fits(slot, line) and _STREET.search(line) else {}


def given(action: Action, text: str, known: Mapping[str, str]) -> dict[str, str]:
    """What she gives before it is asked for, besides the order: also an address, if it is surely one."""
    missing = [slot for slot in action.slots if slot.name not in known and slot.kind != "number"]
    values = {slot.name: address_in(text) if slot.kind == "address" else read(slot, text) for slot in missing if slot.kind != "text"}
    return {name: value for name, value in values.items() if value}


def email(text: str) -> str:
    """The one mail address in a text, or ""."""
    return _only(_EMAIL.findall(tidy(text).lower()))


def address_in(text: str) -> str:
    """An address that nobody asked for: she calls it one, or it has a street with its number and a postcode."""
    line = tidy(text)
    called = _CALLED.match(line)
    rest = (line[called.end() :] if called else line).strip(" ,.;，。；")
    return rest if _is_address(rest) and len(rest) <= LONGEST and (called or _STREET.search(rest)) else ""


def read(slot: Slot, text: str, asked: bool = False) -> str:
    """The slot's value in a text; "" if there is none, or more than one. `asked`: a bare number picks from a choice's options."""
    line = tidy(text)
    if slot.kind == "number":
        return numbers.read(slot, line, asked)
    if slot.kind == "email":
        return _only(_EMAIL.findall(line.lower()))
    if slot.kind == "date":
        return _date(line.lower())
    if slot.kind == "choice":
        return _choice(slot, line, asked)
    lines = _paragraphs(text) if slot.kind == "address" else [line]
    lines = [postal.corrected(line) or postal.bare(line) for line in lines] if slot.kind == "address" else lines
    return next((line for line in lines if _fits(slot, line)), "")


def shown(slot: Slot, value: str, language: str) -> str:
    """The value as the customer reads it."""
    return slot.options[value].label[language] if slot.kind == "choice" else value


def names(action: Action, text: str) -> bool:
    """Does it name what the action is about? A reason or a day alone may belong to any question."""
    return any(action.slot(name).kind in ("number", "email") for name in found(action, text))


def without(text: str, values: Mapping[str, str], action: Action) -> str:
    """The text without the numbers in it: what remains tells what is asked, and in which language."""
    for slot in action.slots:
        if slot.kind == "number" and slot.name in values:
            text = numbers.without(slot, text)
    return text


def without_numbers(actions: Iterable[Action], text: str, by: str = " ") -> str:
    """The text with `by` in place of any action's numbers; the text itself if it holds none."""
    slots = {slot.pattern: slot for action in actions for slot in action.slots if slot.kind == "number"}
    for slot in slots.values():
        text = numbers.without(slot, text, by)
    return text


def masked(address: str) -> str:
    """An address that tells only its owner which it is: m•••@e•••.example, +••••••0123."""
    local, at, domain = address.partition("@")
    if not at:
        return f"+••••••{address[-4:]}"
    name, dot, ending = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••{dot}{ending}"


def _only(values: list[str]) -> str:
    return values[0] if len(set(values)) == 1 else ""


def _date(line: str) -> str:
    days = [(y, m, d) for y, m, d in _ISO.findall(line)] + [(y, m, d) for d, m, y in _DAY_FIRST.findall(line)]
    days += [(y, str(_MONTHS.index(m) + 1), d) for d, m, y in _NAMED.findall(line) if m in _MONTHS]
    for y, m, d in days[:1]:
        with suppress(ValueError):
            return date(int(y), int(m), int(d)).isoformat()
    return ""


def _choice(slot: Slot, line: str, asked: bool) -> str:
    names = list(slot.options)
    picked = _CHOSEN.fullmatch(line) if asked else None
    if picked:
        return names[int(picked[1]) - 1] if 0 < int(picked[1]) <= len(names) else ""
    said = plain(line)
    labels = {name: {plain(label) for label in option.label.values()} for name, option in slot.options.items()}
    return _only([name for name, option in slot.options.items() if said in labels[name] or option.phrases.search(said)])


def _paragraphs(text: str) -> list[str]:
    """Each part of a mail by itself, as a greeting stands above and a name below; then the whole."""
    return [tidy(part) for part in (*re.split(r"\n\s*\n", text[:HEARD]), text)]


def _fits(slot: Slot, line: str) -> bool:
    return 0 < len(line) <= LONGEST and (slot.kind == "text" or _is_address(line))


def _is_address(line: str) -> bool:
    """Does it look like one? It is shown again before anything is done with it."""
    return len(line) + line.count(" ") >= _SHORTEST and bool(_PLACE.search(line)) and not _NO_ADDRESS.search(line)
