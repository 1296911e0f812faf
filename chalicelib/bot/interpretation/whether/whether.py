"""Is it yes or no, where the text of an article says so plainly: "One code an order" to "can I use two codes at once?". Pure.

A clause decides that denies what is asked in so many words, or grants it without any condition. Anything else ("opened tea is welcome
back, if …") is told as it stands: a false yes costs more than none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.interpretation.phrases import WordLists, plain
from chalicelib.bot.interpretation.whether.clauses import Clause, clauses
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.index.passages import split
from chalicelib.knowledge.index.words import normal

Kind = Literal["", "yes", "no"]
_LISTS = WordLists(__file__)
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_RUN = re.compile(r"[㐀-䶿一-鿿a-z]+")
_EXCEPT = re.compile(r"\bexcept\b|除了|除外")
_WAYS = 4  # things from which on an enumeration is taken for the whole list
_OPEN_LIST = re.compile(r"\betc\b|\bsuch as\b|\bfor example\b|\bmore than\b|等[）)，。]|例如|多个")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`passage`: of the article, which says so."""

    kind: Kind
    passage: str = ""


def verdict(question: str, article: Article, unnamed: str = "") -> Verdict:
    """What the article says to a question that yes or no answers. `unnamed`: a thing in it that the knowledge does not name."""
    asked = mainland(normal(question)) if _HAN.search(question) else plain(question)
    words = _data("zh" if _HAN.search(question) else "en")
    if (article.language == "en") is bool(_HAN.search(asked)) or not words["asks"].search(asked) or words["open"].search(asked):
        return Verdict("")
    found = [clause for passage in split(article.text) for clause in clauses(passage, article.language)]
    if unnamed:
        return _among(asked, found, words)
    return next(filter(lambda one: one.kind, (_judged(asked, clause, article, words) for clause in found)), Verdict(""))


def is_bare(text: str) -> bool:
    """Does it only ask once more: "so can I or not?", "到底能不能"?"""
    said = mainland(normal(text)) if _HAN.search(text) else plain(text)
    return bool(_data("zh" if _HAN.search(text) else "en")["bare"].search(said))


def verb(text: str) -> str:
    """With which verb a Chinese answer says yes or no: "need", "have", "can" or "is"; an English one needs none."""
    said = mainland(normal(text))
    return next((name for name in ("need", "have", "can") if _data("verb")[name].search(said)), "is")


def _among(asked: str, found: Sequence[Clause], words: Any) -> Verdict:
    """A way to pay that is not among all those that there are."""
    if not words["pays"].search(asked):
        return Verdict("")
    for clause in found:
        is_whole = clause.things >= _WAYS and words["ways"].search(clause.said) and not _OPEN_LIST.search(clause.said)
        if is_whole and not words["no"].search(clause.said):
            return Verdict("no", clause.passage)
    return Verdict("")


def _judged(asked: str, clause: Clause, article: Article, words: Any) -> Verdict:
    own = _content(asked, article.language)
    if _is_one_of_several(asked, clause, words, article):
        return Verdict("no", clause.passage)
    if words["if"].search(clause.said) or _EXCEPT.search(clause.passage) or not own or words["several"].search(asked):
        return Verdict("")
    if words["no"].search(f"{clause.head} {clause.said}"):
        return Verdict("no", clause.passage) if _denies(asked, own, clause, article, words) else Verdict("")
    return Verdict("yes", clause.passage) if _grants(asked, own, clause, article, words) else Verdict("")


def _is_one_of_several(asked: str, clause: Clause, words: Any, article: Article) -> bool:
    """ "Two codes" where one is allowed."""
    one = words["one"].search(clause.said)
    if not one or not words["several"].search(asked):
        return False
    if "of" not in one.groupdict():
        return True
    is_matter = _is_in(one["of"], frozenset(_ordered(plain(article.title))))
    things = _ordered(plain(article.text)) if is_matter else [one["of"]]
    return any(_is_in(word, frozenset(things)) for word in _ordered(asked))


