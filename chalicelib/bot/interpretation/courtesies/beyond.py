"""Questions that articles seldom answer and that are none of the bot itself: where its answer comes, what to buy, the weather. Pure.

The nearest article only puzzles whoever asks so, and no colleague need read it: they are answered truly in a sentence, unless the
knowledge surely has an article (what to buy, what stands in a guide of the town).
"""

from __future__ import annotations

import re

from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.courtesies.about import Kinds
from chalicelib.bot.interpretation.phrases import WordLists, plain

# How a question or a wish begins.
_ASKS = re.compile(
    r"(?:(?:and|so|hey|hi|haha|lol|ok|well)\W+)*(?:is|are|was|do|does|did|will|would|can|could|should|shall|who|tell|help|give|let'?s)\b|"
    r".*(?:谁|誰|边个|邊個|有没有|有沒有|有冇|帮我|幫我|教我|给我|給我|陪我|推荐|推薦|[会會]不[会會]|要不要|使唔使|冷不冷|熱不熱|热不热|好不好)",
    re.IGNORECASE,
)
KNOWN_FIRST = ("outside", "advice", "assortment")  # kinds of which an article may know more than the sentence
_LISTS = WordLists(__file__)
_KINDS = Kinds(_LISTS)


def asked(text: str) -> str:
    """ "where" (in which way and place the answer comes), "outside" (what is no shop's business), "advice" (what to buy), "assortment"
    (what is sold) or ""."""
    kind = _KINDS.first(text)
    if kind not in ("outside", "topic"):
        return kind
    is_ours = _LISTS.book("except-outside").search(plain(text))
    return "outside" if not is_ours and (kind == "outside" or asks_something(text) or _ASKS.match(text)) else ""
