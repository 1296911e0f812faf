"""Several short messages in a row are one turn: "hi" / "my parcel" / "it never came" is one question. Pure.

A short message that says too little is not answered at once: the bot waits a moment, and the next message goes on where it
stopped. What is surely known is answered without waiting; what is then added to a question that was just answered
("I ordered it on Monday") needs no second answer.
"""

from __future__ import annotations

import re

from chalicelib.bot.follow_ups import asks_on
from chalicelib.conversations.model import Conversation, Message

QUICK = frozenset({"webchat", "sms"})  # where people write in pieces
SHORT = 40  # characters; a Chinese one counts as three
ADDED = 20_000  # ms after an answer in which a short message belongs to the question before

_END = re.compile(r"[?？]\s*$")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def is_piece(message: Message) -> bool:
    """May more follow? Short, not ended by a question mark, in a channel where people write so."""
    text = message.text.strip()
    return message.channel in QUICK and len(text) + 2 * len(_WIDE.findall(text[:SHORT])) <= SHORT and not _END.search(text)


def words(c: Conversation, text: str) -> str:
    """All that was said in this turn."""
    return f"{c.turn}\n{text}" if c.turn else text


def earlier(c: Conversation, message: Message) -> str:
    """The question that this message adds to, if it was answered a moment ago; else ""."""
    fresh = c.article and message.at - c.last_at <= ADDED
    return c.question if fresh and is_piece(message) and not asks_on(message.text) else ""
