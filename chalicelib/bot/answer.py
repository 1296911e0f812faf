"""The bot's one decision: answer what it surely knows, ask back, or hand over. Pure: time comes in as an argument.

Everything it knows is in `Brain` (knowledge, rules, queues, hours), everything about this conversation in `Context`.
What it returns is the business's own words: an article's text, or one of the sentences in `rules.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from chalicelib.bot import language as languages
from chalicelib.bot import wording
from chalicelib.bot.context import Brain, Context, Load, Look
from chalicelib.bot.facts import Asked, Facts, Heard, band, hear, named
from chalicelib.bot.opening_hours import Opening, state
from chalicelib.bot.retrieval import Hit, each
from chalicelib.bot.rules import TOPIC, Rule, asks, decide, telling, why
from chalicelib.bot.sense import Bands, Meaning, meaning
from chalicelib.conversations.model import Answer, Escalation, Source
from chalicelib.knowledge.article import Article, version_for

_PATIENCE = 1  # misses in a row after which "yes" to several is not asked back any more
_SOURCES = 3  # articles that an answer may be composed of

__all__ = ["Answer", "Brain", "Context", "Escalation", "answer", "is_miss", "may_wait"]


@dataclass(frozen=True, slots=True)
class _Case:
    """One question with all that was found out about it."""

    question: str
    context: Context
    brain: Brain
    day: str
    opening: Opening
    heard: Heard
    meant: Meaning
    facts: Facts
    asked: Asked

    @property
    def hits(self) -> Sequence[Hit]:
        return self.meant.hits


def is_miss(decided: Answer) -> bool:
    """Did the bot ask back because it was not sure? (Greetings and thanks have no article either, but are no miss.)"""
    return not decided.article and decided.confidence < 1


def may_wait(decided: Answer | Escalation) -> bool:
    """Would more words help? Nothing is surely known, and nothing asks for a person now."""
    if isinstance(decided, Answer):
        return not decided.article
    facts = decided.facts
    pressing = any(facts.get(name) for name in ("asked_for_person", "urgent_topic", "upset", "unhelped"))
    return bool(facts.get("available")) and facts.get("band") != "sure" and not pressing


def answer(question: str, context: Context, brain: Brain, look: Look | None = None) -> Answer | Escalation:
    """Never raises for any text: what is not surely known is asked back once, then handed over. `look` is asked for what only a
    hand-over needs to know, as that costs reads."""
    case = _examined(question, context, brain)
    decided = _decided(case)
    if look and isinstance(decided, Rule):
        case = _looked(case, look(_queue(case, decided), decided.urgency))
        if asks(brain.rules, "waiting", "waited"):
            decided = _decided(case)
    return _handed_over(case, decided) if isinstance(decided, Rule) else decided


def _decided(case: _Case) -> Answer | Rule:
    brain = case.brain
    if brain.index and not case.facts.asked_for_person and (said := _small_talk(case)):
        return _sentence(case, said, 1.0)
    if case.meant.reply == "which" and case.context.misses <= _PATIENCE and case.hits:
        return _asked_back(case)
    rule = decide(brain.rules, case.facts, case.asked)
    if rule:
        return rule
    if case.facts.band == "sure" and case.facts.confidence >= brain.rules.answer:
        return _article(case)
    return _asked_back(case)


def _looked(case: _Case, load: Load) -> _Case:
    """The same case, with what was looked up."""
    facts = replace(case.facts, waiting=load.waiting, waited=load.waited // 60_000)
    return replace(case, context=replace(case.context, said=load.said, waiting=load.waiting, waited=load.waited), facts=facts)


def examine(question: str, context: Context, brain: Brain) -> tuple[Facts, Asked]:
    """What the rules are asked with, for whoever explains a decision."""
    case = _examined(question, context, brain)
    return case.facts, case.asked


def _small_talk(case: _Case) -> str:
    """The sentence that answers what asks nothing."""
    if case.meant.reply == "yes":
        return "thanks"
    return "" if case.meant.asked or case.meant.reply else case.heard.small_talk


def _examined(question: str, context: Context, brain: Brain) -> _Case:
    day = datetime.fromtimestamp(context.now / 1000, brain.hours.zone).date().isoformat()
    opening = state(brain.hours, context.now)
    heard = hear(question)
    meant = _meant(question, heard, context, brain, day)
    hits = meant.hits
    best, confidence = (hits[0].article, hits[0].confidence) if hits else ("", 0.0)
    language = languages.detect(question, context.language)
    certain = "sure" if context.under_way else band(hits, brain.rules.answer, brain.rules.offer)
    facts = Facts(
        available=brain.index is not None,
        asked_for_person=heard.asked_for_person,
        urgent_topic=heard.urgent_topic,
        upset=heard.upset,
        unhelped=_is_unhelped(heard, meant, context, best if certain == "sure" else ""),
        wordless=heard.wordless,
        band=certain,
        confidence=round(confidence, 3),
        topic=_topic(brain, hits, day) if certain != "none" else "",
        article=best,
        opt_out_request=context.opt_out_request,
        misses=context.misses,
        tier=context.tier,
        open=opening.open,
        waiting=-1 if context.waiting is None else context.waiting,
        channel=context.channel,
        language=language,
        sentiment=heard.sentiment,
        urgency=heard.urgency,
        amount=heard.amount.value,
        currency=heard.amount.currency,
        waited=-1 if context.waited is None else context.waited // 60_000,
    )
    asked = Asked(question, context.now, context.opened)
    return _Case(question, context, brain, day, opening, heard, meant, facts, asked)


def _meant(question: str, heard: Heard, context: Context, brain: Brain, day: str) -> Meaning:
    if not brain.index:
        return Meaning([])
    is_idle = heard.small_talk and not heard.asked_for_person
    return meaning(question, context, brain.index, day, None if is_idle else Bands(brain.rules.answer, brain.rules.offer))


def _is_unhelped(heard: Heard, meant: Meaning, context: Context, answered: str) -> bool:
    """Did the last answer not help? She says so, or asks for it again. (`settled`: nothing was said since.)"""
    if context.settled or not (context.last_article or context.offered):
        return False
    return heard.unhelped or meant.reply == "no" or (bool(answered) and answered == context.last_article)


def _topic(brain: Brain, hits: Sequence[Hit], day: str) -> str:
    """The queue of the department that owns the best article."""
    queue = version_for(hits[0].versions, "en", day).queue if hits else ""
    return queue if queue in brain.queues else ""


def _article(case: _Case) -> Answer:
    """The article's own words, in the customer's language; the short form where a message costs by the character."""
    best = case.hits[0]
    article = _shown(case, best)
    text = article.short if case.context.channel == "sms" else article.text
    if case.facts.language == "other":
        text = f"{wording.said_in(case.brain.rules.sentences['english_only'], 'en')}\n{text}"
    sources = _sources(case, article) if case.context.composes else ()
    return Answer(text, article.id, article.link, best.confidence, article.language, asked=case.meant.asked, sources=sources)


def _sources(case: _Case, best: Article) -> tuple[Source, ...]:
    """The article and the next ones, in its language, that may be meant as well."""
    brain, context = case.brain, case.context
    others = each(brain.index, case.question, case.day, context.tier) if brain.index else []
    likely = sorted((hit for hit in (*case.hits[1:], *others) if hit.confidence >= brain.rules.offer), key=lambda hit: -hit.confidence)
    articles = (_shown(case, hit) for hit in {hit.article: hit for hit in likely if hit.article != best.id}.values())
    further = islice((article for article in articles if article.language == best.language), _SOURCES - 1)
    return tuple(Source(article.id, article.title, article.text, article.link) for article in (best, *further))


def _shown(case: _Case, hit: Hit) -> Article:
    """In the customer's language; in her script, too, where the article has only the other one."""
    article = version_for(hit.versions, case.facts.language, case.day, case.context.tier)
    if (case.facts.language, article.language) != ("zh-Hant", "zh"):
        return article
    from chalicelib.bot.traditional import traditional

    title, text, short = map(traditional, (article.title, article.text, article.short))
    return replace(article, language="zh-Hant", title=title, text=text, short=short)


