"""Leaving the queue: asked once, done at once where it is said clearly, and back to the bot for whoever wanted no person. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.answers.answer import examined, known
from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation import missed
from chalicelib.bot.interpretation import waiting as words
from chalicelib.bot.interpretation.choices.assent import agrees, refuses
from chalicelib.bot.interpretation.reaction import reaction
from chalicelib.bot.messages.waiting.place import Change, Place, Reply


def decided(case: Case, place: Place) -> Reply | None:
    """Yes or no to whether she gives up her place."""
    if place.asking not in ("close", "back"):
        return None
    if refuses(case.question):
        return Reply(case.sentence("stays", "status"))
    if agrees(case.question) or words.meant(case.question) == place.asking:
        return _left(case, "close" if place.asking == "close" else "back")
    return None


def unwanted(case: Case, _place: Place) -> Reply | None:
    """ "I asked for no person, I only want to know …": back to the bot at once, with what she asks."""
    if not missed.unwanted(case.question) or case.facts.asked_for_person or case.facts.upset:
        return None
    asked = missed.beside_unwanted(case.question)
    if not asked:
        return None if words.meant(case.question) in ("close", "back", "give-up") else _left(case, "back")
    found = examined(asked, case.context, case.brain)
    said = known(found) or case.sentence("not_known", "question", choices=(case.said("person"),))
    text = f"{case.said('back_again')}\n\n{said.text}"
    return Reply(replace(said, text=text, outcome="back", told=("back_again", *said.told)), "back")


def leaving(case: Case, _place: Place) -> Reply | None:
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
