"""What a message says of the answer before it: that it helped, that it did not, that it is to be said again. Pure, by word lists.

Such a message shares words with the question before, so that a search finds the same article once more; told again, it would only
show that nobody listens.
"""

from __future__ import annotations

import re
from typing import Literal

from chalicelib.bot.interpretation.phrases import WordLists, plain
from chalicelib.knowledge.index.words import normal

_LISTS = WordLists(__file__)
# "complaint": about the bot itself; "again": she wants to hear it once more; "repeats": what it is that she asked; "relief": it is
# settled; "own": what she did already, or how long it has been.
Reaction = Literal["", "complaint", "repeats", "own", "relief", "again"]

_LONGEST = 600  # characters
_ORDER: tuple[Reaction, ...] = ("complaint", "again", "repeats", "relief", "own")
_ASKS = re.compile(
    r"[?？]|[吗嘛呢]\W*$|什么|怎么|怎样|多久|多少|哪|能不能|可不可以|可以|能否|是不是|有没有|为什么|谁|点样|点解|几多|几时|正常|"
    r"\b(?:how|what|when|where|which|who|why|can|could|should|may|is it|is there|do i|do you|will)\b"
)
_STATED = frozenset({"relief", "own"})  # a question is asked for its answer, whatever it tells beside


def reaction(text: str) -> Reaction:
    """ "" for whatever only asks or tells something."""
    said = plain(text[:_LONGEST])
    kinds = [one for one in _ORDER if one != "relief" or not _LISTS.book("except").search(said)]  # "settled" with a "not"
    kinds = [one for one in kinds if one != "own" or not _LISTS.book("history").search(said)]
    found: Reaction = next((one for one in kinds if _LISTS.book(one).search(said)), "")
    return "" if found in _STATED and _ASKS.search(normal(text)) else found
