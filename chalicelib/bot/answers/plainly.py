"""What is said before an article: that it names no such thing as she asks for, or yes or no where its text says so. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation.contextual.completion import own_words
from chalicelib.bot.interpretation.contextual.passages import units
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.interpretation.retrieval import Hit
from chalicelib.bot.interpretation.unnamed.unnamed import left, unnamed
from chalicelib.bot.interpretation.whether.whether import Verdict, is_bare, verb, verdict
from chalicelib.conversations.model import Answer
from chalicelib.knowledge.articles.article import version_for
from chalicelib.knowledge.index.passages import split

_PIECES = re.compile(r"(?<=[.!?])\s+|[。！？!?\n]+|(?<=[㐀-䶿一-鿿]) +")
_ITEM = re.compile(r"^(?:[-•*]|\d+\.)\s*")


def thing(case: Case) -> str:
    """What she asks for by a name that stands nowhere in the knowledge, in her own letters; or ""."""
    meant = case.meant
    if not case.brain.index or meant.picks or meant.reply or case.context.settled or case.context.under_way:
        return ""
    return unnamed(case.question, case.brain.index)


def noted(case: Case, said: Answer) -> Answer:
    """An answer with the word that what she named is not among what the bot knows."""
    named = thing(case)
    if not named or "whether" in said.told:
        return said
    text = f"{case.said('unnamed', thing=case.in_script(named))}\n\n{said.text}"
    beside = said.choices or ((case.said("person"),) if case.context.taps else ())
    return replace(said, text=text, choices=beside, sources=(), told=(*said.told, "unnamed"))


def unknown(case: Case) -> Answer | None:
    """Nothing else is surely known: only that the bot does not know of it, and that a person may."""
    named = thing(case)
    if not named:
        return None
    choices = (case.said("person"),)
    said = case.sentence("unnamed_only", "question", confidence=0.0, choices=choices, thing=case.in_script(named))
    return replace(said, asked=case.meant.asked or case.question)


def beside_all(case: Case) -> Answer | None:
    """Only that nothing is known of it, where what would be told shares no other word with her message: it was found because it was talked
    about before."""
    named = thing(case)
    is_sure = case.facts.band == "sure" and not case.meant.asked  # by its meaning, whatever she calls it
    if not named or is_sure or not case.hits or decided(case, case.hits[0]):
        return None
    article = version_for(case.hits[0].versions, case.language, case.day, case.context.tier)
    rows = case.meant.passages or (article.title, article.text)
    said = units(own_words(left(mainland(case.question), mainland(named))))
    return None if any(said & units(mainland(row)) for row in rows) else unknown(case)


def decided(case: Case, hit: Hit) -> list[str]:
    """Yes or no to each of her questions of which the article says so, with the passage behind it."""
    if case.meant.picks or case.context.settled or case.facts.health:
        return []  # what is safe for one body no sentence decides
    article, named = version_for(hit.versions, case.language, case.day, case.context.tier), thing(case)
    pieces = [(piece, _in(named, piece)) for piece in _asked(case)]
    found = [(piece, name, verdict(piece, article, name)) for piece, name in pieces]
    return list(dict.fromkeys(_said(case, piece, name, one) for piece, name, one in found if one.kind))


def before(found: Sequence[str], text: str) -> str:
    """What is decided, and what else is told, but for the passages that stand behind it."""
    rest = [line for line in text.split("\n") if not any(said.endswith(_ITEM.sub("", line)) for said in found) or not line]
    whole = "\n".join(rest)
    for sentence in (one for line in rest for one in split(line)):
        if any(said.endswith(sentence) for said in found):
            whole = whole.replace(sentence, "", 1)
    return "\n\n".join(filter(None, ["\n".join(found), re.sub(r"\n{3,}", "\n\n", whole.replace("  ", " ")).strip()]))


def _said(case: Case, piece: str, named: str, found: Verdict) -> str:
    passage = case.in_script(found.passage)
    name = "whether.not_among" if named else f"whether.{found.kind}.{verb(piece)}"
    said = case.said(name, thing=case.in_script(named), passage=passage)
    return passage if passage.startswith(said.partition("：")[0]) else said  # "不能：不能寄往…"


def _asked(case: Case) -> list[str]:
    """Her questions one by one; of "so can I or not?" the one before."""
    pieces = [piece.strip() for piece in _PIECES.split(case.question) if piece.strip()]
    last = case.context.last_question.rpartition("\n")[2]
    return [last if last and is_bare(piece) else piece for piece in pieces]


def _in(named: str, piece: str) -> str:
    return named if named and mainland(named).casefold() in mainland(piece).casefold() else ""
