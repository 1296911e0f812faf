"""What the business tells of itself, out of what somebody wrote, as in facts.json. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import BadRequest

LONGEST = 300  # characters
_FORMS = {
    "phone": (re.compile(r"\+?[0-9][0-9 ()/.-]{2,30}"), "is no telephone number; write it like +49 30 123456"),
    "email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "is no e-mail address"),
    "website": (re.compile(r"https?://\S+"), "must begin with https://"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """ "" for what is not told. Names and addresses by language, "en" or "zh"."""

    names: Mapping[str, str]
    addresses: Mapping[str, str]
    phone: str = ""
    email: str = ""
    website: str = ""

    def name(self, language: str) -> str:
        return _said(self.names, language)

    def spoken(self, language: str) -> dict[str, str]:
        """For the placeholders in the bot's sentences."""
        told = {"phone": self.phone, "email": self.email, "website": self.website}
        return {"business": self.name(language), "location": _said(self.addresses, language), **told}


NOTHING_TOLD = Facts({}, {})


def parse(data: Mapping[str, Any]) -> Facts:
    """Raises BadRequest with every mistake."""
    single = {name: str(data.get(name, "")).strip() for name in _FORMS}
    names, addresses = ({language: str(text).strip() for language, text in data.get(part, {}).items()} for part in ("name", "address"))
    wrong = [f'{name}: "{text}" {_FORMS[name][1]}' for name, text in single.items() if text and not _FORMS[name][0].fullmatch(text)]
    wrong += ["name: must be one line" for text in names.values() if len(text.splitlines()) > 1]
    every = [*single.items(), *(("name", text) for text in names.values()), *(("address", text) for text in addresses.values())]
    wrong += [f"{name}: is longer than {LONGEST} characters" for name, text in every if len(text) > LONGEST]
    if wrong:
        raise BadRequest("facts: " + "; ".join(wrong))
    return Facts(names, addresses, **single)


def _said(texts: Mapping[str, str], language: str) -> str:
    """In her language; in the other one rather than not at all."""
    first, other = ("zh", "en") if language.startswith("zh") else ("en", "zh")
    return texts.get(first) or texts.get(other, "")
