"""How something is said to somebody who waits: that her place stays, that it was added, a word of apology. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation import waiting as words
from chalicelib.bot.interpretation.contextual import given
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.hazards import aftermath
from chalicelib.bot.messages import alarm
from chalicelib.bot.messages.waiting.place import Place, Reply
from chalicelib.conversations.model import Answer

_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,4}[-‐–－]?\d{4,10}(?![A-Za-z0-9])")


_NUMBERED, _GIVEN = "taken_number", "tell.data-given"  # what was said to somebody who gave what an article asked for


def beside(case: Case, said: Answer) -> Reply:
    """What is said while she waits, with a word that her place stays; a person is not offered to whoever waits for one."""
    known = given.without_asking(said.text) if said.article and _has_given(case) else said.text
    sorry = case.said(case.name("sorry")) if case.facts.upset and said.article and "sorry" not in said.told else ""
    parts = [sorry, words.without_offer(known or case.said("received")), case.said(case.name("place"))]
    text = "\n\n".join(filter(None, parts))
    left = [choice for choice in said.choices if choice != case.said("person")]
    choices = () if left == [case.said("something_else")] else tuple(left)  # of nothing she can choose something else
    return Reply(replace(said, text=text, choices=choices, told=(*said.told, "place")), "urgent" if case.facts.upset else "")


def _has_given(case: Case) -> bool:
    """Did she give lately what articles ask for?"""
    return any(name == _NUMBERED or name.startswith(_GIVEN) for name in case.context.told)


def with_regret(case: Case, said: Answer) -> Reply:
    """To somebody who is angry a word of apology first; her request becomes urgent."""
    if not case.facts.upset:
        return Reply(said)
    return Reply(replace(said, text=f"{case.said(case.name('sorry'))} {said.text}", told=(*said.told, "sorry")), "urgent")


def added(case: Case, place: Place) -> Reply:
    """Whatever else it is goes to her request."""
    pressing = words.meant(case.question) == "pressing" and case.facts.urgency == "now"
    if case.facts.upset or pressing:
        said = case.sentence("taken_urgent.2" if place.urgency == "urgent" else "taken_urgent", "taken")
        return replace(with_regret(case, replace(said, told=("taken_urgent",))), change="urgent")
    if place.only_files:
        return Reply(case.sentence("taken_file", "taken"))
    number = _NUMBER.search(case.question)
    if number:
        found = given.found(case.question, frozenset(("date", "amount")))
        named = listed(case, [number[0], *found.get("date", ()), *found.get("amount", ())])
        return Reply(case.sentence("taken_number", "taken", number=named), flow=place.noticed() or None)
    if alarm.is_fresh(case.context.told) and not aftermath.is_of_business(case.question):
        return Reply(case.sentence("urgent_again", "urgent"), "urgent")
    return Reply(case.sentence("taken_question" if asks_something(case.question) else "taken", "taken"))


def listed(case: Case, parts: list[str]) -> str:
    return ("、" if case.language.startswith("zh") else ", ").join(parts)
