"""What the bot does with a message of somebody who waits for a person: her place stays, and whatever she writes has an outcome. Pure.

In this order: what follows an alarm, danger, the answer to what the bot asked, an action that is under way, where the answer comes,
leaving the queue, a wish to be called, whether her words arrived, her place, a word for a word, any other question right after an alarm,
what the bot does or surely knows outside the queue, too; whatever else she writes is added to her request. An instant of `claim`, and the
bot is silent (turn.py).
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation import waiting as words
from chalicelib.bot.interpretation.details import gives_details
from chalicelib.bot.messages import alarm
from chalicelib.bot.messages.waiting.acting import acted, under_way
from chalicelib.bot.messages.waiting.alarmed import after_alarm, in_danger, spoilt, still_alarmed
from chalicelib.bot.messages.waiting.knowing import answered, asking_where, talking, told_data
from chalicelib.bot.messages.waiting.leaving import decided, leaving, unwanted
from chalicelib.bot.messages.waiting.place import Place, Reply
from chalicelib.bot.messages.waiting.reaching import (
    asking_call_when,
    asking_reach,
    awaiting,
    contact_noted,
    has_none,
    timed,
    with_contact_request,
)
from chalicelib.bot.messages.waiting.saying import added, with_regret
from chalicelib.bot.rules.facts import beside_call


def reply(case: Case, place: Place) -> Reply:
    """Never raises for a text, and always says something."""
    steps = (
        *(after_alarm, in_danger, decided, unwanted, awaiting, timed, has_none, under_way, asking_where, _scolded, leaving),
        *(
            contact_noted,
            spoilt,
            asking_call_when,
            asking_reach,
            _asking_receipt,
            _asking_when,
            _giving_details,
            talking,
            still_alarmed,
            told_data,
            acted,
            answered,
        ),
    )
    found = next((found for step in steps if (found := step(case, place))), None) or added(case, place)
    found = with_contact_request(found, case, place)
    return replace(found, said=replace(found.said, told=alarm.kept(found.said.told, case.context.told)))


def _scolded(case: Case, place: Place) -> Reply | None:
    """To whoever scolds the bot a human word; that it was added to her request would be none."""
    if place.contact_request or place.only_files or not words.scolds(case.question):
        return None
    return Reply(case.sentence("scolded", "courtesy"), "urgent" if case.facts.upset else "")


def _asking_when(case: Case, place: Place) -> Reply | None:
    """How long, how many before me, is anybody there?"""
    asks = words.meant(case.question) in ("status", "person") or case.facts.asked_for_person
    said_beside = beside_call(case.question) if case.facts.asked_for_person else ""
    if said_beside and not words.scolds(said_beside):
        return acted(case, place) or Reply(case.sentence("taken", "taken"), flow=place.noticed() or None)
    if case.heard.about and not case.facts.asked_for_person:
        return None  # "are you a bot?" calls for nobody
    if case.heard.small_talk == "opener" or (not asks and case.heard.small_talk not in ("greeting", "puzzled")):
        return None
    if not case.opening.open:
        return with_regret(case, case.sentence("status_closed", "status"))
    load = place.ahead()
    known = replace(case, context=replace(case.context, **load.wait))
    return with_regret(case, known.sentence("status_line" if load.waiting else "status_next", "status"))


def _giving_details(case: Case, place: Place) -> Reply | None:
    """What a colleague needs to know, whatever article its words come near to."""
    return added(case, place) if gives_details(case.question) and not place.in_flow else None


def _asking_receipt(case: Case, _place: Place) -> Reply | None:
    """Did what I wrote arrive, why am I asked again? All of it is with her request."""
    asks = words.asks_receipt(case.question) or case.facts.given_before
    return with_regret(case, case.sentence("received", "status")) if asks and not case.facts.given else None
