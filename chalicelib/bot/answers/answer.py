"""The bot's one decision: answer what it surely knows, ask back, or hand over. Pure: time comes in as an argument.

Everything it knows is in `Brain` (knowledge, rules, queues, hours), everything about this conversation in `Context`.
What it returns is the business's own words: an article's text, or one of the sentences in `rules.yaml`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from chalicelib.bot.answers import angry, asked_data, composing, numberless, orderless, plainly, refunds, repeats, second, wording
from chalicelib.bot.answers.case import Case
from chalicelib.bot.answers.context import Brain, Context, Load, Look
from chalicelib.bot.answers.examining import examined
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.contextual.scope import Meaning
from chalicelib.bot.interpretation.courtesies import foreign, small_talk
from chalicelib.bot.interpretation.courtesies.bereaved import is_bereaved
from chalicelib.bot.interpretation.hazards import leaking
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.interpretation.phrases import plain
from chalicelib.bot.interpretation.reaction import reaction
from chalicelib.bot.rules.facts import Asked, Facts, named
from chalicelib.bot.rules.rules import TOPIC, Rule, asks, decide, telling, why
from chalicelib.business import opening_hours
from chalicelib.conversations.model import Answer, Escalation

Said = TypeVar("Said", bound=Answer | Escalation)

_MISSES = ("offer", "question")  # outcomes that say: the bot was not sure
_PRESSING = ("asked_for_person", "urgent_topic", "upset", "unhelped", "given", "numberless", "given_before", "returned")

__all__ = ["Answer", "Brain", "Context", "Escalation", "answer", "examined", "is_miss", "may_wait", "with_first_words"]


def is_miss(decided: Answer) -> bool:
    """Did the bot ask back because it was not sure? (Greetings and thanks have no article either, but are no miss.)"""
    return decided.outcome in _MISSES


def may_wait(decided: Answer | Escalation) -> bool:
    """Would more words help? Nothing is surely known, and nothing asks for a person now."""
    if isinstance(decided, Answer):
        return not decided.article or decided.is_tentative
    facts = decided.facts
    pressing = any(facts.get(name) for name in _PRESSING)
    return bool(facts.get("available")) and facts.get("band") != "sure" and not pressing


def answer(question: str, context: Context, brain: Brain, look: Look | None = None) -> Answer | Escalation:
    """Never raises for any text: what is not surely known is asked back once, then handed over. `look` is asked for what only a
    hand-over needs to know, as that costs reads."""
    case = examined(question, context, brain)
    decided = _decided(case)
    if look and isinstance(decided, Rule):
        case = _looked(case, look(_queue(case, decided), decided.urgency))
        if asks(brain.rules, "waiting", "waited"):
            decided = _decided(case)
    return with_first_words(case, _handed_over(case, decided) if isinstance(decided, Rule) else refunds.fitted(case, decided))


def with_first_words(case: Case, said: Said) -> Said:
    """Before all else, that a kettle that leaks is not to be used; and to whoever lost somebody, once, a word of sympathy."""
    if case.facts.urgent_topic:
        return said
    if leaking.asked(plain(case.question)):
        return replace(said, text=f"{case.said('leaking')}\n\n{said.text}")
    if not is_bereaved(case.question) or "condolence" in case.context.told:
        return said
    said = replace(said, text=f"{case.said('condolence')}\n\n{said.text}")
    return replace(said, told=(*said.told, "condolence")) if isinstance(said, Answer) else said


def examine(question: str, context: Context, brain: Brain) -> tuple[Facts, Asked]:
    """What the rules are asked with, for whoever explains a decision."""
    case = examined(question, context, brain)
    return case.facts, case.asked


def known(case: Case) -> Answer | None:
    """What the bot knows, for somebody who waits for a person: an article, or what it says of itself and to a courtesy; else None."""
    if not case.brain.index:
        return None
    said = _word_for_word(case) or (numberless.said(case, []) if case.facts.numberless else None)
    if said or case.facts.unhelped or case.facts.returned:
        return said
    found = _without_number(case) or _refund(case) or _found(case)
    return refunds.fitted(case, found) if found else None


def _found(case: Case) -> Answer | None:
    if _is_sure(case):
        return _told(case)
    if not case.context.asks_back:
        return None  # nobody answers a guess by mail but robots
    may_help = (
        case.facts.band == "unsure"
        if asks_something(case.question)
        else case.facts.leads and case.facts.confidence >= case.brain.rules.lead
    )
    return (plainly.beside_all(case) or composing.helpful(case)) if may_help else None


def _decided(case: Case) -> Answer | Rule:
    facts, meant = case.facts, case.meant
    if not _presses(facts) and (said := _word_for_word(case) or _without_number(case) or _refund(case)):
        return said
    rule = decide(case.brain.rules, facts, case.asked)
    is_open = meant.reply == "which" and "which" not in case.context.told[:1] and (case.hits or not facts.misses)
    if is_open and not (rule and _presses(facts)):
        return composing.which(case) if case.hits else composing.number(case)
    if meant.reply == "no" and not facts.unhelped and not (rule and _presses(facts)):
        return composing.rephrase(case)
    if rule:
        return _stayed(case) if _stays(case) else rule
    if _is_sure(case):
        return _told(case)
    return composing.several(case) or _asked_back(case)


def _told(case: Case) -> Answer:
    """What is surely asked for; never once more what she has just read."""
    return plainly.beside_all(case) or _whole(case, repeats.unrepeated(case, composing.articles(case)))


def _whole(case: Case, said: Answer) -> Answer:
    """With what else she asks beside it, where only one of several questions was answered."""
    return second.answered(case, said, [examined(part, case.context, case.brain) for part in second.parts(case, said)])


def _stays(case: Case) -> bool:
    """Was she misunderstood, did she drop what was talked about, or is it the question that she was asked for, and does she now ask for
    what nobody wrote down? Where she can tap, a person is offered and not called."""
    facts = case.facts
    asks_only = not (_presses(facts) or facts.upset or facts.health or facts.tier or facts.unhelped or facts.urgency == "now")
    is_asked = bool(case.meant.instead) or _is_begun(case.context)
    return is_asked and case.context.taps and facts.band != "sure" and not facts.leads and asks_only and not facts.given


def _stayed(case: Case) -> Answer:
    """What is said instead of calling a person."""
    if not case.meant.instead:
        return _asked_back(case)
    return case.sentence("not_known", "question", confidence=0.0, choices=(case.said("person"),))


def _is_begun(context: Context) -> bool:
    """Was she just told to go on: "Gladly, what is it?"?"""
    return context.told[:1] == ("opener",)


def _without_number(case: Case) -> Answer | None:
    """The first time that she says that she has not got the order's number."""
    context, facts = case.context, case.facts
    if facts.numberless or facts.upset or not case.brain.index:
        return None
    if none_yet := orderless.said(case):
        return none_yet
    if not particulars.has_no_number(case.question, asked=asked_data.is_number_asked(case)):
        return None
    left = numberless.rest(case.question, context)
    said = numberless.said(case, [examined(left, context, case.brain), case] if left else [])
    is_more = left and not said.article and decide(case.brain.rules, facts, case.asked)  # what else she tells is for people
    return None if is_more else said


