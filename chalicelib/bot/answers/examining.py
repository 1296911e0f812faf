"""One message with all that can be found out about it: what it says by itself, what it means in its conversation, and the facts that the
rules ask for. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.bot.answers import asked_data, composing, numberless, refunds, repeats
from chalicelib.bot.answers.case import Case
from chalicelib.bot.answers.context import Brain, Context
from chalicelib.bot.interpretation import language as languages
from chalicelib.bot.interpretation import missed
from chalicelib.bot.interpretation.contextual.completion import adds, asks_something, corrected
from chalicelib.bot.interpretation.contextual.scope import Bands, Meaning
from chalicelib.bot.interpretation.courtesies import beyond, foreign
from chalicelib.bot.interpretation.courtesies.politeness import core
from chalicelib.bot.interpretation.nonsense import is_nonsense, is_unfinished
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.interpretation.reaction import reaction
from chalicelib.bot.interpretation.retrieval import Hit, search, sentences
from chalicelib.bot.interpretation.understanding import asked_instead, meaning, parting
from chalicelib.bot.interpretation.unnamed.strange import strange
from chalicelib.bot.rules.facts import Asked, Facts, MessageSignals, band, hear
from chalicelib.business.opening_hours import of, state
from chalicelib.knowledge.articles.article import version_for

_WHETHER = re.compile(
    r"\s*(?:is|are|am|do|does)\b|.*(?:是不是|还是|還是|在跟|在和|[吧啩嚟㗎]\W*$|[不没沒][对對錯错]|[对對是]吧|系咪|係咪)", re.IGNORECASE
)
_SOLD = ("about.assortment", "unnamed_only")  # what was said to whoever asks for a thing
_ENDS = ("thanks", "goodbye", "praise", "solved")  # courtesies that answer no question of the bot's


def examined(question: str, context: Context, brain: Brain) -> Case:
    """One message with all that can be found out about it."""
    day = datetime.fromtimestamp(context.now / 1000, brain.hours.zone).date().isoformat()
    opening = state(of(brain.hours, context.queue), context.now)
    said = asked_instead(question, context)
    heard = _parted(_unknown(_heard(question, said, context), said or question, context, brain, day), question, context, brain, day)
    language = languages.detect(question, context.language, context.page)
    meant = _meant(question, heard, replace(context, language=language), brain, day)
    hits = meant.hits
    best, confidence = (hits[0].article, hits[0].confidence) if hits else ("", 0.0)
    certain = "sure" if context.under_way else band(hits, brain.rules.answer, brain.rules.offer)
    if certain == "sure" and _is_another_matter(question, meant, context, brain, day):
        certain = "unsure"
    facts = Facts(
        available=brain.index is not None,
        asked_for_person=context.raised == "person" or (heard.asked_for_person and not _asks_whether_human(question, heard)),
        urgent_topic=heard.urgent_topic or context.raised.replace("person", ""),
        upset=heard.upset and not context.calm,
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
        language=language,
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
        spoilt=heard.spoilt and not heard.urgent_topic and not context.under_way,
        adds=bool(context.last_article) and adds(question) and not meant.instead,
    )
    asked = Asked(question, context.now, context.opened)
    case = Case(question, context, brain, day, opening, heard, meant, facts, asked)
    facts = replace(facts, numberless=numberless.is_again(case), given_before=asked_data.gave(case), returned=refunds.is_certain(case))
    return replace(case, facts=replace(facts, unhelped=(not said and _is_unhelped(case)) or _was_told(case), given=asked_data.given(case)))


def _heard(question: str, instead: str, context: Context) -> MessageSignals:
    """What her words tell. Beside the word that an answer missed it the rest tells what she asks; a sentence that she has not ended
    waits for its end."""
    heard = hear(question)
    if instead:
        return replace(heard, about=hear(instead).about, small_talk="", unhelped=False)
    if not heard.about and corrected(question)[0] and context.told[:1] and context.told[0].startswith(_SOLD) and not _presses(heard):
        return replace(heard, about="assortment")  # "no, I mean coffee beans": still whether it is sold
    is_open = is_unfinished(question) or missed.unwanted(question)  # "I asked for no person": for what then?
    is_open = is_open and not (heard.small_talk or heard.about or context.under_way or context.settled)
    return replace(heard, small_talk="opener") if is_open and not _presses(heard) else heard


def _presses(heard: MessageSignals) -> bool:
    return bool(heard.asked_for_person or heard.urgent_topic or heard.upset or heard.unhelped or heard.urgency == "now")


def _unknown(heard: MessageSignals, question: str, context: Context, brain: Brain, day: str) -> MessageSignals:
    """What may be beyond the articles, unless one of them surely answers it."""
    if heard.about not in beyond.KNOWN_FIRST or not brain.index:
        return heard
    best = search(brain.index, mainland(core(question)), day, 1, context.tier)
    return replace(heard, about="") if best and best[0].confidence >= brain.rules.answer else heard


def _parted(heard: MessageSignals, question: str, context: Context, brain: Brain, day: str) -> MessageSignals:
    """With thanks or a goodbye that has other words around it, which say something only as a reply."""
    if heard.small_talk or heard.about or _presses(heard) or not brain.index:
        return heard
    return replace(heard, small_talk=parting(question, context, brain.index, day))


def _is_another_matter(question: str, meant: Meaning, context: Context, brain: Brain, day: str) -> bool:
    """Does a question that stands by itself name something of which no article tells, so that likeness may be chance? Not if another
    sentence of it asks for the same without."""
    is_chosen = meant.picks or meant.reply or meant.passages or context.settled or context.under_way or context.last_article
    if is_chosen or not brain.index or foreign.language(question):  # of other languages every word would be strange
        return False
    parts = [mainland(core(part)) for part in sentences(question)]
    usual = [part for part in parts if not strange(part, brain.index)]
    if len(usual) == len(parts):
        return False
    alone = [hits[0] for part in usual if (hits := search(brain.index, part, day, 1, context.tier))]
    return not any(hit.article == meant.hits[0].article and hit.confidence >= brain.rules.answer for hit in alone)


def _asks_whether_human(question: str, heard: MessageSignals) -> bool:
    """ "Is this a real person?" asks for none; "human" does."""
    return heard.about == "robot" and (asks_something(question) or bool(_WHETHER.match(question)))


def _meant(question: str, heard: MessageSignals, context: Context, brain: Brain, day: str) -> Meaning:
    if not brain.index:
        return Meaning()
    if heard.small_talk in _ENDS:
        return Meaning()  # "no thanks" to what was offered refuses nothing
    idle = heard.small_talk or heard.about
    bands = None if idle else Bands(brain.rules.answer, brain.rules.offer)
    return repeats.left(meaning(question, context, brain.index, day, bands), context.told)


def _is_unhelped(case: Case) -> bool:
    """Did the last answer not help? She says so, or refuses what was offered for the second time."""
    context, meant = case.context, case.meant
    if context.settled or context.calm or not (context.last_article or context.offered or context.asking):
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


def _leads(hits: Sequence[Hit], brain: Brain) -> bool:
    """Is the first clearly ahead: likely enough by itself and twice as likely as the second, or the only one that would be offered? A
    business that wants nothing to be told so sets `lead` as high as `answer`."""
    first, second = hits[0].confidence, hits[1].confidence if len(hits) > 1 else 0.0
    is_alone = second < composing.FAR * first and brain.rules.lead < brain.rules.answer
    return is_alone or first >= max(brain.rules.lead, 2 * second)
