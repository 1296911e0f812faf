"""Colours that can be read, out of one that a business likes: contrast as WCAG 2.2 reckons it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

AA = 4.5  # of text on its ground: w3.org/TR/WCAG22/#contrast-minimum
WHITE, INK, BLACK = "#ffffff", "#1d2321", "#000000"
_FORM = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_HOVER, _HOVER_TEXT = 0.18, 0.25  # so far towards black or white under a pointer
_STEPS = 100  # from a colour to black or white


@dataclass(frozen=True, slots=True)
class Ground:
    """What a page's text stands on: `sheet` and `others` are tokens of shared/base.css. `end`: where a colour goes until it can be read on
    them; `tint`: how much of that colour is in a ground tinted by it."""

    sheet: str
    others: tuple[str, ...]
    end: str
    tint: float


LIGHT = Ground(WHITE, ("#f6f5f1", "#efede7"), BLACK, 0.1)
DARK = Ground("#1c2220", ("#141817", "#262d2b"), WHITE, 0.12)


@dataclass(frozen=True, slots=True)
class Scheme:
    """`fill`: the primary colour, with `on_fill` as text on it. `text`: the primary colour as text and focus, corrected; `tint`: a ground
    that shows a little of it. The hovers are for what a pointer is over."""

    fill: str
    on_fill: str
    fill_hover: str
    text: str
    text_hover: str
    tint: str


def known(text: str) -> str:
    """A colour as #rrggbb in small letters; "" for what is none."""
    if not _FORM.fullmatch(text):
        return ""
    digits = text[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def contrast(one: str, other: str) -> float:
    """From 1 to 21. Colours as #rrggbb."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """`share` of the other colour, 0 to 1."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(mine + (its - mine) * share):02x}" for mine, its in pairs)


def on(fill: str) -> str:
    """The colour of text on a fill: white if it can be read, else the page's ink, else black. One of white and black always can."""
    return next((colour for colour in (WHITE, INK) if contrast(colour, fill) >= AA), BLACK)


def scheme(primary: str, ground: Ground) -> Scheme:
    """All that a page or the widget needs to wear a primary colour (#rrggbb) on a ground."""
    text, on_fill = _readable(primary, ground), on(primary)
    return Scheme(
        fill=primary,
        on_fill=on_fill,
        fill_hover=mixed(primary, BLACK if on_fill == WHITE else WHITE, _HOVER),  # away from the text on it
        text=text,
        text_hover=mixed(text, ground.end, _HOVER_TEXT),
        tint=_tint(text, ground),
    )


def _readable(colour: str, ground: Ground) -> str:
    """The first on the way to black (or white) that can be read on every ground."""
    for step in range(_STEPS):
        made = mixed(colour, ground.end, step / _STEPS)
        if all(contrast(made, under) >= AA for under in (ground.sheet, *ground.others, _tint(made, ground))):
            return made
    return ground.end


def _tint(colour: str, ground: Ground) -> str:
    return mixed(ground.sheet, colour, ground.tint)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """w3.org/TR/WCAG22/#dfn-relative-luminance"""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
