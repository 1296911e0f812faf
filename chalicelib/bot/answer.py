"""The bot's one decision: answer what it surely knows, ask back, or hand over. Pure: time comes in as an argument.

Everything it knows is in `Brain` (knowledge, rules, queues, hours), everything about this conversation in `Context`.
What it returns is the business's own words: an article's text, or one of the sentences in `rules.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.bot import language as languages
from chalicelib.bot import wording
from chalicelib.bot.answers import asked_data, composing, numberless, refunds
from chalicelib.bot.answers.case import Case
from chalicelib.bot.context import Brain, Context, Load, Look
from chalicelib.bot.facts import Asked, Facts, Heard, band, hear, named
from chalicelib.bot.follow_ups import adds, asks_something, corrected
from chalicelib.bot.interpretation.courtesies import beyond, foreign, small_talk
from chalicelib.bot.interpretation.courtesies.politeness import core
from chalicelib.bot.interpretation.follow_up.scope import Bands, Meaning
from chalicelib.bot.interpretation.nonsense import is_nonsense
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.interpretation.reaction import reaction
from chalicelib.bot.opening_hours import state
from chalicelib.bot.retrieval import Hit, search
from chalicelib.bot.rules import TOPIC, Rule, asks, decide, telling, why
from chalicelib.bot.sense import meaning, parting
from chalicelib.conversations.model import Answer, Escalation
from chalicelib.knowledge.article import version_for

_MISSES = ("offer", "question")  # outcomes that say: the bot was not sure
_WHETHER = re.compile(r"\s*(?:is|are|am|do|does)\b|.*(?:是不是|还是|還是|在跟|在和)", re.IGNORECASE)
_PRESSING = ("asked_for_person", "urgent_topic", "upset", "unhelped", "given", "numberless", "given_before", "returned")
_ENDS = ("thanks", "goodbye", "praise", "solved")  # courtesies that answer no question of the bot's

__all__ = ["Answer", "Brain", "Context", "Escalation", "answer", "examined", "is_miss", "may_wait"]


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
    return _handed_over(case, decided) if isinstance(decided, Rule) else decided


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
    return _without_number(case) or _refund(case) or _found(case)


def _found(case: Case) -> Answer | None:
    if _is_sure(case):
        return composing.articles(case)
    may_help = (
        case.facts.band == "unsure"
        if asks_something(case.question)
        else case.facts.leads and case.facts.confidence >= case.brain.rules.lead
    )
    return composing.helpful(case) if may_help else None


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
        return rule
    if _is_sure(case):
        return composing.articles(case)
    return composing.several(case) or _asked_back(case)


def _without_number(case: Case) -> Answer | None:
    """The first time that she says that she has not got the order's number."""
    context, facts = case.context, case.facts
    if facts.numberless or facts.upset or not case.brain.index:
        return None
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


def _leads(hits: Sequence[Hit], brain: Brain) -> bool:
    """Is the first clearly ahead: likely enough by itself and twice as likely as the second, or the only one that would be offered? A
    business that wants nothing to be told so sets `lead` as high as `answer`."""
    first, second = hits[0].confidence, hits[1].confidence if len(hits) > 1 else 0.0
    is_alone = second < composing.FAR * first and brain.rules.lead < brain.rules.answer
    return is_alone or first >= max(brain.rules.lead, 2 * second)


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
    """What is asked of the bot itself, or beyond the articles; where the answer comes depends on the channel, and on her wish."""
    if case.heard.about != "where":
        choices = (case.said("person"),) if case.heard.about == "advice" else ()
        return case.sentence(f"about.{case.heard.about}", "about", choices=choices)
    name = "where.other" if case.context.wished else f"where.{case.context.channel}"
    return case.sentence(name if name in case.brain.rules.sentences else "where.other", "about")


def _asked_back(case: Case) -> Answer:
    """A miss: the nearest titles, if they were not offered just now; else a plain question."""
    if said := _in_her_language(case):
        return said
    if case.facts.adds and not _near(case):
        return composing.added(case)
    if not case.hits or case.facts.wordless:
        return case.sentence("wordless", "question", confidence=0.0)
    if case.facts.leads and case.facts.article != case.context.last_article:
        return composing.lead(case)
    offered = {hit.article for hit in composing.likely(case)}
    if offered != set(case.context.offered):
        return composing.offer(case)
    return composing.lead(case) if case.meant.instead else composing.rephrase(case)


def _near(case: Case) -> bool:
    """Is anything near that was not told just now?"""
    return case.facts.leads and case.facts.article != case.context.last_article


