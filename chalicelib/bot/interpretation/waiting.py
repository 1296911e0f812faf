"""What somebody who waits for a person says to nobody in particular: how long, never mind, hurry, I want the bot instead. Pure.

Of each kind some phrases say it wherever they stand ("close this"); others only if the message says nothing else ("hello?",
"how long?"), so that a question or an addition is never taken for one: "how long does delivery take?".
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.courtesies import beyond
from chalicelib.bot.interpretation.language import small_words
from chalicelib.bot.interpretation.orthography.spelling import Speller
from chalicelib.bot.interpretation.orthography.spoken import HAN, alternatives
from chalicelib.bot.interpretation.person import is_asked_for
from chalicelib.bot.interpretation.phrases import WordLists, plain

_LISTS = WordLists(__file__)
_SET = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"\b[a-z]?\s?\d{4,}")
_ASKS = re.compile(
    r"\s*(?:is|are|was|were|did|do|does|has|have|will|would|should)\s+(?:it|that|this|they|he|she|you|i|we|the|my)\b", re.IGNORECASE
)
_WAITS = 60  # characters of a message that only says so
_LONGEST = 160  # characters of what may be nothing but this
_SENTENCES = re.compile(r"(?<=[.!?。！？；])\s*(?=\S)|\n+")
_COMMAS = re.compile(r"[,，]\s*")
# How the bot's sentences tell how to call a person (rules.yaml, actions.yaml), and what only joins that to the clause before it.
_OFFER = re.compile(r"""\b(?:[Rr]eply|[Ww]rite|or)\ "person"|回[复覆][“「]人工[”」]|或[“「]人工[”」]""", re.VERBOSE)
_JOINT = re.compile(r"[\s,;:，；：、(（]*(?:\b(?:or|then|please)|也可以|或者?|请|請)?(?:现在|現在)?\s*$", re.IGNORECASE)
_STOP = re.compile(r"[.!?。！？\n]*$")
_SAID = re.compile(r"(?:[^.!?。！？\n]|[.!?](?![\s)）]|$))*(?:[.!?。！？]+|\n|$)")
_SUM = re.compile(r"\d+(?:[.,]\d{1,2})?\s?(?:€|euros?\b|eur\b|usd\b|欧元?|歐元?|元|块|塊)|[€$£]\s?\d+(?:[.,]\d{1,2})?", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]*\w|\+?\d[\d ().-]{4,}\d")
_COURTEOUS = re.compile(
    r"\b(?:please|pls)\b|可以|(?<=[0-9一二三四五六七八九十两兩])[点點]", re.IGNORECASE
)  # a wish for hours is no question
_CLAUSE_ENDS = re.compile(r"[,;!?，。；！？\n]+|\.(?!\d)")
_TELLS = 14  # letters beside an address that are more than a courtesy
_CLOSED = re.compile(r"^.*[.!?。！？；;\n]", re.DOTALL)  # the sentences that are over
_WORDS_AROUND, _SIGNS_AROUND = 24, 8  # letters, and Chinese characters, that may stand around a time
_LAST = re.compile(r'", (?="[^"]+"$)')  # what is now the last of several words that she may write
_IF = re.compile(r"\s*[(（]?(?:If\b|如)[^,;:，；：]*$")
# A word that she has read what was said, and nothing else: "收到" without the thing, "行吧".
_AGREED = re.compile(
    r"(?:[好行嗯哦喔噢那咁]|ok|okay)*(?:收到(?![了咗])|了解|明白|[好行])[吧的啦喇啊呀哦喔]*"
    r"(?:收到(?![了咗])|了解|明白|谢谢?(?:你|您|你们)?|多谢|感谢|唔该晒?|辛苦了?|[啊呀哦喔啦]|ok)*"
)
_SETTLED = ("done", "close", "none", "bot", "give-up")  # these stand beside one another
_KINDS = (*_SETTLED, "no-bot", "no-answer", "status", "person", "pressing")


def meant(text: str) -> str:
    """ "status", "close", "back", "give-up", "pressing", "person", or "" for a question or information of its own."""
    if agreed(text):
        return ""
    signs = _signs(_heard(text))
    if text.rstrip().endswith(("?", "？")) or _ASKS.match(text):
        signs -= {"done", "give-up"}  # "is it solved?"
    if "close" in signs or ("done" in signs and "bot" not in signs):
        return "close"
    if signs & {"none", "bot"} and "no-bot" not in signs:
        return "back"
    if signs & {"person", "no-bot"}:
        return "person"
    found = next((kind for kind in ("pressing", "give-up", "status") if kind in signs), "")
    found = found or ("give-up" if "no-answer" in signs else "person" if is_asked_for(plain(text)) else "")
    return found or ("status" if _asks_in_passing(text) else "")


def agreed(text: str) -> bool:
    """Is it only a word that she has read it: "收到 唔該", "行吧"?"""
    return _AGREED.fullmatch(plain(text).replace(" ", "")) is not None


def asks_receipt(text: str) -> bool:
    """Does she ask whether what she wrote or sent has arrived: "did you get my last mail?", "please confirm"?"""
    said = _LISTS.book("receipt", "except").sub(" , ", plain(text))
    return bool(_LISTS.book("receipt", "anywhere").search(said))


def asks_noted(text: str) -> bool:
    """Does she ask whether the number or the address at which she would like to be reached was noted: "did you write down my mobile?"?"""
    return _LISTS.book("noted", "anywhere").search(_LISTS.book("noted", "except").sub(" , ", plain(text))) is not None


def asks_for_call(text: str) -> bool:
    """Does she ask whether somebody would call her: "can I leave my number, and you ring me?"?"""
    said = _LISTS.book("may_call", "except").sub(" , ", plain(text))
    return asks_something(text) and _LISTS.book("may_call", "anywhere").search(said) is not None


def asks_call_when(text: str) -> bool:
    """Does she ask when she will be called or written to: "what time do you ring?", "幾點打嚟呀"?"""
    said = _LISTS.book("call_when", "except").sub(" , ", plain(text))
    return len(said) <= _LONGEST and _LISTS.book("call_when", "anywhere").search(said) is not None


def offers_photo(text: str) -> bool:
    """Does she ask whether she may, or should, send a photo?"""
    return asks_something(text) and _LISTS.book("photo").search(plain(text)) is not None


def scolds(text: str) -> bool:
    """Does she scold the bot, and say nothing else: "ur a bit useless ngl", "废物机器人"? Of a thing such words are a complaint."""
    said = plain(text)
    if len(said) > _WAITS or _NUMBER.search(said) or not (scold := _LISTS.book("scold")).search(said):
        return False
    left = scold.sub(" , ", said)
    asks = asks_something(left) or _LISTS.book("asks").search(left) or meant(left) or is_asked_for(left)
    return not (asks or _LISTS.book("goods").search(left))


def hours_question(language: str) -> str:
    """As somebody asks for the opening hours."""
    questions: dict[str, str] = _LISTS.data["hours-question"]
    return questions["zh" if language.startswith("zh") else "en"]


def asks_hours(text: str) -> bool:
    """Does she name what an article about the hours tells: when somebody is there, where, by which way?"""
    return bool(_LISTS.book("of-hours").search(plain(text)))


def awaits(text: str) -> bool:
    """Does she say that she waits for the call or the answer, and ask nothing: "forget it, I'll wait for your call", "算了 等你们电话"?"""
    said = plain(text)
    return len(said) <= _WAITS and not asks_something(text) and _LISTS.book("awaits").search(said) is not None


def beside_address(text: str) -> str:
    """What she asks beside an address at which she would like to be reached; or ""."""
    found = _ADDRESS.search(text)
    if not found:
        return ""
    before, after = _CLOSED.match(text[: found.start()]), text[found.end() :].strip(" .,;:，。；")
    return next((one for one in (after, before[0].strip() if before else "") if one and asks_something(one)), "")


def says_when(text: str) -> bool:
    """Does she name hours or days, as for a call, and little else?"""
    left = _hours().sub("", text)
    asks = asks_something(_COURTEOUS.sub(" ", text))
    if left == text or asks or _NUMBER.search(text):
        return False
    signs = len(re.findall(r"[㐀-鿿]", left))
    return signs <= _SIGNS_AROUND and sum(c.isalpha() for c in left) - signs <= _WORDS_AROUND


def times_beside(text: str) -> str:
    """The hours or days that she names beside an address, as she wrote them; or ""."""
    found = _ADDRESS.search(text)
    parts = _CLAUSE_ENDS.split(f"{text[: found.start()]}. {text[found.end() :]}") if found else []
    return next((part.strip(" .,，。") for part in parts if part and says_when(part)), "")


def tells_beside(text: str) -> bool:
    """Does she tell more beside an address than where she would like to be reached?"""
    found = _ADDRESS.search(text)
    before = _CLOSED.match(text[: found.start()]) if found else None
    return bool(found and sum(2 if HAN.match(c) else c.isalnum() for c in (before[0] if before else "") + text[found.end() :]) >= _TELLS)


def sums(text: str) -> list[str]:
    """The sums of money that she names, as she wrote them."""
    return [found[0].strip() for found in _SUM.finditer(text)]


@cache
def _hours() -> re.Pattern[str]:
    return re.compile("|".join(_LISTS.data["hours"]), re.IGNORECASE)


def asks_where(text: str) -> bool:
    """Does she ask where the answer comes, or whether she may go away meanwhile, and nothing else?"""
    parts = _SENTENCES.split(text[:_LONGEST])
    clauses = [one for part in parts for one in ((part,) if beyond.asked(part) else _COMMAS.split(part))]
    asking = [one for one in clauses if beyond.asked(one) == "where" or asks_something(one)]
    return bool(asking) and all(beyond.asked(one) == "where" for one in asking)


def without_offer(text: str) -> str:
    """What the bot says, without how to call a person: the clauses that tell it go, and what stands before them ends there."""
    return "".join(_cut(sentence) if _OFFER.search(sentence) else sentence for sentence in _SAID.findall(text)).strip()


def _cut(sentence: str) -> str:
    """ "If you would rather talk to a person, reply …" goes as a whole."""
    offer, stop = _OFFER.search(sentence), _STOP.search(sentence)
    kept = _JOINT.sub("", sentence[: offer.start()]) if offer else sentence
    return "" if not kept.strip() or _IF.match(kept) else _LAST.sub('" or ', kept) + (stop[0] if stop else "")


def _asks_in_passing(text: str) -> bool:
    """ "How long must I wait? The package is leaving soon!": the one question of several sentences."""
    parts = [part for part in _SENTENCES.split(text[:_LONGEST]) if part.strip()]
    asking = [part for part in parts if part.rstrip().endswith(("?", "？"))] or [part for part in parts if asks_something(part)]
    return len(parts) > 1 and len(asking) == 1 and "status" in _signs(_heard(asking[0]))


def explicit(text: str) -> bool:
    """Does she say both that no person is needed and what she wants instead, so that there is nothing to ask back?"""
    signs = _signs(_heard(text))
    if "no-bot" in signs:
        return False
    return bool(signs & {"close", "bot"} and signs & {"done", "none", "give-up"}) or bool("done" in signs and signs & {"none", "no-answer"})


@lru_cache(maxsize=8)  # both functions ask for it
def _heard(text: str) -> str:
    """The plain form with slips mended and other uses of the words taken out."""
    said = plain(text)
    spelled = said if HAN.search(said) else _speller().corrected(said)
    return _LISTS.book("except").sub(" , ", spelled)


@lru_cache(maxsize=8)
def _signs(said: str) -> frozenset[str]:
    found = {kind for kind in _KINDS if _LISTS.book(kind, "anywhere").search(said)}
    if len(said) <= _LONGEST:
        alone = () if "pressing" in found else ("pressing",) if _LISTS.book("status", "other").search(said) else ("status", "pressing")
        found |= {next((kind for kind in alone if _is_whole(said, (kind,))), "")}  # "what now?" does not press
        if _is_whole(said, _SETTLED):
            found |= {kind for kind in _SETTLED if _LISTS.book(kind, "whole").search(said)}
    asks = "pressing" in found and (_LISTS.book("asks").search(said) or _NUMBER.search(said))
    return frozenset(found - {"pressing"} if asks else found)


def _is_whole(said: str, kinds: tuple[str, ...]) -> bool:
    """Are phrases of these kinds all that is said, with the words around them?"""
    books = [_LISTS.book(kind, place) for kind in kinds for place in ("anywhere", "whole")]
    if not any(book.search(said) for book in books):
        return False
    left = said
    for book in books:
        left = book.sub(" ", left)
    return not _around(kinds).sub(" ", left).replace("'", "").strip()


@cache
def _around(kinds: tuple[str, ...]) -> re.Pattern[str]:
    data = _LISTS.data
    words = {*small_words("english"), *data["polite"].split(), *data["polite_han"].split()}
    words |= {word for kind in kinds for word in data[kind]["fill"].split()}
    return re.compile(alternatives(words - {word for kind in kinds for word in data[kind].get("own", "").split()}))


@cache
def _speller() -> Speller:
    return Speller(_LISTS.data["typos"], least=4, from_start=True)
