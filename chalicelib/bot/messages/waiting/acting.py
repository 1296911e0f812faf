"""Self-service actions of somebody who waits: as outside the queue, but what they would hand over is with a person already. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation import waiting as words
from chalicelib.bot.messages.waiting.place import Change, Place, Reply
from chalicelib.bot.messages.waiting.saying import added, beside
from chalicelib.conversations.model import Answer, Escalation, Urgency


def under_way(case: Case, place: Place) -> Reply | None:
    """An action hears the answers to what it asked before all else; but not the wish for a person, who is called already."""
    if not place.in_flow or place.contact_request or case.facts.asked_for_person or words.meant(case.question) in ("status", "person"):
        return None
    found = acted(case, place)
    return found if found and not found.said.article else None  # an answer of the knowledge has its turn below


def acted(case: Case, place: Place) -> Reply | None:
    """As outside the queue. What an action would hand over is with a person already: it ends with its own words, or is noted."""
    moved = place.moved()
    if not moved:
        return None
    if moved.again and case.context.contact_by:
        return replace(added(case, place), flow=place.noticed() or None)
    if isinstance(moved.said, Escalation):
        return replace(_ended(case, moved.own, moved.said) if moved.own else added(case, place), flow=moved.flow)
    said = replace(moved.said, text=moved.own) if moved.own else moved.said
    return replace(beside(case, said), flow=moved.flow)


def _ended(case: Case, own: str, decision: Escalation) -> Reply:
    """What an action says where it would call a person, with a word that her place stays."""
    return replace(beside(case, Answer(own, "", language=case.language, outcome="taken")), change=_hurried(case, decision.urgency))


def _hurried(case: Case, urgency: Urgency) -> Change:
    return "urgent" if case.facts.upset or urgency == "urgent" else ""
