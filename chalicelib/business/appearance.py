"""How chat and widget look, out of what somebody wrote, as in appearance.json; and what browsers are told of it. Pure."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.business import colours
from chalicelib.business.colours import Scheme
from chalicelib.errors import BadRequest

SIDES, ICONS = ("right", "left"), ("speech", "question", "heart", "headset")
LONGEST = {"name": 60, "greeting": 200, "label": 30}  # characters
LARGEST_LOGO = 8_000  # bytes: it is read with all settings, and stands in the page
_ADDRESS = re.compile(r"(https://[A-Za-z0-9.-]+(?::\d+)?/[A-Za-z0-9._~/%@+=-]*)(?:\?[A-Za-z0-9._~/%@+=&-]*)?")
_DATA = re.compile(r"data:image/(png|jpeg|webp);base64,([A-Za-z0-9+/]+={0,2})")
_BEGINS = {"png": re.compile(rb"\x89PNG\r\n"), "jpeg": re.compile(rb"\xff\xd8\xff"), "webp": re.compile(rb"RIFF....WEBP", re.DOTALL)}
_LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Appearance:
    """ "" for what is as it ships. Texts by language, "en" or "zh"; `primary` as #rrggbb."""

    names: Mapping[str, str]
    greetings: Mapping[str, str]
    labels: Mapping[str, str]
    primary: str = ""
    logo: str = ""
    side: str = "right"
    icon: str = "speech"


@dataclass(frozen=True, slots=True)
class Looks:
    """What browsers are given: `page` and `widget` in JSON ("null": as it ships); `picture`: the source that the page's policy must let
    in; `name`: that of the business, "" if nobody gave it one."""

    page: str = "null"
    widget: str = "null"
    picture: str = ""
    name: str = ""


def parse(data: Mapping[str, Any]) -> Appearance:
    """Raises BadRequest with every mistake."""
    launcher = data.get("launcher", {})
    given = {"name": data.get("name", {}), "greeting": data.get("greeting", {}), "label": launcher.get("label", {})}
    texts = {what: {language: str(text).strip() for language, text in by.items()} for what, by in given.items()}
    primary, logo = str(data.get("primary", "")).strip(), str(data.get("logo", "")).strip()
    side, icon = str(launcher.get("side", SIDES[0])), str(launcher.get("icon", ICONS[0]))
    wrong = [f'primary: "{primary}" is no colour; write it like #0f6b5c'] if primary and not colours.known(primary) else []
    wrong += [f"logo: {mistake}"] if logo and (mistake := _mistake(logo)) else []
    wrong += [f"{what}: {mistake}" for what, by in texts.items() for text in by.values() if (mistake := _text_mistake(what, text))]
    wrong += [f'launcher: "{one}" is none of {", ".join(among)}' for one, among in ((side, SIDES), (icon, ICONS)) if one not in among]
    if wrong:
        raise BadRequest("appearance: " + "; ".join(wrong))
    return Appearance(texts["name"], texts["greeting"], texts["label"], colours.known(primary), logo, side, icon)


def looks(known: Appearance, names: Mapping[str, str]) -> Looks:
    """`names`: what the business is called where the appearance does not say, by language."""
    own = {language: _said(known.names, language) or names.get(language, "") for language in _LANGUAGES}
    worn = {name: asdict(one) for name, one in schemes(known).items()} or None
    page = {"name": own, "greeting": dict(known.greetings), "logo": known.logo, "colours": worn}
    widget = {"label": dict(known.labels), "side": known.side, "icon": known.icon, "colours": worn}
    address = _ADDRESS.fullmatch(known.logo)
    picture = address[1] if address else "data:" if known.logo else ""
    return Looks(json.dumps(page), json.dumps(widget), picture, own["en"])


def schemes(known: Appearance) -> dict[str, Scheme]:
    """For "light" and "dark"; none without a primary colour."""
    grounds = {"light": colours.LIGHT, "dark": colours.DARK}
    return {name: colours.scheme(known.primary, ground) for name, ground in grounds.items()} if known.primary else {}


def remarks(known: Appearance) -> list[str]:
    """What was corrected, and why, for whoever chose the colour."""
    made = schemes(known)
    if not made:
        return []
    found, on_fill = [], made["light"].on_fill
    if on_fill != colours.WHITE:
        found.append(f"text on {known.primary} is {on_fill}: white has {_ratio(colours.WHITE, known.primary)}, {colours.AA}:1 is needed")
    for name, ground in (("light", colours.LIGHT), ("dark", colours.DARK)):
        text = made[name].text
        if text != known.primary:
            found.append(f"as text and focus on {name} ground it becomes {text}: {known.primary} has {_ratio(known.primary, ground.sheet)}")
    return found


def _ratio(one: str, other: str) -> str:
    return f"{colours.contrast(one, other):.1f}:1"


def _mistake(logo: str) -> str:
    """Why this is no logo; "" if it is one."""
    if not logo.startswith("data:"):
        fits = _ADDRESS.fullmatch(logo)
        return "" if fits else "must be a plain address that begins with https://, or data:image/png;base64,… (png, jpeg or webp)"
    found = _DATA.fullmatch(logo)
    if not found:
        return "data must be like data:image/png;base64,… (png, jpeg or webp)"
    try:
        picture = b64decode(found[2], validate=True)
    except (NoBase64, ValueError):
        return "the data is not base64"
    if len(picture) > LARGEST_LOGO:
        return f"{len(picture)} bytes are more than {LARGEST_LOGO}: make it smaller, or give its https address"
    return "" if _BEGINS[found[1]].match(picture) else f"the data is no {found[1]}"


def _text_mistake(what: str, text: str) -> str:
    if len(text.splitlines()) > 1:
        return "must be one line"
    return f"is longer than {LONGEST[what]} characters" if len(text) > LONGEST[what] else ""


def _said(texts: Mapping[str, str], language: str) -> str:
    """In her language; in the other one rather than not at all."""
    return texts.get(language) or next((text for text in texts.values() if text), "")
