"""Where a message may be cut in two: what replies to the bot, and what she says besides. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LONGEST = 90  # characters of what does nothing but reply
_CUT = re.compile(
    r"(?:[.,:](?!\d)|[!?;\n…，。！？；、：～~)）])+|\s[-–—]+\s|(?<=[㐀-鿿])\s+|[-–—]{2,}|"
    r"\s+(?=(?:but|and|because|cause|cuz|coz|since|also|though|plus|so|however|while|as)\b)|"
    r"\b(?:please|pls|plz|thanks|thx|i think|i guess|i believe|i suppose|if you please)\s+|"
    r"(?=但|不过|不過|因为|因為|另外|还有|還有|顺便|順便|仲有|而且)",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"(?:[\s.,!?;:…，。！？；、：～~)）–—-]+|(?:but|and|because|cause|cuz|coz|also|though|plus|however|as|since)\b|但是|但|不过|不過|因为|因為|另外|还有|還有|顺便|順便|仲有|而且)+",
    re.IGNORECASE,
)


def heads(text: str) -> Iterator[tuple[str, str]]:
    """Ways to cut a message into a beginning and the rest, the longest beginning first. A rest begins with its first word."""
    ends = [match.end() for match in _CUT.finditer(text[:_LONGEST]) if match.end()]
    if len(text) <= _LONGEST:
        yield text, ""
    for end in sorted({*ends} - {len(text)}, reverse=True):
        yield text[:end], after_joint(text[end:])


def after_joint(rest: str) -> str:
    """Without the signs and the "and", "but" with which it goes on."""
    joint = _JOINT.match(rest)
    return (rest[joint.end() :] if joint else rest).strip()
