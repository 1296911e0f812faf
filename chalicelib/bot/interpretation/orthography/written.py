"""How letters, digits and hyphens are written: one form for what looks alike, or is said for one. Pure."""

from __future__ import annotations

import re
import unicodedata

HEARD = 2_000  # characters looked at
_DASHES = str.maketrans("‐‑‒–—―−－﹣~", "-" * 10)
_SAID_DASH = re.compile(
    r"(?<=(?<![A-Za-z])[A-Za-z]) ?(?:横杠|橫槓|横线|橫線|杠|槓|减|減|\bdash\b|\bhyphen\b|\bminus\b) ?(?=[0-9])", re.IGNORECASE
)


def flat(text: str) -> str:
    """The width of letters and digits made one, and all that looks like a hyphen, or is said for one ("A杠10344")."""
    return _SAID_DASH.sub("-", unicodedata.normalize("NFKC", text[:HEARD]).translate(_DASHES))
