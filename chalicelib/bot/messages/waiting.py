"""What the bot does with a message of somebody who waits for a person: her place stays, and whatever she writes has an outcome. Pure.

In this order: what follows an alarm, danger, the answer to what the bot asked, an action that is under way, where the answer comes,
leaving the queue, a wish to be called, whether her words arrived, her place, a word for a word, any other question right after an alarm,
what the bot does or surely knows outside the queue, too; whatever else she writes is added to her request. An instant of `claim`, and the
bot is silent (turn.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.bot import wording
from chalicelib.bot.actions.moved import Moved
from chalicelib.bot.answer import examined, known
from chalicelib.bot.answers import numberless, refunds
from chalicelib.bot.answers.case import Case
from chalicelib.bot.context import Load
from chalicelib.bot.follow_ups import asks_something
from chalicelib.bot.interpretation import waiting as words
from chalicelib.bot.interpretation.choices.assent import agrees, refuses
from chalicelib.bot.interpretation.follow_up import given
from chalicelib.bot.interpretation.hazards import aftermath
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.interpretation.reaction import reaction
from chalicelib.bot.messages import alarm
from chalicelib.bot.rules import telling
from chalicelib.bot.wish import Wish
from chalicelib.conversations.model import Answer, Escalation, Urgency

Change = Literal["", "urgent", "back", "close", "wish"]

_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,4}[-‐–－]?\d{4,10}(?![A-Za-z0-9])")
_NUMBERED, _GIVEN = "taken_number", "tell.data-given"  # what was said to somebody who gave what an article asked for


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of her place. `in_flow`: an action waits for an answer, or remembers an order; `moved`: what an action says outside
    the queue, None if none has a part in it; `looked_up`: an answer about an order that she names, if the business tells one; `noticed`:
    the action that then remembers the order that she names; `ahead`: who is before her in the line. They cost something and are asked
    only where they are needed."""

    urgency: Urgency
    asking: str
    wish: Wish | None
    only_files: bool
    in_flow: bool
    moved: Callable[[], Moved | None]
    looked_up: Callable[[], Answer | None]
    noticed: Callable[[], str]
    ahead: Callable[[], Load]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, and what changes for her: the line becomes the urgent one, she leaves it ("back", "close"), or her wish is noted.
    `flow`: the action that she then is in; None: as before."""

    said: Answer
    change: Change = ""
    wish: str = ""
    flow: str | None = None


def reply(case: Case, place: Place) -> Reply:
    """Never raises for a text, and always says something."""
    steps = (
        *(_after_alarm, _in_danger, _decided, _awaiting, _timed, _numberless, _under_way, _asking_where, _leaving, _wished),
        *(_asking_receipt, _asking_when, _talking, _still_alarmed, _given, _acted, _answered),
    )
    found = next((found for step in steps if (found := step(case, place))), None) or _added(case, place)
    return replace(found, said=replace(found.said, told=alarm.kept(found.said.told, case.context.told)))


def _after_alarm(case: Case, place: Place) -> Reply | None:
    """Nobody is hurt, whom to call, or what to do with the thing? What else she writes beside the first is answered as usual."""
    if not alarm.standing(case.context.told):
        return None
    if aftermath.meant(case.question) != "calm":
        said = alarm.reply(case)
        return Reply(said, "urgent") if said else None
    rest = aftermath.beside(case.question)
    said = alarm.calmed(case)
    if not aftermath.asks(rest):
        return Reply(said)
    asked = examined(rest, replace(case.context, told=(alarm.CALM, *case.context.told)), case.brain)
    known_too = alarm.reply(asked) or (answered.said if (answered := _answered(asked, place)) else None)
    return Reply(replace(known_too, text=f"{said.text}\n\n{known_too.text}", told=(alarm.CALM,)) if known_too else said)


def _in_danger(case: Case, place: Place) -> Reply | None:
    topic = case.facts.urgent_topic
    if not topic:
        return None
    told = telling(case.brain.rules, case.facts, case.asked)
    name = f"tell.{told.id}"
    raised = alarm.standing((name,))
    if name in case.context.told or (raised and raised == alarm.standing(case.context.told)):
        return Reply(alarm.again(case, raised), "urgent") if raised else None
    text = wording.told(case.brain.rules, told.texts, case.language, case.context, case.opening)
    return Reply(Answer(text, "", language=case.language, outcome="urgent", told=(name,)), "urgent")


def _still_alarmed(case: Case, _place: Place) -> Reply | None:
    said = alarm.unsure(case)
    return Reply(said, "urgent") if said else None


def _decided(case: Case, place: Place) -> Reply | None:
    """Yes or no to whether she gives up her place."""
    if place.asking not in ("close", "back"):
        return None
    if refuses(case.question):
        return Reply(case.sentence("stays", "status"))
    if agrees(case.question) or words.meant(case.question) == place.asking:
        return _left(case, "close" if place.asking == "close" else "back")
    return None


def _awaiting(case: Case, place: Place) -> Reply | None:
    """ "算了 等你们电话" gives up an action, and nothing else of what she asked for."""
    if not place.in_flow or place.wish or case.facts.upset or not words.awaits(case.question):
        return None
    return Reply(case.sentence("awaits", "status"), flow="")


def _under_way(case: Case, place: Place) -> Reply | None:
    """An action hears the answers to what it asked before all else; but not the wish for a person, who is called already."""
    if not place.in_flow or place.wish or case.facts.asked_for_person or words.meant(case.question) in ("status", "person"):
        return None
    found = _acted(case, place)
    return found if found and not found.said.article else None  # an answer of the knowledge has its turn below


def _acted(case: Case, place: Place) -> Reply | None:
    """As outside the queue. What an action would hand over is with a person already: it ends with its own words, or is noted."""
    moved = place.moved()
    if not moved:
        return None
    if moved.again and case.context.wished:
        return replace(_added(case, place), flow=place.noticed() or None)
    if isinstance(moved.said, Escalation):
        return replace(_ended(case, moved.own, moved.said) if moved.own else _added(case, place), flow=moved.flow)
    said = replace(moved.said, text=moved.own) if moved.own else moved.said
    return replace(_beside(case, said), flow=moved.flow)


def _ended(case: Case, own: str, decision: Escalation) -> Reply:
    """What an action says where it would call a person, with a word that her place stays."""
    return replace(_beside(case, Answer(own, "", language=case.language, outcome="taken")), change=_hurried(case, decision.urgency))


def _hurried(case: Case, urgency: Urgency) -> Change:
    return "urgent" if case.facts.upset or urgency == "urgent" else ""


def _leaving(case: Case, _place: Place) -> Reply | None:
    """Said clearly, it is done; else she is asked once."""
    meant = words.meant(case.question)
    target: Change = "back" if meant == "back" else "close"
    if meant in ("close", "back") and words.explicit(case.question):
        return _left(case, target)
    if meant in ("close", "back", "give-up") or case.heard.small_talk == "solved" or reaction(case.question) == "relief":
        choices = (case.said("yes"), case.said("no"))
        return Reply(case.sentence(f"leave_{target}", "question", asking=target, choices=choices))
    return None


def _left(case: Case, target: Change) -> Reply:
    return Reply(case.sentence(f"left_{target}", "closed" if target == "close" else "back"), target)


def _wished(case: Case, place: Place) -> Reply | None:
    if not place.wish:
        return None
    noted = case.said(f"wish.{place.wish.how}", address=place.wish.address)
    said = Answer(noted, "", language=case.language, outcome="taken", told=("wish",))
    if asked := words.beside_address(case.question):
        found = _answered(examined(asked, case.context, case.brain), place)
        more = found.said if found else case.sentence("taken_question", "taken")
        said = replace(more, text=f"{noted}\n\n{more.text}", told=("wish", *more.told))
    return Reply(said, "wish", str(place.wish))


def _timed(case: Case, place: Place) -> Reply | None:
    """When she would like to be called, after she wished to be."""
    if not case.context.wished or place.wish or not words.says_when(case.question):
        return None
    return Reply(case.sentence("taken_number", "taken", number=f"“{case.question.strip()}”"))


def _numberless(case: Case, place: Place) -> Reply | None:
    """Whoever will be called is not asked for a number that she has not got."""
    lacks = case.context.wished and not place.wish and particulars.has_no_number(case.question, asked=True)
    if not lacks or case.facts.given or numberless.rest(case.question, case.context):
        return None
    return Reply(case.sentence("no_number.2", "taken"), flow=place.noticed() or None)


def _asking_when(case: Case, place: Place) -> Reply | None:
    """How long, how many before me, is anybody there?"""
    asks = words.meant(case.question) in ("status", "person") or case.facts.asked_for_person
    if case.heard.about and not case.facts.asked_for_person:
        return None  # "are you a bot?" calls for nobody
    if case.heard.small_talk == "opener" or (not asks and case.heard.small_talk not in ("greeting", "puzzled")):
        return None
    if not case.opening.open:
        return _with_regret(case, case.sentence("status_closed", "status"))
    load = place.ahead()
    known = replace(case, context=replace(case.context, waiting=load.waiting, waited=load.waited))
    return _with_regret(case, known.sentence("status_line" if load.waiting else "status_next", "status"))


def _asking_receipt(case: Case, _place: Place) -> Reply | None:
    """Did what I wrote arrive, why am I asked again? All of it is with her request."""
    asks = words.asks_receipt(case.question) or case.facts.given_before
    return _with_regret(case, case.sentence("received", "status")) if asks and not case.facts.given else None


def _asking_where(case: Case, place: Place) -> Reply | None:
    """Where does the answer come, may she go away? Else such words may be taken for the wish to close her request."""
    if case.facts.asked_for_person or not words.asks_where(case.question):
        return None
    return _talking(replace(case, heard=replace(case.heard, about="where", small_talk="")), place)


def _talking(case: Case, place: Place) -> Reply | None:
    said = known(case) if case.heard.small_talk or case.heard.about or case.meant.reply == "yes" else None
    return _beside(case, said) if said and said.outcome in ("courtesy", "about") else None


def _given(case: Case, place: Place) -> Reply | None:
    """She gives what the last article asked for."""
    if not case.facts.given or case.facts.upset:
        return None
    sums = [one for one in words.sums(case.question) if one not in case.facts.given]
    named = ("、" if case.language.startswith("zh") else ", ").join([case.facts.given, *sums])
    return Reply(case.sentence("taken_number", "taken", number=named), flow=place.noticed() or None)


def _answered(case: Case, place: Place) -> Reply | None:
    if words.meant(case.question) == "pressing":
        return None
    said = known(case)
    if not said or not said.article or said.is_tentative:
        looked_up = None if refunds.is_meant(case) else place.looked_up()
        if looked_up:
            return replace(_beside(case, looked_up), flow=place.noticed() or None)
        said = said if said and asks_something(case.question) else None
    return _beside(case, said) if said else None


def _added(case: Case, place: Place) -> Reply:
    """Whatever else it is goes to her request."""
    pressing = words.meant(case.question) == "pressing" and case.facts.urgency == "now"
    if case.facts.upset or pressing:
        said = case.sentence("taken_urgent.2" if place.urgency == "urgent" else "taken_urgent", "taken")
        return replace(_with_regret(case, replace(said, told=("taken_urgent",))), change="urgent")
    if place.only_files:
        return Reply(case.sentence("taken_file", "taken"))
    number = _NUMBER.search(case.question)
    if number:
        return Reply(case.sentence("taken_number", "taken", number=number[0]), flow=place.noticed() or None)
    if alarm.is_fresh(case.context.told) and not aftermath.is_of_business(case.question):
        return Reply(case.sentence("urgent_again", "urgent"), "urgent")
    return Reply(case.sentence("taken_question" if asks_something(case.question) else "taken", "taken"))


def _with_regret(case: Case, said: Answer) -> Reply:
    """To somebody who is angry a word of apology first; her request becomes urgent."""
    if not case.facts.upset:
        return Reply(said)
    return Reply(replace(said, text=f"{case.said(case.name('sorry'))} {said.text}", told=(*said.told, "sorry")), "urgent")


def _has_given(case: Case) -> bool:
    """Did she give lately what articles ask for?"""
    return any(name == _NUMBERED or name.startswith(_GIVEN) for name in case.context.told)


def _beside(case: Case, said: Answer) -> Reply:
    """What is said while she waits, with a word that her place stays; a person is not offered to whoever waits for one."""
    known = given.without_asking(said.text) if said.article and _has_given(case) else said.text
    text = "\n\n".join(filter(None, [words.without_offer(known or case.said("received")), case.said(case.name("place"))]))
    left = [choice for choice in said.choices if choice != case.said("person")]
    choices = () if left == [case.said("something_else")] else tuple(left)  # of nothing she can choose something else
    return Reply(replace(said, text=text, choices=choices, told=(*said.told, "place")), "urgent" if case.facts.upset else "")
