"""What a language model is shown of the articles: the passages that most likely answer a message, numbered. Pure.

A list is shown with the line that introduces it, as an item alone may say the opposite of what its list says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation.contextual import passages
from chalicelib.bot.interpretation.contextual.completion import own_words
from chalicelib.bot.interpretation.contextual.passages import Passage, Said
from chalicelib.bot.interpretation.contextual.scope import Scope
from chalicelib.bot.interpretation.courtesies.politeness import core
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.interpretation.retrieval import Hit
from chalicelib.knowledge.articles.article import Article

MOST, OF_ONE = 8, 3  # passages that are shown, and of one article
LONGEST = 900  # characters of one, with the list that it belongs to
_SEARCHED, _NEAREST = 6, 6  # articles that the search finds, and that have the nearest passages
_INTRODUCES = (":", "：")


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage by its `number`, counted from 1: whole sentences of an `article`, in the customer's language and script."""

    number: int
    article: Article
    text: str


def shown(case: Case, most: int = MOST) -> list[Shown]:
    """The passages that most likely answer, the best first; none without an index. Of articles that this customer may see today."""
    found: dict[str, Article] = {}
    of: Counter[str] = Counter()
    for hit, passage in _ranked(case):
        article = case.shown(hit)
        text = case.in_script(_whole(article.text, passage.text))
        if len(text) <= LONGEST and text not in found and of[article.id] < OF_ONE:
            found[text] = article
            of[article.id] += 1
        if len(found) == most:
            break
    return [Shown(number, article, text) for number, (text, article) in enumerate(found.items(), 1)]


def _ranked(case: Case) -> list[tuple[Hit, Passage]]:
    """All passages of the articles that may be meant, the best first: by weights for a first question, or for what goes on with one."""
    index = case.brain.index
    if index is None:
        return []
    scope = Scope(index, replace(case.context, language=case.language), case.day)
    asked = passages.asked(index.passages, case.language, _said(case))
    hits = scope.hits(_candidates(case, scope, asked), 0.0)
    every = [(hit, passage) for hit in hits for passage in asked.of(scope.key(hit))]
    goes_on = bool(case.context.last_question)
    return sorted(every, key=lambda one: -(one[1].score if goes_on else passages.nearness(one[1])))


def _said(case: Case) -> Said:
    """The message, with the question that it may go on with."""
    said, before = mainland(core(case.meant.instead or case.question)), mainland(case.context.last_question)
    return Said(own_words(said), said, f"{before}\n{said}" if before else "", own_words(before) if before else "")


def _candidates(case: Case, scope: Scope, asked: passages.Asked) -> Iterable[str]:
    """Articles that may answer: what was found, told or offered, what the search finds, and what has the nearest passages."""
    context = case.context
    searched = scope.search(asked.said, _SEARCHED)
    named = [hit.article for hit in (*case.hits, *searched)]
    near = (*asked.best(_NEAREST), *asked.nearest(_NEAREST))
    return dict.fromkeys(name for name in (*named, context.last_article, *context.offered, *near) if name)


def _whole(text: str, passage: str) -> str:
    """The passage, or the whole list that it belongs to with the line that introduces it."""
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    place = next((at for at, part in enumerate(paragraphs) if passage in part), None)
    if place is None:
        return passage
    lines = paragraphs[place].split("\n")
    row = next((at for at, line in enumerate(lines) if passage in line), 0)
    leads = [at for at, line in enumerate(lines[:row]) if line.rstrip().endswith(_INTRODUCES)]
    if leads:
        return "\n".join(lines[leads[0] :])
    before: Sequence[str] = paragraphs[place - 1].rstrip().split("\n") if place else ()
    if before and before[-1].endswith(_INTRODUCES):
        return "\n".join([before[-1], *lines])
    return "\n".join(lines[row:]) if lines[row].rstrip().endswith(_INTRODUCES) else passage
