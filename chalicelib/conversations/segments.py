"""What a text costs as SMS: a carrier counts segments, in one of two alphabets. Pure.

GSM-7 (3GPP TS 23.038, 6.2.1: the default alphabet and its extension table) holds 160 characters, or 153 in each of several
segments; one character outside of it makes the whole text UCS-2: 70 code units, or 67 each. So characters that merely look
better (curly quotes, dashes, spaces that do not break) are replaced where nothing else needs UCS-2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chalicelib.errors import TooLarge

Encoding = Literal["gsm7", "ucs2"]

PART_SEGMENTS = 10  # of one message; carriers refuse longer ones
PARTS = 10  # messages that one text may become; more is a letter
LONGEST = 1600  # characters of one message, for every provider that we know

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # two septets each
_ROOM: dict[Encoding, tuple[int, int]] = {"gsm7": (160, 153), "ucs2": (70, 67)}

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\t", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff"),
        "…": "...",
        "•": "-",
        "·": ".",
        "⁄": "/",
    }
)

# Where a text is best cut: after a paragraph, a sentence, a clause, a word; the earlier ones only if they leave no half-empty part.
_CUTS = (
    (re.compile(r"\n\s*\n"), 0.5),
    (re.compile(r"\n|[.!?](?=\s)|[。！？]”?"), 0.5),
    (re.compile(r"[;,](?=\s)|[；，、]"), 0.7),
    (re.compile(r"\s"), 0.0),
)


@dataclass(frozen=True, slots=True)
class Size:
    """Of one message."""

    encoding: Encoding
    units: int  # septets or UTF-16 code units
    segments: int


def size(text: str) -> Size:
    """An empty text is one segment."""
    encoding = _encoding(text)
    units = sum(_units(character, encoding) for character in text)
    single, joined = _ROOM[encoding]
    return Size(encoding, units, 1 if units <= single else _packed(text, encoding, joined))


def plain(text: str) -> str:
    """The text in GSM-7 if only characters that have a plain likeness keep it out; else as it is."""
    replaced = text.translate(_PLAIN)
    return replaced if _encoding(replaced) == "gsm7" else text


def split(text: str, longest: int = LONGEST, most: int = PARTS) -> list[str]:
    """The messages that a text is sent as, each with its mark "(1/3) " if there are several. Raises TooLarge if there are too many."""
    whole = plain(text)
    if _fits(whole, longest):
        return [whole]
    room = longest - len(_mark(most, most))
    parts = list(_parts(whole, room, most + 1))
    if len(parts) > most:
        raise TooLarge(f"this text is too long for SMS: it would take more than {most} messages; shorten it, or send a mail")
    return [_mark(number, len(parts)) + part for number, part in enumerate(parts, 1)]


def count(parts: list[str]) -> int:
    """Segments that the messages cost together."""
    return sum(size(part).segments for part in parts)


def _encoding(text: str) -> Encoding:
    return "gsm7" if all(c in _BASIC or c in _EXTENDED for c in text) else "ucs2"


def _units(character: str, encoding: Encoding) -> int:
    if encoding == "gsm7":
        return 2 if character in _EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1


def _packed(text: str, encoding: Encoding, room: int) -> int:
    """A character of two units is never cut by the carrier, so a segment may stay one short."""
    segments, used = 1, 0
    for character in text:
        units = _units(character, encoding)
        if used + units > room:
            segments, used = segments + 1, 0
        used += units
    return segments


def _fits(text: str, longest: int) -> bool:
    return len(text) <= longest and size(text).segments <= PART_SEGMENTS


def _mark(number: int, of: int) -> str:
    return f"({number}/{of}) "


def _parts(text: str, room: int, most: int) -> Iterator[str]:
    """The text in pieces that fit with their mark; stops after `most`."""
    rest = text.strip()
    for _ in range(most):
        if not rest:
            return
        end = _reach(rest, room)
        if end < len(rest):
            end = _cut(rest, end)
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()


def _reach(text: str, room: int) -> int:
    """So many characters from the start fit, beside a mark (whose characters cost one unit in both alphabets)."""
    most = {encoding: PART_SEGMENTS * (joined - 1) - len(_mark(PARTS, PARTS)) for encoding, (_, joined) in _ROOM.items()}
    gsm, septets, units, end = True, 0, 0, 0
    for place, character in enumerate(text[:room], 1):
        gsm = gsm and _encoding(character) == "gsm7"
        septets, units = septets + _units(character, "gsm7"), units + _units(character, "ucs2")
        if (gsm and septets <= most["gsm7"]) or units <= most["ucs2"]:
            end = place
    return end


def _cut(text: str, end: int) -> int:
    """The best place at or before `end`; within a word only if there is no other, and not within what is seen as one character."""
    for pattern, least in _CUTS:
        places = [found.end() for found in pattern.finditer(text, 0, end + 1) if found.end() <= end]
        if places and places[-1] >= least * end and places[-1] > 0:
            return places[-1]
    place = end
    while place > 1 and _belongs(text[place - 1], text[place]):
        place -= 1
    return place if place > 1 else end


def _belongs(before: str, after: str) -> bool:
    """Would a cut here take a mark, an emoji's skin or a half flag from its character (UAX 29, roughly)?"""
    return (
        bool(unicodedata.combining(after))
        or unicodedata.category(after) in ("Mn", "Me", "Mc")
        or after in "\u200d\ufe0e\ufe0f"
        or before == "\u200d"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or ("\U0001f1e6" <= after <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff")
    )