def _looked(case: Case, load: Load) -> Case:
    """The same case, with what was looked up."""
    facts = replace(case.facts, waiting=load.waiting, waited=load.waited // 60_000)
    known = case.context.known_address or load.known_address
    context = replace(case.context, said=load.said, waiting=load.waiting, waited=load.waited, known_address=known)
    return replace(case, context=context, facts=facts)


def examined(question: str, context: Context, brain: Brain) -> Case:
    """One message with all that can be found out about it."""
    day = datetime.fromtimestamp(context.now / 1000, brain.hours.zone).date().isoformat()
    opening = state(brain.hours, context.now)
    heard = _parted(_unknown(hear(question), question, context, brain, day), question, context, brain, day)
    meant = _meant(question, heard, context, brain, day)
    hits = meant.hits
    best, confidence = (hits[0].article, hits[0].confidence) if hits else ("", 0.0)
    certain = "sure" if context.under_way else band(hits, brain.rules.answer, brain.rules.offer)
    facts = Facts(
        available=brain.index is not None,
        asked_for_person=heard.asked_for_person and not _asks_whether_human(question, heard),
        urgent_topic=heard.urgent_topic,
        upset=heard.upset,
        unhelped=False,
        wordless=heard.wordless or (certain == "none" and not context.last_article and is_nonsense(question)),
        band=certain,
        confidence=round(confidence, 3),
        topic=_topic(brain, hits, day) if confidence >= brain.rules.lead else "",
        article=best,
        opt_out_request=context.opt_out_request,
        misses=0 if meant.instead else context.misses,  # she turned to something else, or went on with a sentence
        tier=context.tier,
        open=opening.open,
        waiting=-1 if context.waiting is None else context.waiting,
        channel=context.channel,
        language=languages.detect(question, context.language, context.page),
        sentiment=heard.sentiment,
        urgency=heard.urgency,
        amount=heard.amount.value,
        currency=heard.amount.currency,
        waited=-1 if context.waited is None else context.waited // 60_000,
        foreign="english_only" not in context.told and bool(foreign.language(question)),
        leads=certain == "unsure" and _leads(hits, brain),
        under_way=context.under_way,
        electrical=heard.electrical and heard.urgent_topic == "safety",
        health=heard.health,
        adds=bool(context.last_article) and adds(question) and not meant.instead,
    )
    asked = Asked(question, context.now, context.opened)
    case = Case(question, context, brain, day, opening, heard, meant, facts, asked)
    facts = replace(facts, numberless=numberless.is_again(case), given_before=asked_data.gave(case), returned=refunds.is_certain(case))
    return replace(case, facts=replace(facts, unhelped=_is_unhelped(case) or _was_told(case), given=asked_data.given(case)))


def _unknown(heard: Heard, question: str, context: Context, brain: Brain, day: str) -> Heard:
    """What may be beyond the articles, unless one of them surely answers it."""
    if heard.about not in beyond.KNOWN_FIRST or not brain.index:
        return heard
    best = search(brain.index, mainland(core(question)), day, 1, context.tier)
    return replace(heard, about="") if best and best[0].confidence >= brain.rules.answer else heard


def _parted(heard: Heard, question: str, context: Context, brain: Brain, day: str) -> Heard:
    """With thanks or a goodbye that has other words around it, which say something only as a reply."""
    presses = heard.asked_for_person or heard.urgent_topic or heard.upset or heard.unhelped or heard.urgency == "now"
    if heard.small_talk or heard.about or presses or not brain.index:
        return heard
    return replace(heard, small_talk=parting(question, context, brain.index, day))


def _asks_whether_human(question: str, heard: Heard) -> bool:
    """ "Is this a real person?" asks for none; "human" does."""
    return heard.about == "robot" and (asks_something(question) or bool(_WHETHER.match(question)))


def _meant(question: str, heard: Heard, context: Context, brain: Brain, day: str) -> Meaning:
    if not brain.index:
        return Meaning()
    if heard.small_talk in _ENDS:
        return Meaning()  # "no thanks" to what was offered refuses nothing
    idle = heard.small_talk or heard.about
    return meaning(question, context, brain.index, day, None if idle else Bands(brain.rules.answer, brain.rules.lead, brain.rules.offer))


def _is_unhelped(case: Case) -> bool:
    """Did the last answer not help? She says so, or refuses what was offered for the second time."""
    context, meant = case.context, case.meant
    if context.settled or not (context.last_article or context.offered or context.asking):
        return False
    if meant.reply == "no" and not case.heard.unhelped:
        return context.asking == "rephrase"
    return case.heard.unhelped or _speaks_of_last(case)


def _speaks_of_last(case: Case) -> bool:
    """Does she say of the last answer that it was not what she needs: a complaint, her own case, what she asked? Something else that is
    surely asked for beside it is answered."""
    if case.meant.picks or case.heard.urgent_topic:
        return False
    said = reaction(case.question)
    if said == "complaint":
        return True
    is_new = case.facts.band == "sure" and case.facts.article != case.context.last_article
    return said in ("own", "repeats") and bool(case.context.last_article) and not is_new and not _is_corrected(case)


def _is_corrected(case: Case) -> bool:
    """ "No, I asked about green tea": what she meant stands in what was told, and was not told alone."""
    return corrected(case.question)[0] and bool(case.meant.passages) and not _was_told(case)


def _was_told(case: Case) -> bool:
    """Is all that could be told what she has just heard: the article twice, or passages with the word that there is no more?"""
    beside_others = bool(case.context.offered)  # it was told as the first of several, and may be the one that she chooses
    if case.context.settled or beside_others or case.facts.band != "sure" or not composing.is_told(case, case.facts.article):
        return False
    return not case.meant.passages or (case.meant.doubtful and composing.ALL_TOLD in case.context.told[:1])


def _topic(brain: Brain, hits: Sequence[Hit], day: str) -> str:
    """The queue of the department that owns the best article."""
    queue = version_for(hits[0].versions, "en", day).queue if hits else ""
    return queue if queue in brain.queues else ""


def _queue(case: Case, rule: Rule) -> str:
    return (case.facts.topic or case.brain.queues[0]) if rule.queue == TOPIC else rule.queue


def _handed_over(case: Case, rule: Rule) -> Escalation:
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
        + _sorry(case)
        + wording.told(case.brain.rules, told.texts, facts.language, case.context, case.opening, given=facts.given),
        reason_zh=rule.reasons["zh"],
    )


def _sorry(case: Case) -> str:
    """A word of apology where it fits: not to danger, which has words of its own."""
    complains = case.facts.unhelped and reaction(case.question) == "complaint"
    fits = (complains or case.facts.sentiment <= composing.SORRY) and not case.facts.urgent_topic
    return f"{case.said(case.name('sorry'))} " if fits else ""