def _refund(case: Case) -> Answer | None:
    """Of a thing that has gone back she wants the money, whatever the words look like; told once."""
    hit = None if case.facts.upset or case.facts.returned or case.facts.band == "sure" else refunds.hit(case)
    if not hit:
        return None
    return composing.articles(replace(case, meant=Meaning([hit]), facts=replace(case.facts, band="sure", article=hit.article)))


def _in_her_language(case: Case) -> Answer | None:
    """Once, what the bot speaks, said in the language that it does not speak; then a person."""
    text = composing.in_her_language(case, "only") if case.facts.foreign else ""
    return replace(case.sentence("english_only", "about", choices=(case.said("person"),)), text=text) if text else None


def _presses(facts: Facts) -> bool:
    """Is a person needed whatever the bot might ask back?"""
    return facts.asked_for_person or bool(facts.urgent_topic) or facts.opt_out_request or not facts.available


def _is_sure(case: Case) -> bool:
    return case.facts.band == "sure" and case.facts.confidence >= case.brain.rules.answer


def _word_for_word(case: Case) -> Answer | None:
    """A word for a word: courtesies, and questions about the bot itself."""
    heard, meant = case.heard, case.meant
    relieved = bool(case.context.last_article) and reaction(case.question) == "relief"
    if relieved or meant.reply == "yes":
        return case.sentence("solved" if relieved else "thanks", "courtesy")
    if foreign.courtesy(case.question) and (thanks := composing.in_her_language(case, "thanks")):
        return replace(case.sentence("thanks", "courtesy"), text=thanks)
    if meant.reply or meant.asked or meant.picks:
        return None
    if heard.small_talk == "puzzled":
        return (
            None
            if case.context.misses or not case.context.asks_back
            else case.sentence("puzzled", "question", confidence=0.0, choices=(case.said("person"),))
        )
    if heard.small_talk:
        return case.sentence(small_talk.SENTENCES[heard.small_talk], "courtesy")
    return _of_itself(case) if heard.about else None


