"""What follows from a language model's verdict, and where it is asked at all. Pure.

It is asked only where the bot is not sure and the rules decided nothing that presses; what it says of danger, or of the wish for a person,
can therefore only raise. Its quotes are said if `grounds` finds each in the passage that it names, else the bot goes on without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from chalicelib.bot.answers import composing, grounds, refunds, repeats
from chalicelib.bot.answers.answer import may_wait, with_first_words
from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.contextual.scope import Meaning
from chalicelib.bot.interpretation.retrieval import Hit
from chalicelib.bot.reading.shown import Shown
from chalicelib.bot.reading.verdict import Quote, Verdict
from chalicelib.conversations.model import READ, Answer, Escalation
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.cautions import warns
from chalicelib.knowledge.index.passages import split

Raised = Literal["", "safety", "crisis", "person"]
_RAISES: dict[str, Raised] = {"danger": "safety", "crisis": "crisis", "person": "person"}
_BAND = frozenset({"band", "confidence", "leads"})  # facts that say how much is known
_NO_QUESTION = frozenset({"which", "wordless", "puzzled", "added"})  # asked back about something else than what she wants to know


@dataclass(frozen=True, slots=True)
class Outcome:
    """`said`: what the bot says instead; None: it goes on without the model, and `flaw` tells why. `raised`: danger or a wish that only
    the model heard. `action`: what she wants done, with her own words by slot. `quoted`: the articles whose words are said."""

    said: Answer | None = None
    raised: Raised = ""
    action: str = ""
    slots: dict[str, str] = field(default_factory=dict)
    quoted: tuple[Article, ...] = ()
    flaw: str = ""


def is_open(case: Case, decided: Answer | Escalation) -> bool:
    """Is this an offer, a question back or a hand-over for want of knowledge, and nothing that presses? Where health is asked about
    nobody guesses."""
    facts = case.facts
    if not facts.available or facts.health or facts.wordless or facts.under_way or facts.urgent_topic or facts.asked_for_person:
        return False
    if isinstance(decided, Escalation):
        asked = decided.facts.get("why", {}).get("facts", {})
        return may_wait(decided) and decided.urgency == "normal" and not _BAND.isdisjoint(asked)
    is_asked = decided.outcome == "question" and _NO_QUESTION.isdisjoint(decided.told)
    return decided.is_tentative or decided.outcome == "offer" or is_asked


def outcome(case: Case, verdict: Verdict, known: Sequence[Shown]) -> Outcome:
    """What the bot makes of the verdict. `known`: the passages that the model was shown."""
    if raised := _RAISES.get(verdict.kind):
        return Outcome(raised=raised)
    if verdict.kind == "courtesy":
        return _courtesy(case)
    if verdict.kind == "action":
        return Outcome(action=verdict.action, slots=_own(case, verdict))
    if not verdict.quotes:
        return Outcome(flaw="no passage answers")
    return _quoted(case, verdict.quotes, known)


def leading(case: Case, articles: Sequence[str]) -> Answer | None:
    """The first of an action's articles that she may see, told as what may help; its action is then offered as ever."""
    versions = case.brain.index.articles if case.brain.index else {}
    seen = [name for name in articles if any(one.valid(case.day, case.context.tier) for one in versions.get(name, {}).values())]
    if not seen:
        return None
    hit = Hit(seen[0], _confidence(case, seen[0]), versions[seen[0]])
    return with_first_words(case, composing.lead(replace(case, meant=Meaning([hit], case.meant.asked))))


def _own(case: Case, verdict: Verdict) -> dict[str, str]:
    """Only what she wrote herself, word for word."""
    return {name: words for name, words in verdict.slots.items() if words.strip() and words in case.question}


def _courtesy(case: Case) -> Outcome:
    """A word for a word; not to what asks something or has a number in it."""
    if asks_something(case.question) or any(map(str.isdigit, case.question)):
        return Outcome(flaw="called a courtesy, and asks or tells something")
    said = case.sentence("acknowledged", "courtesy")
    return Outcome(replace(said, told=(*said.told, READ)))


def _quoted(case: Case, quotes: Sequence[Quote], known: Sequence[Shown]) -> Outcome:
    """The quotes as an answer, article by article, if each stands in the passage that it names."""
    by = {one.number: one for one in known}
    if any(quote.passage not in by for quote in quotes):
        return Outcome(flaw="quotes a passage that there is not")
    order = list(dict.fromkeys(by[quote.passage].article.id for quote in quotes))
    grouped = sorted(quotes, key=lambda quote: order.index(by[quote.passage].article.id))
    if flaw := _flaw(grouped, by):
        return Outcome(flaw=flaw)
    rows = [quote.text for quote in grouped]
    if all(repeats.is_known(line, case.context.told) for row in rows for line in row.split("\n")):
        return Outcome(flaw="was told just now")
    articles = {by[quote.passage].article.id: by[quote.passage].article for quote in grouped}
    told = {name: [quote.text for quote in grouped if by[quote.passage].article.id == name] for name in articles}
    said = _answer(case, list(articles.values()), told)
    return Outcome(with_first_words(case, refunds.fitted(case, said)), quoted=tuple(articles.values()))


def _flaw(quotes: Sequence[Quote], by: dict[int, Shown]) -> str:
    """Why the quotes must not be said, "" if nothing is wrong with them: each must stand whole in its passage."""
    numbers = {passage: place for place, passage in enumerate(dict.fromkeys(quote.passage for quote in quotes), 1)}
    ordered = sorted(quotes, key=lambda quote: numbers[quote.passage])
    cited = "\n".join(f"{quote.text} [{numbers[quote.passage]}]" for quote in ordered)
    return grounds.flaw(cited, [by[passage].text for passage in numbers])


def _answer(case: Case, articles: Sequence[Article], told: dict[str, list[str]]) -> Answer:
    """The articles' words, under their titles where there are several; what warns in an article is never left out."""
    parts = ["\n".join([*told[one.id], *_warnings(case, one, told[one.id])]) for one in articles]
    titled = [f"{one.title}\n{part}" for one, part in zip(articles, parts, strict=True)] if len(articles) > 1 else parts
    text, first = "\n\n".join(titled), articles[0]
    sorry = f"{case.said(case.name('sorry'))}\n\n" if case.heard.trouble else ""
    return Answer(
        text=sorry + text,
        article=first.id,
        link=first.link,
        confidence=_confidence(case, first.id),
        language=first.language,
        asked=case.meant.asked,
        choices=(case.said("person"),) if case.context.taps else (),
        outcome="answer",
        told=("passage", READ, *(("sorry",) if sorry else ())),
        also=tuple(one.id for one in articles[1:]),
    )


def _warnings(case: Case, article: Article, told: Sequence[str]) -> list[str]:
    said = "\n".join(told)
    rows = (case.in_script(row) for row in split(article.text) if warns(row))
    return [row for row in rows if row not in said]


def _confidence(case: Case, article: str) -> float:
    """The classifier's own, as ever: what it was not sure of is not learned from as if it had been."""
    return next((hit.confidence for hit in case.hits if hit.article == article), 0.0)
