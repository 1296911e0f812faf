"""Is a message surely in a language that the bot does not speak, and in which? Pure: by script, small words and letters.

Language detectors guess from letters, and take "matcha latte" or a street's name for a language. Customers write one to ten words: what
tells is the words that every customer of a shop needs, as long as English has not more of its own in the message.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import Any

from chalicelib.bot.interpretation.phrases import WordLists, lexicon

_LISTS = WordLists(__file__)
_LONGEST = 2_000
# Each begins where a run of its letters does, or a message of two thousand letters without a space would be read two thousand times.
_ADDRESS = (
    r"(?<![\w.%+-])[\w.%+-]+@[\w.-]+|(?:https?://|www\.)[^\s㐀-䶿一-鿿，。]+|"
    r"(?<![\w-])[\w-]+(?:\.[\w-]+){0,8}\.(?:com|net|org|cn|hk|tw|de|fr|eu|io|uk|shop|example)\b[/\w.?=&%-]*"
)
_CODE = r"(?<![a-z0-9._-])[a-z0-9._-]*[0-9][a-z0-9._-]*"  # an order's number has letters of no language
_NO_WORDS = re.compile(f"{_ADDRESS}|{_CODE}", re.IGNORECASE | re.ASCII)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LETTER = re.compile(r"[^\W\d_]")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_ASCII = re.compile(r"[\x00-\x7f]*")
_CAPITAL = re.compile(r"\b[^\W\d_a-z]\w*")
_APOSTROPHES = str.maketrans("’‘`´ʼ", "'''''")
_FOLDED = 5  # letters from which on a word is known without its accents, too
_UNSPACED = ("ja", "ko", "th")
_SURE = 3  # words by which a long text is known, whatever else is in it


def language(text: str) -> str:
    """ISO 639-1; "" for English, Chinese and what cannot be told."""
    shown = _shown(text)
    return _courteous(shown) or _by_script(shown) or _by_words(shown, _names(text))


def courtesy(text: str) -> str:
    """The language of a message that only thanks, greets or takes leave in it."""
    return _courteous(_shown(text))


def sentence(code: str, name: str) -> str:
    """In that language: what the bot speaks ("only"), an answer to thanks ("thanks")."""
    said: str = _languages()[code][name]
    return said


def spoken(text: str) -> str:
    """Without mail and web addresses, numbers and codes, which are in no language."""
    return _NO_WORDS.sub(" ", text)


def _shown(text: str) -> str:
    """What is spoken, in small letters of one form."""
    lower = unicodedata.normalize("NFC", text[:_LONGEST]).translate(_APOSTROPHES).lower().replace("i̇", "i")
    return spoken(lower)


def _courteous(shown: str) -> str:
    words = _WORD.findall(shown) if not _marks(shown) else re.findall(r"[^\W\d_][\w\u0300-\u036f\u0900-\u0dff\u0e00-\u0e7f]*", shown)
    said = " ".join(words)
    if not said:
        return ""
    likely = _opened_by().get(words[0], ()) or _opened_by().get(said[0], ())
    return next((code for code in likely if _is_courteous(code, said)), "")


def _marks(shown: str) -> bool:
    """Scripts whose vowels are marks and no letters."""
    return bool(re.search(r"[\u0900-\u0dff\u0e00-\u0e7f]", shown))


def _is_courteous(code: str, said: str) -> bool:
    main, whole = _courtesies(code)
    return bool(whole.fullmatch(said) and main.search(said))


def _by_script(shown: str) -> str:
    """The script of its own that makes half of the letters. Japanese has Chinese characters, too; Chinese has a の at most."""
    letters, han = len(_LETTER.findall(shown)), len(_HAN.findall(shown))
    if not letters or _ASCII.fullmatch(shown):
        return ""
    for code, script in _scripts().items():
        own = len(script.findall(shown))
        is_most = own > han // 4 and (own + han) * 2 >= letters if code == "ja" else own * 2 >= letters + han
        if is_most and own > 1:
            return _slavic(shown) if code == "ru" else code
    return ""


def _slavic(shown: str) -> str:
    """Ukrainian or Russian."""
    scores = Counter({code: 2 * sum(letter in shown for letter in _languages()[code]["letters"]) for code in ("ru", "uk")})
    for word in _WORD.findall(shown):
        scores.update(code for code in _sure().get(word, ()) if code in scores)
    return "uk" if scores["uk"] > scores["ru"] else "ru"


def _names(text: str) -> frozenset[str]:
    """Words with a capital: their letters tell where somebody lives or comes from, and not what she speaks."""
    return frozenset(word.lower() for word in _CAPITAL.findall(text[:_LONGEST]))


def _by_words(shown: str, names: frozenset[str]) -> str:
    said = shown
    for loan in _loans():
        said = said.replace(loan, " ")
    words = _WORD.findall(said)
    known = [_known(word, word in names) for word in words]
    sure = Counter(code for codes in known for code in codes)
    if not sure:
        return ""
    small = [{code for part in (word, *word.split("'")) for code in _shared().get(part, ())} for word in words]
    hits = Counter(code for codes in zip(known, small, strict=True) for code in codes[0] | codes[1])
    english = sum(word in _english() for word in words)
    likely = [code for code in _languages() if sure[code] and _outweighs(hits[code], sure[code], english, len(words))]
    return max(likely, key=lambda code: (sure[code] + hits[code] + _lettered(code, said), sure[code]), default="")


def _known(word: str, is_name: bool) -> set[str]:
    """The languages that a word tells: it is in their lists, or has letters of theirs."""
    if _ASCII.fullmatch(word) and "'" not in word:
        return set(_sure().get(word, ()))
    listed = {code for part in (word, *word.split("'")) for code in _sure().get(part, ())}
    return listed if listed or is_name else {code for letter in word for code in _own().get(letter, ())}


def _outweighs(hits: int, sure: int, english: int, words: int) -> bool:
    """Does it say more than English does, in a fair part of the words?"""
    return hits > english and (hits * 3 >= words or sure >= _SURE)


def _lettered(code: str, said: str) -> float:
    return min(2.0, sum(letter in said for letter in _languages()[code].get("letters", "")))


@cache
def _english() -> frozenset[str]:
    return frozenset(f"{lexicon()['small_words']['english']} {_LISTS.data['english']}".split())


@cache
def _sure() -> dict[str, tuple[str, ...]]:
    """Words that tell a language, with the languages that have them."""
    known: dict[str, list[str]] = {}
    for code, content in _languages().items():
        for word in content.get("sure", "").split():
            folded = _folded(word) if len(word) >= _FOLDED and code != "vi" else word
            for form in {word, word if folded in _shared() or folded in _english() else folded}:
                known.setdefault(form, []).append(code)
    return {word: tuple(codes) for word, codes in known.items()}


@cache
def _own() -> dict[str, tuple[str, ...]]:
    """Letters that tell a language, or its family, even in a word that is in no list."""
    letters = {letter: code for code, content in _languages().items() for letter in content.get("own", "")}
    return {letter: tuple(code for code, content in _languages().items() if letter in content.get("own", "")) for letter in letters}


@cache
def _shared() -> dict[str, tuple[str, ...]]:
    known: dict[str, list[str]] = {}
    for code, content in _languages().items():
        for word in content.get("shared", "").split():
            known.setdefault(word, []).append(code)
    return {word: tuple(codes) for word, codes in known.items()}


def _folded(word: str) -> str:
    """Without accents, as people type on a keyboard that has none."""
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    return plain.translate(str.maketrans("łøıđß", "loids"))


@cache
def _courtesies(code: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What thanks, greets or takes leave; that and what stands beside it, over a whole message."""
    content = _languages()[code]
    main, beside = content["courtesy"], content["beside"]
    choices = ["|".join(map(re.escape, sorted(words, key=len, reverse=True))) for words in (main, main + beside)]
    return re.compile(choices[0]), re.compile(rf"(?:{choices[1]})(?: ?(?:{choices[1]}))*")


@cache
def _opened_by() -> dict[str, tuple[str, ...]]:
    """The languages whose courtesies begin with a word; with a letter, where there are no spaces between words."""
    known: dict[str, dict[str, None]] = {}
    for code, content in _languages().items():
        for phrase in content["courtesy"] + content["beside"]:
            known.setdefault(phrase[0] if code in _UNSPACED else phrase.split()[0], {})[code] = None
    return {begun: tuple(codes) for begun, codes in known.items()}


@cache
def _scripts() -> dict[str, re.Pattern[str]]:
    return {code: re.compile(f"[{letters}]") for code, letters in _LISTS.data["scripts"].items() if code != "uk"}


@cache
def _loans() -> tuple[str, ...]:
    return tuple(_LISTS.data["loans"])


@cache
def _languages() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = _LISTS.data["languages"]
    return found
