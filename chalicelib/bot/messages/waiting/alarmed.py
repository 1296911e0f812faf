"""What somebody who waits writes in danger, after an alarm, or of goods that have gone bad. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.answers import wording
from chalicelib.bot.answers.answer import examined, known
from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation import waiting as words
from chalicelib.bot.interpretation.hazards import aftermath
from chalicelib.bot.messages import alarm
from chalicelib.bot.messages.waiting.knowing import answered
from chalicelib.bot.messages.waiting.place import Place, Reply
from chalicelib.bot.messages.waiting.saying import beside, with_regret
from chalicelib.bot.rules.rules import telling
from chalicelib.conversations.model import Answer


def after_alarm(case: Case, place: Place) -> Reply | None:
    """Nobody is hurt, whom to call, or what to do with the thing? What else she writes beside the first is answered as usual."""
    if not alarm.standing(case.context.told):
        return None
    if aftermath.is_mistaken(case.question):
        return _taken_back(case, place)
    if aftermath.meant(case.question) != "calm":
        return _alarmed(case)
    rest = aftermath.beside(case.question)
    said = alarm.calmed(case)
    if not aftermath.asks(rest):
        return Reply(said)
    asked = examined(rest, replace(case.context, told=(alarm.CALM, *case.context.told)), case.brain)
    known_too = alarm.reply(asked) or (found.said if (found := answered(asked, place)) else None)
    return Reply(replace(known_too, text=f"{said.text}\n\n{known_too.text}", told=(alarm.CALM,)) if known_too else said)


def _taken_back(case: Case, place: Place) -> Reply:
    """It never was an alarm: then it is none for the people either, unless she is angry."""
    rest = aftermath.beside(case.question)
    asked = examined(rest, replace(case.context, told=(alarm.BACK, *case.context.told)), case.brain)
    found = answered(asked, place) if rest else None
    return Reply(alarm.taken_back(case, found.said if found else None), "urgent" if case.facts.upset else "eased")


def _alarmed(case: Case) -> Reply | None:
    """What she asks of the harm or the thing; what is surely known of a tea's contents stands beside whom to ask."""
    is_slight = not case.facts.urgent_topic or aftermath.is_mild(case.question)
    is_known = case.facts.leads or case.facts.band == "sure"
    found = known(case) if is_slight and is_known and aftermath.asks_contents(case.question) else None
    if found and found.article:
        return Reply(alarm.beside(case, beside(case, found).said), "urgent")
    said = alarm.reply(case)
    return Reply(said, "urgent") if said else None


def in_danger(case: Case, place: Place) -> Reply | None:
    topic = case.facts.urgent_topic
    if not topic:
        return None
    told = telling(case.brain.rules, case.facts, case.asked)
    name = f"tell.{told.id}"
    raised = alarm.standing((name,))
    if raised == alarm.standing(case.context.told) if raised else name in case.context.told:
        return Reply(alarm.again(case, raised), "urgent") if raised else None
    text = wording.told(case.brain.rules, told.texts, case.language, case.context, case.opening)
    return Reply(Answer(text, "", language=case.language, outcome="urgent", told=(name,)), "urgent")


def still_alarmed(case: Case, _place: Place) -> Reply | None:
    said = alarm.unsure(case)
    return Reply(said, "urgent") if said else None


def spoilt(case: Case, _place: Place) -> Reply | None:
    """Tea that has gone bad is not to be drunk, and no article can say whether it is good; a photo of anything is welcome."""
    before = any(name.startswith(("spoilt", "tell.spoilt")) for name in case.context.told)
    asked = aftermath.meant(case.question) if before else ""
    if case.facts.spoilt or asked in ("keep", "risk"):
        return with_regret(case, case.sentence("spoilt", "taken"))
    if asked == "money":
        return with_regret(case, case.sentence("alarm_money", "taken"))
    return Reply(case.sentence("photo", "taken")) if words.offers_photo(case.question) else None