def _asked_back(case: _Case) -> Answer:
    """A miss: the nearest titles if there are any, else a plain question."""
    if not case.hits:
        return _sentence(case, "wordless", 0.0)
    rules, language = case.brain.rules, case.facts.language
    titles = [_shown(case, hit).title for hit in case.hits]
    return Answer(
        text=wording.offer(rules, titles, language),
        article="",
        confidence=case.facts.confidence,
        language=language,
        offered=tuple(hit.article for hit in case.hits),
        choices=(*titles, wording.said_in(rules.sentences["person"], language)) if case.context.channel == "webchat" else (),
        asked=case.meant.asked,
    )


def _sentence(case: _Case, name: str, confidence: float) -> Answer:
    """What was asked and offered before stays what follow-ups and picks go on with: a "thanks" is no question."""
    text, before = wording.said_in(case.brain.rules.sentences[name], case.facts.language), case.context
    return Answer(text, "", "", confidence, case.facts.language, offered=before.offered, asked=before.last_question)


def _queue(case: _Case, rule: Rule) -> str:
    return (case.facts.topic or case.brain.queues[0]) if rule.queue == TOPIC else rule.queue


def _handed_over(case: _Case, rule: Rule) -> Escalation:
    facts = case.facts
    told = telling(case.brain.rules, facts, case.asked)
    reasons = why(rule, facts, case.asked)
    return Escalation(
        rule=rule.id,
        reason=rule.reason,
        queue=_queue(case, rule),
        urgency=rule.urgency,
        summary=wording.summary(case.question, case.context, facts.language, rule.reason, case.hits),
        facts={**named(facts), "told": told.id, "near": {hit.article: round(hit.confidence, 3) for hit in case.hits}, "why": reasons},
        text=wording.told(case.brain.rules, told.texts, facts.language, case.context, case.opening),
        reason_zh=rule.reasons["zh"],
    )
