"""The clauses of a passage, each of which affirms or denies something by itself. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.bot.interpretation.phrases import plain
from chalicelib.knowledge.index.words import normal

_HEAD = re.compile(r"^([^:：.。]{2,40})[:：]\s*(.+)$", re.DOTALL)
_EN = re.compile(r"[;:.!?]+(?:\s+|$)|,? (?:and|but) (?=(?:there|it|they|you|we|can|is|are|the|orders)\b)|, (?=orders\b|which\b)")
_ZH = re.compile(r"[；。！？]|，(?=除了|不|没|无|也|但|可|绝|还|我们|由|已)|：(?=打开)")
_THING = re.compile(r"[,、，]|\band\b|和|\bor\b")


@dataclass(frozen=True, slots=True)
class Clause:
    """`said`: in plain words (of Chinese: in normal form); `head`: what the list's item is about; `things`: how many it enumerates;
    `passage`: where it stands."""

    said: str
    head: str
    things: int
    passage: str


def clauses(passage: str, language: str) -> list[Clause]:
    """In their order."""
    item = _HEAD.match(passage)
    head, body = (item[1], item[2]) if item else ("", passage)
    parts = (_EN if language == "en" else _ZH).split(body)
    form = plain if language == "en" else normal
    return [Clause(form(part), form(head), len(_THING.findall(part)) + 1, passage) for part in parts if part and part.strip()]
