"""What a message asks for by a name that stands nowhere in the knowledge: "so no klarna?", "do u sell tapioca pearls", "有珍珠卖吗". Pure.

Only where something is asked for in a place that a thing's name takes, as most words that no article holds are no things. A common word
is none, and neither is one that is a typing error away from a word of the knowledge. Silence is better than a false "I find nothing".
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from string import ascii_lowercase

from chalicelib.bot.interpretation.orthography.dialect import as_written, mainland
from chalicelib.bot.interpretation.phrases import WordLists, plain
from chalicelib.bot.interpretation.unnamed import chinese
from chalicelib.bot.interpretation.unnamed.held import Held, held
from chalicelib.knowledge.index.index import Index
from chalicelib.knowledge.index.words import normal, simplified

_LISTS = WordLists(__file__)
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_PIECES = re.compile(r"[.!?;,:…\n。！？；，：、]+")
_MOST = 4  # words of a name
_DRAWN = re.compile(r"(.)\1\1")  # "okayyy"
_LETTERS = re.compile(r"[a-z]{5}")  # so many make a name of a word that no list has
_ENDED = re.compile(r"(?:ed|ing|ly)$")  # "is it unplugged"
_PLACE = re.compile(r"[A-Z][a-z]+")
_OWN = re.compile(r"\s*(?:my|our|his|her|their)\b")
_THAT = re.compile(r"\s*(?:the|another|this|that|same)\b")
# What somebody tells of herself, and asks nothing of: "I keep my assam in glass jars".
_TELLS = re.compile(r"\b(?:i|you|we|she|he|they|nan|mum|mother|wife|husband)(?: (?:always|usually|just|only|still|often|never))*\s*$")
_ASKS = re.compile(r"\b(?:how|can|could|may|might|should|shall|do|does|did|what|which|when|where|must|would|if)\b")
_LONGEST = 200  # characters; whoever writes more tells of a case


def unnamed(text: str, index: Index) -> str:
    """The thing asked for that the knowledge does not name, in her own letters; or ""."""
    if len(text) > _LONGEST:
        return ""
    known = held(index.passages)
    if _HAN.search(text):
        return _hers(chinese.thing(mainland(text), known, _LISTS.data, _common()[2]), text)
    found = (_thing(piece.strip(), "?" in text, known) for piece in _PIECES.split(text) if piece.strip())
    return _hers(next(filter(None, found), ""), text)


def left(text: str, thing: str) -> str:
    """What a message says besides the thing and the words that ask for it."""
    said = plain(text).replace(plain(thing), " ")
    for name in ("opens", "paid", "closes"):
        said = _LISTS.book(name).sub(" ", said)
    return said


def _hers(thing: str, text: str) -> str:
    """As she wrote it, capitals too; a word of the bot's own stays."""
    same = re.search(re.escape(thing), simplified(text), re.IGNORECASE) if thing else None
    return text[same.start() : same.end()] if same else as_written(thing, text)


def _thing(piece: str, asks: bool, known: Held) -> str:
    said = plain(piece)
    if known.lacks(_LISTS.data["origin"]["told"]) and _LISTS.book("origin_phrases").search(said):
        return str(_LISTS.data["origin"]["word"]["en"])
    return _opened(said, known) or _paid(said, known) or _closed(said, known) or _named(said, piece, asks, known)


def _opened(said: str, known: Held) -> str:
    """What stands behind "do you sell"."""
    for match in _LISTS.book("opens").finditer(said):
        if not _is_hers(match, said) and (found := _noun(_words(said[match.end() :].split()), known)):
            return found
    return ""


def _is_hers(match: re.Match[str], said: str) -> bool:
    """Is it a thing of hers, which nobody sells: "and my flatmate", "can I use the other socket"?"""
    after = said[match.end() :]
    return _OWN.match(after) is not None or (match[0].strip().endswith("use") and _THAT.match(after) is not None)


def _paid(said: str, known: Held) -> str:
    """A way to pay is a thing, however common its word is: "pay by cheque"."""
    match = _LISTS.book("paid").search(said)
    words = _words(said[match.end() :].split()) if match else []
    return words[0] if len(words) == 1 and words[0] not in _generic() and len(words[0]) > 3 and not known.has(words[0]) else ""


