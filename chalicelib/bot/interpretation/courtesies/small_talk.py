"""Is a message nothing but courtesy, and which? What asks and tells nothing gets a friendly word and no article. Pure, by word lists.

Wordings of the kinds are taken out first; if anything is left that may say something, it is no courtesy: "thanks, but where is it".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from chalicelib.bot.interpretation.orthography.spelling import Speller
from chalicelib.bot.interpretation.phrases import Phrasebook, WordLists, lexicon, plain
from chalicelib.knowledge.index.words import empty_words, simplified

_LISTS = WordLists(__file__)
# The sentence of rules.yaml that answers a kind; its variants have ".2" and ".3" behind the name.
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "opener": "opener",
        "greeting": "greeting",
        "thanks": "thanks",
        "praise": "praise",
        "solved": "solved",
        "acknowledged": "acknowledged",
        "goodbye": "goodbye",
        "apology": "apology",
        "laugh": "laugh",
        "thumbs": "acknowledged",
        "puzzled": "puzzled",
    }
)

_LONGEST = 600  # characters: no courtesy is longer, and a longer text need not be read for one
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_BORDER = re.compile(r"(?<=[a-z0-9])(?=[㐀-䶿一-鿿])|(?<=[㐀-䶿一-鿿])(?=[a-z0-9])")
_DRAWN = re.compile(r"(\w)\1{2,}")
_QUESTION = re.compile(r"[?？]")
_JOINERS = re.compile("[\ufe0e\ufe0f\u200d\u2640\u2642]|[\U0001f3fb-\U0001f3ff]")
_THANKED = re.compile(r"\b(?:thank\w*|thx|cheers)\b|[谢謝该該]", re.IGNORECASE)
_ONE_NAME = r"[A-Z][^\W\d_A-Z]+(?:['’-][A-Z]?[^\W\d_A-Z]+)*"
_SIGNED = re.compile(rf"[,!，！]\s*(?P<name>{_ONE_NAME}(?: (?:{_ONE_NAME}|[A-Z]\.?)){{0,2}})[\s.!]*\Z")
_TITLES = "先生|小姐|女士|老师|老師|经理|經理|姐|哥|总|總"
_SIGNED_HAN = re.compile(rf"(?<=[谢謝该該])[\s,，!！。]*(?:[小老阿][一-鿿]|[一-鿿]{{1,2}}(?:{_TITLES}))[\s!！。]*\Z")
_NAME = re.compile(rf"{_ONE_NAME}(?: (?:{_ONE_NAME}|[A-Z]\.?)){{0,3}}|[一-鿿]{{2,4}}")


def kind(text: str) -> str:
    """ "" if anything is asked or told, else the strongest kind that is said."""
    if len(text) > _LONGEST:
        return ""
    drawn = _with_signs(text)
    emoji = "".join(_emoji(drawn))
    if any(sign in text for sign in lexicon()["mood"]["emoji"]["negative"]):
        return ""
    said = _said(_unsigned(drawn))
    if not said:
        return _drawn_only(text, drawn, emoji)
    if _is_puzzled(said, text):
        return "puzzled"
    heard = _heard(said)
    if _QUESTION.search(text) and not set(heard) & set(_LISTS.data["asking"]):
        return ""
    return next((one for one in _LISTS.data["order"] if one in heard), "")


def _drawn_only(text: str, drawn: str, emoji: str) -> str:
    """The kind of a message without words: emoji of known kinds, or question marks."""
    rest = "".join(drawn.split()).strip("!.。！~…")
    known = _LISTS.data["emoji"]
    if emoji and len(rest) == len(emoji):
        kinds = {next((one for one in known if sign in known[one]), "") for sign in emoji}
        return "" if "" in kinds else next(one for one in _LISTS.data["order"] if one in kinds)
    return "puzzled" if rest and not rest.strip("?？!！") and _QUESTION.search(text) else ""


def _emoji(text: str) -> list[str]:
    return [sign for sign in text if unicodedata.category(sign) in ("So", "Sk") or sign in "⁉♥"]


def _with_signs(text: str) -> str:
    """Signs that stand for emoji (":)", "[玫瑰]") become them; skin colours and joiners go."""
    drawn = _JOINERS.sub("", text)
    signs: dict[str, str] = _LISTS.data["signs"]
    lower = drawn.casefold()
    if any(sign in lower for sign in signs):
        for sign, emoji in signs.items():
            drawn = re.sub(rf"(?<!\w){re.escape(sign)}(?!\w)", emoji, drawn, flags=re.IGNORECASE)
    return drawn


def _said(text: str) -> str:
    """The plain form with Chinese and Latin apart, drawn-out words ("soooo", "okayyyy") as they are written, and slips mended."""
    said = _BORDER.sub(" ", plain(text))
    drawn = " ".join(_undrawn(word) for word in said.split()) if _DRAWN.search(said) else said
    return (
        drawn
        if _HAN.search(drawn)
        else " ".join(word if word in _vocabulary()[0] else _speller().corrected(word) for word in drawn.split())
    )


def _undrawn(word: str) -> str:
    if not _DRAWN.search(word) or _HAN.search(word) or word in _vocabulary()[0]:
        return word
    twice = _DRAWN.sub(r"\1\1", word)
    return twice if twice in _vocabulary()[0] else _DRAWN.sub(r"\1", word)


def _is_puzzled(said: str, text: str) -> bool:
    lists = _LISTS.data["puzzled"]
    whole = said.replace(" ", "*")
    return whole in lists["always"].split() or (bool(_QUESTION.search(text)) and whole in lists["asked"].split())


def _unsigned(text: str) -> str:
    """Without the name after thanks and what stands under a letter."""
    lines = [line.strip() for line in text.strip().split("\n") if line.strip()]
    while lines and _sent().fullmatch(lines[-1]):
        lines.pop()
    for number, line in enumerate(lines[1:], 1):
        if _closing(line) and all(_NAME.fullmatch(after) or _closing(after) for after in lines[number + 1 :]):
            lines = lines[: number + (line.casefold().startswith("thank"))]
            break
    body = _SIGNED_HAN.sub("", "\n".join(lines))
    signed = _SIGNED.search(body)
    if signed and _THANKED.search(body[: signed.start()]) and not {word.casefold() for word in signed["name"].split()} & _no_names():
        return body[: signed.start()]
    return body


def _closing(line: str) -> bool:
    return simplified(line.casefold()).strip(" ,.!，。！") in _closings()


def _heard(said: str) -> list[str]:
    """The kinds that are said, strongest first; none if something else is said as well."""
    latin, han = _vocabulary()
    words = said.split()
    if not all(han.issuperset(word) if _HAN.search(word) else word in latin for word in words):
        return []
    if _LISTS.book("except").search(said):
        return []
    heard, left = _taken(said)
    beside, beside_han = _beside(tuple(heard))
    idle = all(beside_han.fullmatch(word) if _HAN.search(word) else word in beside for word in left.split())
    return heard if idle else []


def _taken(said: str) -> tuple[list[str], str]:
    """The kinds of the wordings that are in a text, and what is left without them. Of two that overlap the longer one is meant."""
    order = _LISTS.data["order"]
    found = [(match.start() - match.end(), order.index(one), match) for one, book in _books().items() for match in book.finditer(said)]
    heard, left = set(), said
    for _, rank, match in sorted(found, key=lambda one: one[:2]):
        start, end = match.span()
        if "|" not in left[start:end]:
            heard.add(order[rank])
            left = left[:start] + "|" * (end - start) + left[end:]
    return [one for one in order if one in heard], left.replace("|", " ")


@cache
def _beside(heard: tuple[str, ...]) -> tuple[frozenset[str], re.Pattern[str]]:
    """What says nothing where these kinds are said: words, and pieces of Chinese."""
    data = _LISTS.data
    lists = [data["fillers"], *(data["beside"][one] for one in heard if one in data["beside"])]
    latin = [word for one in lists for word in one["en"].split()] + (data["names"].split() if "thanks" in heard else [])
    han = sorted({simplified(word) for one in lists for word in one["zh"].split()}, key=len, reverse=True)
    return frozenset(latin), re.compile("(?:" + "|".join(map(re.escape, han)) + ")*")


@cache
def _books() -> Mapping[str, Phrasebook]:
    """The wordings of each kind, the longest first."""
    said, order = _LISTS.data["said"], _LISTS.data["order"]
    return {one: Phrasebook({spoken: _longest_first(said[one][spoken]) for spoken in said[one]}) for one in order if one in said}


def _longest_first(phrases: Iterable[str]) -> list[str]:
    return sorted(phrases, key=lambda phrase: (-len(re.split(r"[ +]", phrase)), -len(phrase)))


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """All words, and all Chinese characters, of all lists: one that is in none of them says something."""
    data = _LISTS.data
    latin, _ = _beside(tuple(data["beside"]))
    every = [phrase for lists in data["said"].values() for phrases in lists.values() for phrase in phrases]
    han = {c for words in (data["fillers"], *data["beside"].values()) for c in words["zh"]} | {c for phrase in every for c in phrase}
    parts = {option for phrase in every for word in phrase.lstrip("=").split() for option in word.split("/")}
    laughs = {part.removesuffix("*") for part in parts if part.endswith("*")}
    return frozenset(parts | latin) | _grown(laughs), frozenset(map(simplified, han))


def _grown(beginnings: Iterable[str]) -> frozenset[str]:
    """ "haha*" in the lengths that people type."""
    return frozenset(one[:2] * n + end for one in beginnings for n in range(2, 12) for end in ("", one[0]))


@cache
def _speller() -> Speller:
    return Speller(_LISTS.data["typos"], least=4, from_start=True)


@cache
def _closings() -> frozenset[str]:
    return frozenset(_LISTS.data["closings"].split("|"))


@cache
def _sent() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(one).replace(r"\*", ".*") for one in _LISTS.data["sent"].split("|")), re.IGNORECASE)


@cache
def _no_names() -> frozenset[str]:
    """Words that are no name though a message may end with them in capitals: "Thanks, Where is it"."""
    return empty_words() | {"refund", "return", "cancel", "order", "invoice", "person", "human", "agent", "help"}
