"""Words of a message that belong to another matter than the articles': "I forgot the password for my router". Pure.

Likeness cannot tell her router's password from her account's; a word does that stands nowhere in the knowledge and in which customers do
not ask of anything (generic.txt, made by tests/bench/generic_words.py). English only: of Chinese, without spaces, too much is taken for
strange. A typing error is no word, and so no other matter.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from chalicelib.bot.interpretation.phrases import plain
from chalicelib.bot.interpretation.unnamed.held import Held, held, stems, words
from chalicelib.bot.interpretation.unnamed.unnamed import is_slip, is_usual
from chalicelib.knowledge.index.index import Index

_SHORTEST = 4  # letters
_STEM = 6  # letters that two forms of a word share at least: "forgot", "forgotten"
_LONGEST = 200  # characters; whoever writes more tells of a case


def strange(text: str, index: Index) -> list[str]:
    """The words, in their order; none of a long text, and none where nothing is known of what the articles tell."""
    known = held(index.passages)
    if len(text) > _LONGEST or not known.stems:
        return []
    found = [word for word in words(plain(text)) if word.isascii() and word.isalpha() and len(word) >= _SHORTEST]
    return [word for word in found if not _is_known(word, known) and (is_usual(word) or not is_slip(word))]


def _is_known(word: str, known: Held) -> bool:
    if stems(word) & _generic() or known.has(word):
        return True
    return any(word.startswith(stem) or stem.startswith(word) for stem in known.stems if len(stem) >= _STEM <= len(word))


@cache
def _generic() -> frozenset[str]:
    said = Path(__file__).with_name("generic.txt").read_text("utf-8").split()
    return frozenset(stem for word in said for stem in stems(word))