def _of_itself(case: Case) -> Answer:
    """What is asked of the bot itself, or beyond the articles; where the answer comes depends on the channel and on what she asked for."""
    if case.heard.about == "zone":
        hours = case.brain.hours
        zone = opening_hours.named_zone(hours, case.language)
        return case.sentence("about.zone", "about", zone=zone, clock=opening_hours.clock(hours, case.context.now))
    if case.heard.about != "where":
        choices = (case.said("person"),) if case.heard.about in ("advice", "assortment") else ()
        return case.sentence(f"about.{case.heard.about}", "about", choices=choices)
    name = "where.other" if case.context.contact_by else f"where.{case.context.channel}"
    return case.sentence(name if name in case.brain.rules.sentences else "where.other", "about")


def _asked_back(case: Case) -> Answer:
    """A miss: the nearest titles, if they were not offered just now; else a plain question."""
    if said := _in_her_language(case) or _plainly(case):
        return said
    if case.facts.adds and not _near(case):
        return composing.added(case)
    if not case.hits or case.facts.wordless:
        return case.sentence("wordless", "question", confidence=0.0)
    if case.facts.leads and case.facts.article != case.context.last_article:
        return _whole(case, composing.lead(case))
    offered = {hit.article for hit in composing.likely(case)}
    if offered != set(case.context.offered):
        said = composing.offer(case)
        return replace(said, text=_sorry(case) + said.text)
    return composing.lead(case) if case.meant.instead else composing.rephrase(case)


def _plainly(case: Case) -> Answer | None:
    """Yes or no from the nearest article that says so; else of a thing that none names, that nothing is known of it."""
    unknown = plainly.unknown(case)
    for hit in case.hits if unknown else case.hits[:1]:
        if plainly.decided(case, hit):
            nearest = [hit, *(other for other in case.hits if other != hit)]
            return composing.lead(replace(case, meant=replace(case.meant, hits=nearest)))
    return unknown


def _near(case: Case) -> bool:
    """Is anything near that was not told just now?"""
    return case.facts.leads and case.facts.article != case.context.last_article


def _looked(case: Case, load: Load) -> Case:
    """The same case, with what was looked up."""
    facts = replace(case.facts, waiting=load.waiting, waited=load.waited // 60_000)
    known = case.context.known_address or load.known_address
    context = replace(case.context, said=load.said, **load.wait, known_address=known)
    return replace(case, context=context, facts=facts)


def _queue(case: Case, rule: Rule) -> str:
    return (case.facts.topic or case.brain.queues[0]) if rule.queue == TOPIC else rule.queue


def _in_its_hours(case: Case, queue: str) -> Case:
    """The same case, open or closed as the queue is that it goes to."""
    opening = opening_hours.state(opening_hours.of(case.brain.hours, queue), case.context.now)
    return replace(case, opening=opening, facts=replace(case.facts, open=opening.open))


def _handed_over(case: Case, rule: Rule) -> Escalation:
    case = _in_its_hours(case, _queue(case, rule))
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
        text=refunds.before(case)
        + angry.before(case, _sorry(case))
        + wording.told(case.brain.rules, told.texts, facts.language, case.context, case.opening, given=facts.given),
        reason_zh=rule.reasons["zh"],
        article=angry.article(case),
    )


def _sorry(case: Case) -> str:
    """A word of apology where it fits: not to danger, which has words of its own."""
    complains = case.facts.unhelped and reaction(case.question) == "complaint"
    fits = (complains or case.heard.trouble) and not case.facts.urgent_topic
    return f"{case.said(case.name('sorry'))} " if fits else ""
