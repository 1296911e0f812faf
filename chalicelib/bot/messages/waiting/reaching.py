"""Where somebody who waits would like to be reached, and when: noted, and told to whoever asks. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.answers import numberless
from chalicelib.bot.answers.answer import examined
from chalicelib.bot.answers.case import Case
from chalicelib.bot.interpretation import waiting as words
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.messages.waiting.knowing import answered
from chalicelib.bot.messages.waiting.place import Place, Reply
from chalicelib.bot.messages.waiting.saying import with_regret
from chalicelib.conversations.model import Answer


def with_contact_request(found: Reply, case: Case, place: Place) -> Reply:
    """Whatever is said to a message, the number or the address in it is noted, and that is told."""
    if not place.contact_request or found.contact_request or found.change in ("back", "close"):
        return found
    noted = case.said(f"reach.{place.contact_request.how}", address=place.contact_request.address)
    return replace(found, said=replace(found.said, text=f"{found.said.text}\n\n{noted}"), contact_request=str(place.contact_request))


def contact_noted(case: Case, place: Place) -> Reply | None:
    if not place.contact_request:
        return None
    noted = f"{case.said(f'wish.{place.contact_request.how}', address=place.contact_request.address)}{_beside(case)}"
    said = Answer(noted, "", language=case.language, outcome="taken", told=("wish",))
    if asked := words.beside_address(case.question):
        found = answered(examined(asked, case.context, case.brain), place)
        more = found.said if found else case.sentence("taken_question", "taken")
        said = replace(more, text=f"{noted}\n\n{more.text}", told=("wish", *more.told))
    return Reply(said, "contact", str(place.contact_request))


def _beside(case: Case) -> str:
    """A word for what she tells with the address: when, or something else."""
    when = words.times_beside(case.question)
    tells = words.tells_beside(case.question.replace(when, " ")) and not words.beside_address(case.question)
    if when and not tells:
        return f"\n{case.said('wish.when', given=when)}"
    return f"\n{case.said('wish.rest')}" if tells else ""


def asking_call_when(case: Case, place: Place) -> Reply | None:
    """When will she be called or written to? When people are back, and where she will be reached."""
    how = case.context.contact_by
    if not how or place.contact_request or case.opening.open or not words.asks_call_when(case.question):
        return None
    status = case.sentence("status_closed", "status")
    return with_regret(case, replace(status, text=f"{case.said(f'reach.{how}', address=case.context.reached_at)} {status.text}"))


def timed(case: Case, place: Place) -> Reply | None:
    """When she would like to be called, after she asked to be."""
    if not case.context.contact_by or place.contact_request or not words.says_when(case.question):
        return None
    return Reply(case.sentence("taken_number", "taken", number=f"“{case.question.strip()}”"))


def has_none(case: Case, place: Place) -> Reply | None:
    """Whoever will be called is not asked for a number that she has not got."""
    lacks = case.context.contact_by and not place.contact_request and particulars.has_no_number(case.question, asked=True)
    if not lacks or case.facts.given or numberless.rest(case.question, case.context):
        return None
    return Reply(case.sentence("no_number.2", "taken"), flow=place.noticed() or None)


def asking_reach(case: Case, place: Place) -> Reply | None:
    """Was her number noted, may she be called? Yes, with the number; or how."""
    noted = words.asks_noted(case.question)
    if place.contact_request or not (noted or words.asks_for_call(case.question)):
        return None
    how, name = case.context.contact_by, "none" if noted else "may_call"
    said = case.sentence(f"reach.{how}", "status", address=case.context.reached_at) if how else case.sentence(f"reach.{name}", "status")
    return with_regret(case, said)


def awaiting(case: Case, place: Place) -> Reply | None:
    """ "算了 等你们电话" gives up an action, and nothing else of what she asked for."""
    if not place.in_flow or place.contact_request or case.facts.upset or not words.awaits(case.question):
        return None
    return Reply(case.sentence("awaits", "status"), flow="")
