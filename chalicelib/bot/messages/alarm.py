"""What is said after an alarm, to somebody who was told to call for help and waits for a person. Pure.

While an alarm stands, no article answers a question about the harm or the thing: whom to call, what only a doctor can say, where the thing
is safe. New or worse signs get the plain word to call now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation.hazards import aftermath, emergency
from chalicelib.conversations.baton import TOLD
from chalicelib.conversations.model import Answer

Alarm = Literal["", "body", "electrical", "crisis"]

CALM = "calm"
BACK = "alarm_back"  # it never was one, and is taken back
_OVER = "over:"  # what `kept` keeps of an alarm that is over
_STILL = ("worse", "called", "number", "plug", "again", "keep", "money", "others")  # what is still heard when the alarm is over
_MEDICAL = re.compile(r"\b(?:hospital|doctor|clinic|ambulance|gp)\b|医院|醫院|医生|醫生|急诊|急症", re.IGNORECASE)
_FRESH = 2  # sentences in which an alarm is still fresh
# What was said to somebody in danger, by the beginnings of the sentences' names.
_BEGUN: tuple[tuple[str, Alarm], ...] = (
    ("tell.urgent-safety-electrical", "electrical"),
    ("tell.urgent-safety", "body"),
    ("tell.urgent-crisis", "crisis"),
    *((f"{kept}{alarm}", alarm) for kept in ("alarm:", _OVER) for alarm in ("electrical", "body", "crisis")),
)
_NONE: tuple[str, Alarm] = (BACK, "")
_RAISED = ("tell.urgent-safety", "tell.urgent-crisis", "alarm:", "urgent_now", "urgent_fire")
_ALARMS = ("tell.urgent-safety", "tell.urgent-crisis", "urgent_", "alarm_number", "alarm_doctor", "alarm_store", "alarm_keep", "alarm_plug")
_BODY = {"called": "alarm_called", "number": "alarm_number", "doctor": "alarm_doctor", "risk": "alarm_doctor"} | dict.fromkeys(
    ("worse", "help"), "urgent_now"
)
_THING = {"plug": "alarm_plug", "again": "alarm_again", "others": "alarm_others", "money": "alarm_money"}
_PAIRS = (("alarm_number", "alarm_doctor"), ("alarm_keep", "alarm_money"), ("alarm_store", "alarm_money"))  # are said together
_SENTENCES: Mapping[Alarm, Mapping[str, str]] = {
    "crisis": _BODY,
    "body": _BODY | _THING | {"keep": "alarm_keep"},
    "electrical": _BODY | _THING | {"keep": "alarm_store", "risk": "alarm_store", "help": "alarm_plug", "worse": "urgent_fire"},
}


def standing(told: Sequence[str]) -> Alarm:
    """The alarm that was raised last, as long as she waits and has not said that there was no danger."""
    found: Iterator[Alarm] = (alarm for name in told for begun, alarm in (*_BEGUN, _NONE) if name.startswith(begun))
    return next(found, "")


def is_fresh(told: Sequence[str]) -> bool:
    """Was an alarm among the last sentences, and has she not said since that nobody is hurt?"""
    known = next((name for name in told if name in (CALM, BACK) or name.startswith(_ALARMS)), "")
    return known not in ("", CALM, BACK) and any(name.startswith(_ALARMS) for name in told[:_FRESH])


def is_over(told: Sequence[str]) -> bool:
    """Has she said since the last alarm that nobody is hurt? Of the thing she is still answered; all else as if there was none."""
    known = next((name for name in told if name in (CALM, BACK) or name.startswith((_OVER, *_RAISED))), "")
    return known == CALM or known.startswith(_OVER)


def kept(names: tuple[str, ...], told: Sequence[str]) -> tuple[str, ...]:
    """The names of what is said now, with the alarm behind them where the list of sentences would forget it."""
    every = (*names, *told)
    left = every[:TOLD]
    if (standing(left), is_over(left)) == (standing(every), is_over(every)):
        return names
    return (*names, f"{_OVER if is_over(every) else 'alarm:'}{standing(every)}")


def calmed(case: Case) -> Answer:
    """It is over; whoever has cut the current is told that this was right."""
    name = "calm_off" if standing(case.context.told) == "electrical" and aftermath.is_off(case.question) else "calm"
    return replace(case.sentence(name, "status"), told=(CALM,))


def taken_back(case: Case, known: Answer | None) -> Answer:
    """There was no danger: a word of apology, and what she asked, if it is known; else she is asked what it is."""
    sorry = replace(case.sentence(BACK if known else "alarm_back_ask", "status"), told=(BACK,))
    return replace(known, text=f"{sorry.text}\n\n{known.text}", told=(BACK, *known.told)) if known else sorry


def reply(case: Case) -> Answer | None:
    """To what she asks or tells of the harm or of the thing; danger that she tells of has words of its own."""
    alarm = standing(case.context.told)
    if not alarm:
        return None
    names = [name for kind in _heard(case, alarm) if (name := _SENTENCES[alarm].get(kind))]
    if not names or (case.facts.urgent_topic and names[0] in ("urgent_now", "urgent_fire")):
        return None
    first, *others = (_said(case, name, alarm) for name in dict.fromkeys(names))
    second = next((one for one in others if (first.told[0], one.told[0]) in _PAIRS), None)
    said = replace(first, text=f"{first.text}\n{second.text}") if second else first
    return _with_advice(case, said, alarm) if case.facts.urgent_topic and names[0] in ("alarm_keep", "alarm_store") else said


def _with_advice(case: Case, said: Answer, alarm: Alarm) -> Answer:
    """What to do with the thing, to somebody who tells of harm beside it: whom to call stands first, unless the harm is slight."""
    if aftermath.is_mild(case.question):
        return replace(said, text=f"{said.text}\n\n{case.said(case.name('urgent_again'))}", told=(*said.told, "urgent_again"))
    return replace(said, text=f"{again(case, alarm).text}\n\n{said.text}")


def beside(case: Case, known: Answer) -> Answer:
    """What is known of the contents, and that a doctor judges the rest."""
    number = emergency.number(case.question, "help") or case.said("numbers_help")
    told = ("alarm_doctor", *known.told)
    return replace(known, text=f"{known.text}\n\n{case.said('alarm_ask', number=number)}", outcome="urgent", told=told, choices=())


def again(case: Case, alarm: Alarm) -> Answer:
    """She tells of danger once more: the plain word to call now."""
    return _said(case, _SENTENCES[alarm]["worse"], alarm)


def unsure(case: Case) -> Answer | None:
    """A fresh alarm, and where she is, or a question that is not one of the order: whatever article were near would be out of place."""
    alarm = standing(case.context.told)
    if not is_fresh(case.context.told) or aftermath.is_of_business(case.question):
        return None
    if emergency.number(case.question, "help"):
        return _said(case, "alarm_number", alarm)
    return case.sentence("urgent_again", "urgent") if aftermath.asks(case.question) else None


def _heard(case: Case, alarm: Alarm) -> Sequence[str]:
    kinds = aftermath.kinds(case.question)
    unmeant = {"plug"} if alarm != "electrical" and "doctor" in kinds else set()  # "should she drink water?"
    unmeant |= set() if is_fresh(case.context.told) else {"help"}
    kinds = tuple(kind for kind in kinds if kind not in unmeant)
    if is_over(case.context.told):
        return tuple(kind for kind in kinds if kind in _STILL or (kind == "doctor" and _MEDICAL.search(case.question)))
    if kinds[:1] == ("risk",) and aftermath.is_of_business(case.question):
        return ()
    return kinds or (("doctor",) if case.facts.health and alarm != "electrical" and aftermath.asks(case.question) else ())


def _said(case: Case, name: str, alarm: Alarm) -> Answer:
    """With the number of the place that she names, else with the usual ones."""
    usual: emergency.Service = "fire" if alarm == "electrical" and name != "alarm_doctor" else "help"
    service = emergency.service(case.question, usual)
    number = emergency.number(case.question, service)
    if name == "alarm_number" and not number:
        return case.sentence("alarm_numbers", "urgent")
    return case.sentence(name, "urgent", number=number or case.said(f"numbers_{service}"))
