"""What the bot says once it has decided: articles, passages, offers, and the words around them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from zlib import crc32

from chalicelib.bot.answers import plainly
from chalicelib.bot.answers.case import Case
from chalicelib.bot.answers.fitting import fitting
from chalicelib.bot.answers.open_question import is_left_open
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.courtesies import foreign
from chalicelib.bot.interpretation.courtesies.politeness import core
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.interpretation.retrieval import Hit, each
from chalicelib.bot.rules.facts import hear
from chalicelib.conversations.model import Answer, Source
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.cautions import warns
from chalicelib.knowledge.articles.plain_text import short_text

_SOURCES = 3  # articles that an answer may be composed of
FAR = 0.05  # of the best one's confidence: what is less likely is not offered beside it
_OPEN = 80  # characters of a question that is named as open
_APOLOGY = re.compile(r"\b(?:sorry|should not happen)\b|抱歉|对不起|對不起", re.IGNORECASE)
AGAIN = "again"  # in Conversation.told: the last answer was said for the second time
ALL_TOLD, DOUBTFUL = "all_told", "doubtful"  # the same: what may not have answered her, which she had read already or not


def articles(case: Case) -> Answer:
    """What is surely asked for: an article, a passage of it, or one article for each of her questions; with a word of apology and a
    person beside it where she is upset."""
    (first, *others), unanswered = _wanted(case)
    is_again = not others and not case.context.settled and asks_again(case, first.article)
    said = _again(case, first) if is_again else _several(case, first, others) if others else _one(case, first)
    said = _careful(case, said)
    if unanswered:
        said = replace(said, text=f"{said.text}\n\n{case.said('also_open', titles=unanswered)}", choices=_beside(case), sources=())
    return _framed(case, plainly.noted(case, said))


def several(case: Case) -> Answer | None:
    """What each of several questions asks for, where none of them is sure but each has an article that is ahead."""
    found = {hit.article: hit for _, hit in _parts(case) if hit.confidence >= case.brain.rules.lead}
    if len(found) < 2:
        return None
    first, *others = found.values()
    return _framed(case, plainly.noted(case, _several(case, first, others)))


def asks_again(case: Case, article: str) -> bool:
    """Is what she asks for the article that was told last, and no part of it that stands out?"""
    meant = case.meant
    if meant.asked:
        return False  # another part of it, and nothing tells which: the whole
    return article == case.context.last_article and not (meant.picks or meant.passages or meant.reply == "again")


def is_told(case: Case, article: str) -> bool:
    """Is what would be told now what she has just heard: this article a third time, or the same passage of it?"""
    if not article or article != case.context.last_article or case.meant.picks or case.meant.reply == "again":
        return False
    if case.meant.passages:
        return _told_as(case.meant.passage) in case.context.told
    return not case.meant.asked and AGAIN in case.context.told[:1]


def offer(case: Case) -> Answer:
    """The nearest articles as a question back: a miss."""
    hits = likely(case)
    titles = [case.shown(hit).title for hit in hits]
    name = "offer" if len(hits) > 1 else "offer_one"
    said = case.sentence(name, "offer", confidence=case.facts.confidence, titles=_numbered(titles), choices=_choices(case, titles))
    return replace(said, offered=tuple(hit.article for hit in hits), asked=case.meant.asked)


def likely(case: Case) -> Sequence[Hit]:
    """What is worth offering: whatever is far less likely than the best only makes the list longer."""
    return [hit for hit in case.hits if hit.confidence >= FAR * case.hits[0].confidence]


def lead(case: Case) -> Answer:
    """The first of what may be meant is told at once, as it is clearly ahead; the others are offered beside it, with their numbers. One
    that stands alone has none: there is nothing to choose."""
    best = case.hits[0]
    hits = likely(case)
    titles = [case.shown(hit).title for hit in hits]
    title = f"1. {titles[0]}" if titles[1:] else titles[0]
    found = plainly.decided(case, best)
    text = _in_part(case, case.shown(best))
    told = case.said("lead", titles=f"{title}\n{plainly.before(found, text) if found else text}")
    rest = case.said("lead_others", titles=_numbered(titles[1:], 2)) if titles[1:] else case.said("person_beside")
    said = _answer(case, best, case.shown(best), f"{told}\n\n{rest}")
    choices = _choices(case, titles[1:]) if case.context.taps else ()
    said = _careful(case, replace(said, fits=() if found or case.meant.fits else fitting(case, best)))
    return _framed(case, replace(said, offered=tuple(hit.article for hit in hits), choices=choices, told=("lead",)))


def helpful(case: Case) -> Answer:
    """The same for somebody who waits for a person: nothing else is offered."""
    best = case.shown(case.hits[0])
    return replace(_answer(case, case.hits[0], best, case.said("lead", titles=f"{best.title}\n{_in_part(case, best)}")), told=("lead",))


def which(case: Case) -> Answer:
    """She said yes to several: which of them? The list itself is not said again."""
    titles = [case.shown(hit).title for hit in case.hits]
    *first, last = map(str, range(1, len(titles) + 1))
    numbers = case.said("numbers", first=", ".join(first), last=last)
    said = case.sentence("which", "question", confidence=0.0, numbers=numbers, choices=_choices(case, titles))
    return replace(said, offered=tuple(hit.article for hit in case.hits))


def number(case: Case) -> Answer:
    """A number, and no list that it could be from: what does it refer to?"""
    return replace(case.sentence("number", "question", confidence=0.0, choices=(case.said("person"),)), told=("which",))


def rephrase(case: Case) -> Answer:
    """None of what was offered or said: once, she is asked to say it otherwise."""
    said = case.sentence("rephrase", "question", confidence=0.0, asking="rephrase", choices=(case.said("person"),))
    return replace(said, offered=())


def added(case: Case) -> Answer:
    """Something that adds to what was answered and asks nothing: noted, and does she need more?"""
    return case.sentence("added", "question", confidence=0.0, choices=(case.said("person"),))


def in_her_language(case: Case, name: str) -> str:
    """A sentence in a language that the bot does not speak otherwise; "" where it has none."""
    code = foreign.language(case.question) or foreign.courtesy(case.question)
    return foreign.sentence(code, name) if code else ""


def _wanted(case: Case) -> tuple[list[Hit], str]:
    """The articles to tell: those that she picked, or what each of several questions asks for; and a question that stays open."""
    if case.meant.picks or case.meant.passages or case.context.settled or not case.brain.index:
        return list(case.hits[: max(1, case.meant.picks)]), ""
    parts, rules = _parts(case), case.brain.rules
    if not any(hit.confidence >= rules.answer for _, hit in parts):
        return [case.hits[0]], ""
    told = {hit.article: hit for part, hit in parts if hit.confidence >= (rules.lead if asks_something(part) else rules.answer)}
    text, index, language = "\n".join(case.shown(hit).text for hit in told.values()), case.brain.index, case.language
    left = (part for part, hit in parts if hit.confidence < rules.offer and is_left_open(part, text, [*told], index, language))
    return list(told.values()), next(left, "")[:_OPEN]


def _parts(case: Case) -> list[tuple[str, Hit]]:
    """Her questions, if there are several, each with its best article."""
    index = case.brain.index
    return each(index, mainland(core(case.meant.instead or case.question)), case.day, case.context.tier) if index else []


def _one(case: Case, hit: Hit) -> Answer:
    found = plainly.decided(case, hit)
    if not found:
        return _told(case, hit)
    said = _told(replace(case, meant=replace(case.meant, doubtful=False, beside="")), hit)
    kept = case.in_script("\n".join(filter(warns, case.meant.passages)))
    text = plainly.before(found, kept if case.meant.passages else said.text)
    return replace(said, text=text, sources=(), told=(*said.told, "whether"), fits=())


def _told(case: Case, hit: Hit) -> Answer:
    if case.meant.unlikely and not any(map(warns, case.meant.passages)):
        said = case.sentence("not_known", "question", confidence=0.0, choices=_beside(case))
        return replace(said, asked=case.meant.asked or case.question)
    article = case.shown(hit)
    text = _in_doubt(case, case.in_script(case.meant.passage)) if case.meant.passages else _text(case, article)
    if note := in_her_language(case, "only") or (case.said("english_only") if case.language == "other" else ""):
        text = f"{note}\n{text}"
    sources = _sources(case, article) if case.context.composes and not case.meant.passages else ()
    said = _answer(case, hit, article, text, sources)
    if not case.meant.doubtful:
        return said if case.meant.passages else replace(said, fits=fitting(case, hit))
    name = ALL_TOLD if is_told(case, hit.article) else DOUBTFUL
    also = (case.hits[1].article,) if case.meant.beside else ()
    return replace(said, choices=_beside(case), told=(name, *said.told[1:]), also=also)


def _in_doubt(case: Case, passage: str) -> str:
    """What is told of it may not be what she asks for: then that is said, with a way on."""
    if not case.meant.doubtful:
        return passage
    name = ALL_TOLD if is_told(case, case.facts.article) else case.name("nearest")
    beside = f"\n\n{case.shown(case.hits[1]).title}\n{case.in_script(case.meant.beside)}" if case.meant.beside else ""
    return f"{case.said(name)}\n{passage}{beside}\n\n{case.said('person_if_not')}"


def _text(case: Case, article: Article) -> str:
    return article.short if case.context.brief else article.text


def _in_part(case: Case, article: Article) -> str:
    """Of what is a guess only what fits; the link leads to the whole."""
    return case.in_script("\n".join(case.meant.fits)) or _text(case, article)


def _again(case: Case, hit: Hit) -> Answer:
    """The same answer put shorter, and what else there is."""
    article = case.shown(hit)
    told = short_text(article.text, article.language)
    return replace(_answer(case, hit, article, f"{told}\n\n{case.said(case.name('again'))}"), told=(AGAIN,), choices=_beside(case))


def _told_as(passage: str) -> str:
    """Under which name it is remembered that a passage was told."""
    return f"passage.{crc32(passage.encode()):08x}"


def _several(case: Case, first: Hit, others: Sequence[Hit]) -> Answer:
    """Each article under its title, in the order in which they were asked for."""
    told = [(hit, case.shown(hit)) for hit in (first, *others)]
    text = "\n\n".join(f"{article.title}\n{_text(case, article)}" for _, article in told)
    said = _answer(case, first, told[0][1], text, _cited([article for _, article in told]) if case.context.composes else ())
    also = tuple(hit.article for hit in others)
    fits = tuple(one for hit, _ in told for one in fitting(case, hit))
    return replace(said, confidence=min(hit.confidence for hit, _ in told), also=also, told=("several",), fits=fits)


def _answer(case: Case, hit: Hit, article: Article, text: str, sources: tuple[Source, ...] = ()) -> Answer:
    return Answer(
        text=text,
        article=article.id,
        link=article.link,
        confidence=hit.confidence,
        language=article.language,
        asked=case.meant.asked,
        offered=case.context.offered if case.meant.picks else (),  # "and the second?"
        sources=sources,
        outcome="answer",
        told=("passage", _told_as(case.meant.passage)) if case.meant.passages else ("answer",),
    )


def _careful(case: Case, said: Answer) -> Answer:
    """An article cannot tell what is safe for one body: whoever asks that is told so, and a person is offered."""
    if not (case.facts.health or hear(case.meant.asked).health):
        return said
    text = f"{said.text}\n\n{case.said('health_beside')}"
    return replace(said, text=text, choices=_beside(case), sources=(), told=(*said.told, "health"))


def _framed(case: Case, said: Answer) -> Answer:
    """Whoever had trouble gets a word of apology, if the answer has none, and a person beside it if she is upset."""
    if not case.heard.trouble or (not case.facts.upset and _APOLOGY.search(said.text)):
        return said
    text = f"{case.said(case.name('sorry'))}\n\n{said.text}"
    if not case.facts.upset or said.choices or "health" in said.told:
        return replace(said, text=text, told=(*said.told, "sorry"), sources=())
    return replace(said, text=f"{text}\n\n{case.said('person_beside')}", choices=_beside(case), told=(*said.told, "sorry"), sources=())


def _sources(case: Case, best: Article) -> tuple[Source, ...]:
    """The article and the next ones, in its language, that may be meant as well."""
    others = [hit for part, hit in _parts(case) if asks_something(part)]
    likely = sorted((hit for hit in (*case.hits[1:], *others) if hit.confidence >= case.brain.rules.lead), key=lambda hit: -hit.confidence)
    found = (case.shown(hit) for hit in {hit.article: hit for hit in likely if hit.article != best.id}.values())
    further = islice((article for article in found if article.language == best.language), _SOURCES - 1)
    return _cited([best, *further])


def _cited(articles: Sequence[Article]) -> tuple[Source, ...]:
    return tuple(Source(article.id, article.title, article.text, article.link) for article in articles[:_SOURCES])


def _numbered(titles: Sequence[str], start: int = 1) -> str:
    return "\n".join(f"{number}. {title}" for number, title in enumerate(titles, start))


def _choices(case: Case, titles: Sequence[str]) -> tuple[str, ...]:
    return (*titles, case.said("something_else"), case.said("person"))


def _beside(case: Case) -> tuple[str, ...]:
    return (case.said("person"),) if case.context.taps else ()