def _denies(asked: str, own: frozenset[str], clause: Clause, article: Article, words: Any) -> bool:
    """All that is asked stands in the clause, and some of it in what is denied; a word of the title may be left out."""
    is_need = bool(words["need"].search(asked))
    if article.language == "en":
        if is_need is not bool(words["need"].search(clause.said)):
            return False
        denied = words["no"].search(clause.said)
        behind = clause.said[denied.end() :] if denied else ""
        scope = _content(behind, "en") or _content(clause.said, "en")
        beside = article.text if words["all"].match(clause.said) else ""
        told = _content(plain(f"{clause.head} {clause.said} {article.title} {beside}"), "en", all_verbs=True)
        return all(_is_in(word, told) for word in own) and any(_is_in(word, scope) for word in own)
    if is_need and not words["needless"].search(clause.said):
        return False
    said = [clause.said] if words["no"].search(clause.head) else filter(words["no"].search, clause.said.split(","))
    here = clause.head + "".join(said)
    beside = normal(article.text) if words["all"].search(clause.said) else ""
    return any(part in here for part in own) and all(part in f"{here}\n{normal(article.title)}\n{beside}" for part in own)


def _grants(asked: str, own: frozenset[str], clause: Clause, article: Article, words: Any) -> bool:
    """All that is asked stands in the clause, and nothing narrows it that is not asked for."""
    if words["need"].search(asked) or (words["every"].search(asked) and not words["every"].search(clause.said)):
        return False
    is_listed = clause.head and clause.things > 1 and not re.search(r"\d", clause.said) and _asks_which(article.title)
    if not (is_listed or words["is"].search(clause.said)):
        return False
    if article.language != "en":
        here = f"{clause.head}{clause.said}"
        new = [part for part in own if part not in normal(article.title)]
        return bool(new) and any(part in clause.said for part in new) and all(part in here for part in new)
    told = _content(f"{clause.head} {clause.said}", "en", all_verbs=True)
    title = frozenset(_ordered(plain(article.title)))
    new = [word for word in own if not _is_in(word, title)]
    if not new or not all(_is_in(word, told) for word in new):
        return False
    narrow = words["within"].search(clause.said)
    return not narrow or is_listed or any(_is_in(word, own) for word in list(_ordered(clause.said[narrow.end() :]))[:1])


def _asks_which(title: str) -> bool:
    return bool(re.match(r"which\b|what\b", title.casefold()) or "哪些" in title)


def _content(said: str, language: str, *, all_verbs: bool = False) -> frozenset[str]:
    """What a text is about: its words that say something; verbs of any shop only if there is nothing else."""
    if language != "en":
        cut = _cut("zh_cut").sub(" ", said)
        return frozenset(_RUN.findall(_cut("zh_verbs").sub(" ", cut)) or _RUN.findall(cut))
    words = _ordered(said)
    own = [word for word in words if all_verbs or word not in _set("verbs")]
    return frozenset(own or words)


def _ordered(said: str) -> list[str]:
    return [word for word in re.findall(r"[a-z0-9]+", said) if word not in _set("small")]


def _is_in(word: str, told: frozenset[str]) -> bool:
    return any(_stem(word) & _stem(other) for other in told)


@cache
def _stem(word: str) -> frozenset[str]:
    """A word with and without its ending."""
    ends = (word.removesuffix(end) for end in ("s", "es", "ed", "d", "ing", "ment", "ments", "e"))
    return frozenset([word, *(end for end in ends if len(end) > 2)])


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(_LISTS.data[name].split())


@cache
def _cut(name: str) -> re.Pattern[str]:
    return re.compile("|".join(sorted(_LISTS.data[name].split(), key=len, reverse=True)))


@cache
def _data(language: str) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in _LISTS.data[language].items()}
