"""An example: one way in which customers ask for an article. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from hashlib import blake2s
from typing import Literal

Source = Literal["file", "import", "agent", "customer"]

SOURCES: tuple[Source, ...] = ("file", "import", "agent", "customer")
LONGEST = 500  # characters


@dataclass(frozen=True, slots=True)
class Example:
    """`article` "": agents said that no article fits. `by`: who gave it. `at`: Unix ms. `conversation`: where it was asked, if it was."""

    id: str
    text: str
    language: str
    article: str
    source: Source
    by: str = ""
    at: int = 0
    conversation: str = ""


def example(text: str, article: str, language: str, *, source: Source, by: str, at: int, conversation: str = "", place: int = 0) -> Example:
    """A new example; `place` keeps the order of many that come at once. Its id puts it in the order of time."""
    text = " ".join(text.split())[:LONGEST].rstrip()
    return Example(f"{at:013d}-{place:05d}{mark(text, article)}", text, language, article, source, by, at, conversation)


def mark(text: str, article: str) -> str:
    """The same for the same words and article, however they are spaced or written."""
    same = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return blake2s(f"{article}\0{same}".encode(), digest_size=10).hexdigest()
