"""Does a composed text say only what its sources say, and where each sentence is from? Pure.

The check knows no meaning, so it is strict: what stands before a citation must be a sentence of each source that it cites, or several that
follow each other there, word for word but for courtesies. Words that are left out, put in or exchanged can turn a sentence round ("within
Germany", "not", "we" for "the recipient"), and no count of common words would see it. So a model may choose, order and shorten by whole
sentences. What is refused wrongly costs nothing but style, as the article itself is said then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chalicelib.knowledge.index.words import normal

LONGEST = 1_500  # characters

_CITATIONS = re.compile(r"(?:\s*\[\d{1,2}\])+")
_NUMBER = re.compile(r"\d+")
_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|(?<=;)\s+|\n+")
_MARK = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+", re.MULTILINE)
_MARKUP = re.compile(r"[<>`\\{}|]|\]\(|!\[|\[\[")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)\S+|\S+@\S+", re.IGNORECASE)
_TOKEN = re.compile(r"\d+(?:[.,:/–-]\d+)*|[a-zà-öø-ÿ]+(?:'[a-z]+)?|[㐀-䶿一-鿿]|[€$£¥₩₹%‰°+@#&=/]|[^\W_]")
_SIGN = re.compile(r"[^\w\s.,:;!?'\"()*•·…–—’‘“”。，：；！？、（）《》「」-]")
# What may come or go without a change of meaning. No "can", no "yes", no "only".
_COURTESY = frozenset(
    [*"请您你的了吧呢哦啊呀那么并", "a", "an", "the", "please", "also", "and", "so", "then", "just", "simply", "hello", "hi", "thanks"]
)
_SPOKEN_HAN = re.compile(r"您好|你好|谢谢您?|另外|此外|同时")
_INTRODUCES = (":", "：")

_Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text, and the numbers of the sources that are cited behind it."""

    text: str
    cited: tuple[int, ...]


def parts(text: str) -> list[Part]:
    """The text cut behind its citations; what follows the last one cites nothing."""
    found, start = [], 0
    for match in _CITATIONS.finditer(text):
        found.append(Part(text[start : match.start()], tuple(int(number) for number in _NUMBER.findall(match[0]))))
        start = match.end()
    return [*found, Part(text[start:], ())] if text[start:] else found


def flaw(text: str, sources: Sequence[str]) -> str:
    """Why this text must not be said, "" if nothing is wrong with it. `sources`: the articles' plain texts that [1], [2] … stand for,
    the one that surely answers first."""
    if not text.strip() or len(text) > LONGEST:
        return "empty or too long"
    pieces = parts(text)
    if _MARKUP.search("".join(part.text for part in pieces)):
        return "markup"
    if not any(_tokens(part.text) for part in pieces):
        return "says nothing"
    return _misplaced(pieces, len(sources)) or next(filter(None, (_unfounded(part, sources) for part in pieces)), "")


def _misplaced(pieces: Sequence[Part], count: int) -> str:
    """One article is told after the other: a sentence means something else behind another article's ("it", "then")."""
    cited = [part.cited for part in pieces if part.cited]
    firsts = [numbers[0] for numbers in cited]
    if any(not 1 <= number <= count for numbers in cited for number in numbers):
        return "cites a source that there is not"
    if firsts[:1] != [1] or firsts != sorted(firsts):
        return "does not begin with the article that answers, or goes back to one"
    return ""


def _unfounded(part: Part, sources: Sequence[str]) -> str:
    said = [tokens for sentence in _sentences(part.text) if (tokens := _tokens(sentence))]
    if said and not part.cited:
        return "a sentence that cites nothing"
    for known in (sources[number - 1] for number in part.cited or range(1, len(sources) + 1)):
        if not set(_ADDRESS.findall(part.text)) <= set(_ADDRESS.findall(known)):
            return "an address that a cited article does not have"
        if not set(_SIGN.findall(part.text)) <= set(_SIGN.findall(known)):
            return "a sign that a cited article does not have"
        if not _stands_in(said, known):
            return "a sentence that a cited article does not have"
    return ""


def _stands_in(said: Sequence[_Tokens], source: str) -> bool:
    """Do these sentences follow each other in the source? What a line with a colon introduces stands only behind that line."""
    lines = _lines(source)
    return not said or any(not led and _goes_on(said, [tokens for tokens, _ in lines[start:]]) for start, (_, led) in enumerate(lines))


def _goes_on(said: Sequence[_Tokens], lines: Sequence[_Tokens]) -> bool:
    """Do the lines begin with what is said? One sentence may join several lines, but none ends within one."""
    rest = iter(lines)
    for sentence in said:
        left = sentence
        while left:
            line = next(rest, ())
            if not line or left[: len(line)] != line:
                return False
            left = left[len(line) :]
    return True


@lru_cache(maxsize=32)
def _lines(source: str) -> list[tuple[_Tokens, bool]]:
    """Each sentence that says something, and whether it hangs on one before it, in its paragraph or at the end of the last, that ends with
    a colon."""
    found: list[tuple[_Tokens, bool]] = []
    led = False
    for paragraph in re.split(r"\n\s*\n", source):
        for sentence in _sentences(paragraph):
            if tokens := _tokens(sentence):
                found.append((tokens, led))
            led = led or sentence.endswith(_INTRODUCES)
        led = paragraph.rstrip().endswith(_INTRODUCES)
    return found


def _sentences(text: str) -> Iterator[str]:
    return (part.strip() for part in _ENDS.split(_MARK.sub("", text)) if part.strip(" .。·"))


def _tokens(text: str) -> _Tokens:
    plain = normal(_SPOKEN_HAN.sub(" ", text))
    return tuple(token for token in _TOKEN.findall(plain) if token not in _COURTESY)
