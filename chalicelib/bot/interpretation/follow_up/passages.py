"""The passages of an article, and which of them a question asks for: by its words, and by its meaning where there is an encoder. Pure.

A passage is what can be told alone: an item of a list, or a sentence. It is looked for in the article that was told last, as most
questions that lean on what was said ask for something that stands there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.bot.language import small_words
from chalicelib.knowledge.cautions import warns
from chalicelib.knowledge.words import normal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from chalicelib.knowledge.encoder import Encoder

_ITEM = re.compile(r"^\s*(?:[-•*]|\d+\.)\s+")
_SENTENCE = re.compile(r".+?(?:(?<=[^\d\s][.!?])(?=\s)|(?<=[。！？])|$)", re.DOTALL)
_WORD = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_KEPT = 2_000  # passages whose vectors a process keeps


_CLOSE, _MOST = 0.2, 3  # passages whose score is so close to the best one's are told as well, up to so many
_FLAT = 0.1  # no word is shared, and the best is less than so much ahead: then the whole is told


@dataclass(frozen=True, slots=True)
class Passage:
    """`place`: where it stands in its article. `words`: the share of a message's own words that stand in it; `meaning`, `whole`: cosines
    with the message alone, and with the whole question that it completes (0 without an encoder)."""

    text: str
    place: int
    words: float
    meaning: float
    whole: float

    @property
    def score(self) -> float:
        return self.words / 2 + self.whole


def split(text: str) -> list[str]:
    """The passages of an article's plain text, in its order."""
    found: list[str] = []
    for line in text.split("\n"):
        if _ITEM.match(line):
            found.append(_ITEM.sub("", line).strip())
        else:
            found += [sentence.strip() for sentence in _SENTENCE.findall(line)]
    return [passage for passage in found if passage]


def units(text: str) -> frozenset[str]:
    """What a text's words say: stems of words that are not small, and pairs of Chinese characters (a single one alone)."""
    said = _HYPHEN.sub("", normal(text))
    words = {_stem(word) for word in _WORD.findall(said) if word not in small_words("english")}
    pairs = {run[i : i + 2] for run in _HAN.findall(said) for i in range(max(1, len(run) - 1))}
    return frozenset(words | pairs)


def found(text: str, own: str, said: str, whole: str, encoder: Encoder | None) -> list[Passage]:
    """The passages of an article, beside a message: its `own` words, what is `said`, and the `whole` question; the best first."""
    parts = split(text)
    wanted = units(own)
    alone, together = _cosines(encoder, said, parts), _cosines(encoder, whole, parts)
    made = [Passage(part, place, _share(wanted, part), alone[place], together[place]) for place, part in enumerate(parts)]
    return sorted(made, key=lambda one: -one.score)


def told(passages: Sequence[Passage]) -> str:
    """The best passages, those that are nearly as good with them and those that warn, in the article's order; "" if none stands out: then
    the whole is told."""
    if len(passages) > 1 and not any(one.words for one in passages) and passages[0].score - passages[1].score < _FLAT:
        return ""
    best = [one for one in passages if one.score >= passages[0].score - _CLOSE]
    if len(best) > _MOST:
        return ""
    kept = [one for one in passages if one in best or warns(one.text)]
    return "\n".join(one.text for one in sorted(kept, key=lambda one: one.place)) if len(kept) < len(passages) else ""


def _share(wanted: frozenset[str], passage: str) -> float:
    return len(wanted & units(passage)) / len(wanted) if wanted else 0.0


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _cosines(encoder: Encoder | None, question: str, parts: Sequence[str]) -> list[float]:
    if encoder is None or not parts:
        return [0.0] * len(parts)
    import numpy as np

    found: list[float] = (np.stack([_vector(encoder, part) for part in parts]) @ _vector(encoder, question)).tolist()
    return found


@lru_cache(maxsize=_KEPT)
def _vector(encoder: Encoder, text: str) -> NDArray[np.float32]:
    """A process keeps those of the passages that it looked at last."""
    row: NDArray[np.float32] = encoder.embed([text])[0]
    return row
