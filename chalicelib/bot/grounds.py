"""Does a composed text say only what its sources say? Pure.

The check knows no meaning, so it is strict: each sentence must be a sentence of a source, word for word but for courtesies. Words that
are left out, put in or exchanged can turn a sentence round ("within Germany", "not", "we" for "the recipient"), and no count of common
words would see it. So a model may choose, order and shorten by whole sentences. What is refused wrongly costs nothing but style,
as the article itself is said then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from chalicelib.knowledge.words import normal

LONGEST = 1_500  # characters
_RUN = 3  # sentences of a source that a composed one may join

_CITATION = re.compile(r"\s*\[(\d{1,2})\]")
_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|(?<=;)\s+|\n+")
_MARK = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+", re.MULTILINE)
_MARKUP = re.compile(r"[<>`\\{}|]|\]\(|!\[|\[\[")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)\S+|\S+@\S+", re.IGNORECASE)
_TOKEN = re.compile(r"\d+(?:[.,:/–-]\d+)*|[a-zà-öø-ÿ]+(?:'[a-z]+)?|[㐀-䶿一-鿿]|[€$£¥₩₹%‰°+@#&=/]|[^\W_]")
# What may come or go without a change of meaning. No "can", no "yes", no "only".
_COURTESY = frozenset(
    [*"请您你的了吧呢哦啊呀那么并", "a", "an", "the", "please", "also", "and", "so", "then", "just", "simply", "hello", "hi", "thanks"]
)
_SPOKEN_HAN = re.compile(r"您好|你好|谢谢您?|另外|此外|同时")
_INTRODUCES = (":", "：")


def flaw(text: str, sources: Sequence[str]) -> str:
    """Why this text must not be said, "" if nothing is wrong with it. `sources`: the articles' plain texts that [1], [2] … stand for."""
    cited = sorted({int(number) for number in _CITATION.findall(text)})
    if not text.strip() or len(text) > LONGEST:
        return "empty or too long"
    if not cited or cited[0] < 1 or cited[-1] > len(sources):
        return "cites no source, or one that there is not"
    bare = _CITATION.sub("", text)
    if _MARKUP.search(bare):
        return "markup"
    known = [sources[number - 1] for number in cited]
    if not set(_ADDRESS.findall(bare)) <= set(_ADDRESS.findall("\n".join(known))):
        return "an address that no cited article has"
    said = [tokens for sentence in _sentences(bare) if (tokens := _tokens(sentence))]
    if not said:
        return "says nothing"
    return "" if all(any(tokens in _passages(source) for source in known) for tokens in said) else "a sentence that no cited article has"


@lru_cache(maxsize=32)
def _passages(source: str) -> frozenset[tuple[str, ...]]:
    """Its sentences and runs of them; what a line with a colon introduces stands only behind that line."""
    lines = [_tokens(sentence) for sentence in _sentences(source)]
    led = _introduced(source)
    runs = (
        (start, end) for start in range(len(lines)) for end in range(start + 1, min(start + 1 + _RUN, len(lines) + 1)) if not led[start]
    )
    return frozenset(tuple(token for line in lines[start:end] for token in line) for start, end in runs)


def _introduced(source: str) -> list[bool]:
    """For each sentence: does it hang on one before it, in its paragraph or at the end of the last, that ends with a colon?"""
    found: list[bool] = []
    led = False
    for paragraph in re.split(r"\n\s*\n", source):
        for sentence in _sentences(paragraph):
            found.append(led)
            led = led or sentence.endswith(_INTRODUCES)
        led = paragraph.rstrip().endswith(_INTRODUCES)
    return found


def _sentences(text: str) -> Iterator[str]:
    return (part.strip() for part in _ENDS.split(_MARK.sub("", text)) if part.strip(" .。·"))


def _tokens(text: str) -> tuple[str, ...]:
    plain = normal(_SPOKEN_HAN.sub(" ", text))
    return tuple(token for token in _TOKEN.findall(plain) if token not in _COURTESY)
