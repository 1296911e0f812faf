"""Several short messages in a row are one turn: "hi" / "my parcel" / "it never came" is one question. Pure.

A short message that says too little is not answered at once: the bot waits a moment, and the next message goes on where it
stopped. What is surely known is answered without waiting.
"""

from __future__ import annotations

import re

from chalicelib.conversations import registry
from chalicelib.conversations.model import Conversation, Message

SHORT = 40  # characters; a Chinese one counts as three

_FEW, _FEW_WIDE = 4, 7  # words, and characters of Chinese, of the beginning of a sentence
# It names a thing of hers, or one that was spoken of, and no more.
_OWN = re.compile(
    r"(?:and |so |but )?(?:my|the|your|our|one of (?:my|the)) [a-z](?!.*\b(?:one|ones|first|second|third|last)\b)|"
    r"(?:我|你们|你們)的?[^\W\d]{2}|[这這那][个個款把家盒包套][^\W\d]{2}",
    re.IGNORECASE,
)
_STOPS = re.compile(
    r"[.!?。！？…]\s*$|\d|\b(?:is|are|was|were|has|have|had|not|no|never|came|come|got|broke\w*|missing|lost|damaged|wrong|late|"
    r"arrived|cracked|empty|leaks?|does\w*|did\w*|will|can|wo|isn)\b|[了吗嗎呢吧没沒坏壞碎破丢丟少错錯要想问問查退换換到等是有能会會什怎哪几幾多不]",
    re.IGNORECASE,
)
_END = re.compile(r"[?？]\s*$")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def is_piece(message: Message) -> bool:
    """May more follow? Short, not ended by a question mark, in a channel where people write so."""
    text = message.text.strip()
    return registry.of(message.channel).quick and len(text) + 2 * len(_WIDE.findall(text[:SHORT])) <= SHORT and not _END.search(text)


def words(c: Conversation, text: str) -> str:
    """All that was said in this turn."""
    return joined(c.turn, text) if c.turn else text


def joined(before: str, text: str) -> str:
    """Two pieces as one text: a sentence that was begun goes on in its line."""
    line = before.rpartition("\n")[2]
    if not is_fragment(line):
        return f"{before}\n{text}"
    return f"{before}{'' if _WIDE.search(line[-1:]) and _WIDE.search(text[:1]) else ' '}{text}"


def is_fragment(text: str) -> bool:
    """Is it the beginning of a sentence: a few words that ask nothing, tell nothing, and are no courtesy: "my teapot", "我的茶壶"?"""
    said = text.strip()
    few = len(said.split()) <= _FEW if said.isascii() else len(said) <= _FEW_WIDE
    return few and bool(_OWN.match(said)) and not _STOPS.search(said)