def _closed(said: str, known: Held) -> str:
    """What stands before "is not in there"."""
    match = _LISTS.book("closes").search(said)
    return _noun(said[: match.start()].split()[-2:], known) if match else ""


def _named(said: str, piece: str, asks: bool, known: Held) -> str:
    """A name that no list of words has, behind "what about" or alone; with a capital it is a place or a person as likely as a thing."""
    places = {name.casefold() for name in _PLACE.findall(piece)}
    found_at = [match for match in _LISTS.book("names").finditer(said) if not (_is_hers(match, said) or _is_told(match, said))]
    after = [said[match.end() :].split() for match in found_at]
    alone = [said.split()] if asks and len(said.split()) <= 2 else []
    for words in map(_words, [*after, *alone]):
        found = [word for word in words[:2] if _is_name(word, known) and word not in places]
        if found and words[0] == found[0]:
            return " ".join(found)
    return ""


def _is_told(match: re.Match[str], said: str) -> bool:
    before = said[: match.start()]
    return _TELLS.search(before) is not None and _ASKS.search(before) is None


def _words(following: list[str]) -> list[str]:
    """The words of what is named next, without those before it."""
    skips, stops = _set("skips"), _set("stops")
    start = next((place for place, word in enumerate(following) if word not in skips), len(following))
    end = next((place for place in range(start, len(following)) if following[place] in stops), len(following))
    return [word.removesuffix("'s") for word in following[start : min(end, start + _MOST)]]


def _noun(words: list[str], known: Held) -> str:
    """The words of a name from its first unknown one on. Beside a word that is known only what no list has is one: "cheap tea"."""
    if not words or {words[0], words[-1]} & _generic():
        return ""
    is_known = known.has(words[-1])
    strange = [word for word in words if _is_strange(word, known) and not (is_known and is_usual(word))]
    if not strange:
        return ""
    place = words.index(strange[0])
    return " ".join(strange) if is_known else " ".join(words[place:])


def _is_strange(word: str, known: Held) -> bool:
    top, _, _ = _common()
    return len(word) > 2 and not word.isdigit() and word not in top and word not in _generic() and not known.has(word)


def is_usual(word: str) -> bool:
    """Does the list of usual words have it, in any form?"""
    top, more, _ = _common()
    return any(form in top or form in more for form in _forms(word))


def _is_name(word: str, known: Held) -> bool:
    """No word of the language in any form, and none that a slip of the finger made of one."""
    if not _LETTERS.match(word) or _DRAWN.search(word) or _ENDED.search(word) or not _is_strange(word, known) or is_usual(word):
        return False
    return not is_slip(word)


def _forms(word: str) -> list[str]:
    ends = [word.removesuffix(end) for end in ("s", "es", "d", "ed", "r", "er", "ing", "ly", "st", "est", "ers", "ness", "n't", "nt")]
    doubled = [form[:-1] for form in ends if len(form) > 3 and form[-1] == form[-2]]
    return [
        word,
        *ends,
        *doubled,
        *(f"{form}e" for form in ends if form != word),
        *(f"{form[:-1]}y" for form in ends if form.endswith("i")),
    ]


def is_slip(word: str) -> bool:
    """Is it a usual word with a letter too many, too few, another one, or two of them swapped?"""
    top, more, _ = _common()
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    near = [start + end[1:] for start, end in cuts if end] + [start + end[1] + end[0] + end[2:] for start, end in cuts if end[1:]]
    near += [start + letter + rest for start, end in cuts for letter in ascii_lowercase for rest in (end, end[1:])]
    return any(one in top or one in more for one in near)


@cache
def _common() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The most common English words, the other usual ones, and common Chinese words that name nothing."""
    top, more, chinese_words = Path(__file__).with_name("common.txt").read_text("utf-8").splitlines()
    return frozenset(top.split()), frozenset(more.split()), frozenset(chinese_words.split())


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(_LISTS.data[name].split())


@cache
def _generic() -> frozenset[str]:
    return frozenset(normal(_LISTS.data["generic"]["en"]).split())
