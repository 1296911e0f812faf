"""What the bot surely knows, told to somebody who waits for a person. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from chalicelib.bot.answers import angry, refunds
from chalicelib.bot.answers.answer import examined, known
from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation import waiting as words
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.retrieval import search
from chalicelib.bot.interpretation.understanding import asked_instead
from chalicelib.bot.messages.waiting.place import Place, Reply
from chalicelib.bot.messages.waiting.saying import beside, listed
from chalicelib.conversations.model import Answer

_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,4}[-‐–－]?\d{4,10}(?![A-Za-z0-9])")


def told_data(case: Case, place: Place) -> Reply | None:
    """She gives what the last article asked for."""
    if not case.facts.given or case.facts.upset:
        return None
    sums = [one for one in words.sums(case.question) if one not in case.facts.given]
    return Reply(case.sentence("taken_number", "taken", number=listed(case, [case.facts.given, *sums])), flow=place.noticed() or None)


def _known(case: Case) -> Answer | None:
    """What is known of her question; a number in it may hide what the question is."""
    said, bare = known(case), _NUMBER.sub(" ", case.question)
    if bare != case.question and asks_something(bare) and (not said or said.is_tentative):
        return known(examined(bare, case.context, case.brain)) or said
    return said


def answered(case: Case, place: Place) -> Reply | None:
    if words.meant(case.question) == "pressing":
        return None
    said = None if _is_hours(case) else _known(case)
    if not said or not said.article or said.is_tentative:
        looked_up = None if refunds.is_meant(case) else place.looked_up()
        if looked_up:
            return replace(beside(case, looked_up), flow=place.noticed() or None)
        said = said if said and (asks_something(case.question) or (case.facts.upset and angry.article(case))) else None
    if said and said.article == case.context.last_article and not asks_something(case.question):
        return None  # what she states beside what was told is for her request
    return beside(case, said) if said else None


def _is_hours(case: Case) -> bool:
    """Is the nearest article the one about the hours, where she asks for no hours? She knows by now when people are back."""
    if not case.brain.index or case.facts.band == "none" or words.asks_hours(asked_instead(case.question, case.context) or case.question):
        return False
    found = search(case.brain.index, words.hours_question(case.language), case.day, 1, case.context.tier)
    is_it = bool(found) and found[0].confidence >= case.brain.rules.answer and found[0].article == case.facts.article
    return is_it and (case.facts.band != "sure" or not asks_something(case.question))


def talking(case: Case, place: Place) -> Reply | None:
    said = known(case) if case.heard.small_talk or case.heard.about or case.meant.reply == "yes" else None
    return beside(case, said) if said and said.outcome in ("courtesy", "about") else None


def asking_where(case: Case, place: Place) -> Reply | None:
    """Where does the answer come, may she go away? Else such words may be taken for the wish to close her request."""
    if case.facts.asked_for_person or not words.asks_where(case.question):
        return None
    return talking(replace(case, heard=replace(case.heard, about="where", small_talk="")), place)
