"""What an agent does with conversations: claim, read, note, transfer, resolve, hand back; `replies` has the rest.

Each action reads the head, asks the baton for the next version and saves it under the condition that nobody changed
it meanwhile; with the version go the message, the event and the agents' counters, in one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from chalicelib.conversations import baton, history, lines, model, notes, story, table, views
from chalicelib.conversations.history import Page, Span
from chalicelib.conversations.model import Conversation, Event, Message
from chalicelib.customers import customer as customers
from chalicelib.customers import identities
from chalicelib.customers.customer import Customer
from chalicelib.desk import attachments, waiting_line
from chalicelib.desk import customers as who
from chalicelib.errors import BadRequest, Conflict, Full, NotFound, NotOwner, TooLarge
from chalicelib.governance import queue_names, roster
from chalicelib.governance.roster import Agent

LONGEST_TEXT = 20_000
_ATTEMPTS = 3
_LOOKS = 3  # at the line, until an agent has the next conversation
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def claim(agent: Agent, now: int) -> Conversation | None:
    """The next conversation that fits; None if nobody waits. Raises Full."""
    if agent.held >= agent.max_open:
        raise Full(f"you hold {agent.held} conversations, as many as allowed: resolve one first")
    for _ in range(_LOOKS):
        found = False
        for tickets in waiting_line.candidates(agent.skills):
            taken = _first_free(agent, tickets, now)
            if taken:
                return taken
            found = found or bool(tickets)
        if not found:
            break  # else colleagues were faster with all of the first: others are behind them
    return None


def queues(agent: Agent, now: int) -> list[dict[str, Any]]:
    """How many wait in each of the agent's queues, and since when."""
    asked = [(skill, urgency) for skill in agent.skills for urgency in model.URGENCIES]
    return [
        {"queue": queue, "urgency": urgency, "waiting": line.waiting, "exact": line.exact, "oldest_at": line.since}
        for (queue, urgency), line in zip(asked, lines.of(asked, now), strict=True)
    ]


def read(conversation_id: str, after: int, before: str, now: int) -> dict[str, Any]:
    """What schemas.Story shows: the story with its last messages; with a cursor those that may be new, or the page before.
    Raises NotFound, BadRequest for what is no cursor."""
    c = table.conversation(conversation_id)
    place = story.place(c)
    if not place.span.end and not before:
        history.settle(c, now)
    page = _page(c, place.span, after, before)
    is_first = not after and not before
    customer = customers.exactly(c.customer) if c.customer and is_first else Customer(c.customer)
    return {
        "conversation": c,
        "messages": [views.for_agent(m) for m in page.messages],
        "older": page.older,
        "notes": notes.of(c.thread),
        "events": story.events(c),
        "others": [o for o in customer.conversations if o.id != c.id],
        "cursor": max((m.at for m in page.messages), default=after),
        "read_at": place.read_at,
        "contact": who.contact(c, story.proofs(c.thread), customer),
        "possibly_same": who.possibly_same(customer),
        "related": attachments.related(page.messages) if is_first else [],
    }


def _page(c: Conversation, span: Span, after: int, before: str) -> Page:
    if before and after:
        raise BadRequest("ask with `after` or with `before`, not both")
    if not after:
        return history.latest(c.thread, span, before=before)
    return Page(tuple(m for part in history.newer(c.thread, after, span) for m in part))


def note(agent: Agent, conversation_id: str, client_id: str, text: str, now: int) -> notes.Note:
    """For colleagues only; whoever may read may note. Raises NotFound, BadRequest."""
    c = table.conversation(conversation_id)
    written = notes.Note(checked_id(client_id), now, agent.id, agent.name, checked_text(text))
    notes.add(c.thread, written)
    return written


def transfer(agent: Agent, conversation_id: str, queue: str, urgency: str, now: int) -> Conversation:
    """Into another queue, with its age. Raises NotOwner, BadRequest."""
    name, level = queue_names.checked(queue), model.queue_urgency(urgency)
    event = Event("transferred", now, agent.id, {"queue": name, "urgency": level})
    return change(conversation_id, lambda c: (baton.transferred(c, agent.id, name, level, now), event), also=[roster.slot_freed(agent.id)])


def pass_to(agent: Agent, conversation_id: str, to: str, now: int) -> Conversation:
    """Into a colleague's hands. Raises NotOwner, NotFound, Full."""
    colleague = roster.find(to)
    if colleague.id == agent.id:
        raise BadRequest("you hold this conversation already")
    if colleague.held >= colleague.max_open:
        raise Full(f"{colleague.name} holds as many conversations as allowed")
    event = Event("transferred", now, agent.id, {"agent": colleague.id, "name": colleague.name})
    counters = [roster.slot_freed(agent.id), roster.slot_taken(colleague)]
    return change(conversation_id, lambda c: (baton.passed(c, agent.id, colleague.id, now), event), also=counters)


def resolve(agent: Agent, conversation_id: str, now: int, said: dict[str, Any] | None = None) -> Conversation:
    """Done; `said`: what the story is to remember of the article that answered it. Raises NotOwner."""
    event = Event("resolved", now, agent.id, said or {})
    return change(conversation_id, lambda c: (baton.resolved(c, agent.id, now), event), also=[roster.slot_freed(agent.id)])


def hand_back(agent: Agent, conversation_id: str, now: int) -> Conversation:
    """The bot goes on. Raises NotOwner."""
    event = Event("handed_back", now, agent.id)
    return change(conversation_id, lambda c: (baton.handed_back(c, agent.id, now), event), also=[roster.slot_freed(agent.id)])


def set_tier(agent: Agent, conversation_id: str, tier: str, now: int) -> Conversation:
    """Marks the customer as a VIP, or as one no longer: for this conversation and all that follow. Raises BadRequest, NotFound."""
    c, level = table.conversation(conversation_id), identities.known_tier(tier)
    identities.set_tier(c.channel, c.address, level)
    event = Event("tier", now, agent.id, {"tier": level})
    return change(conversation_id, lambda c: (replace(c, tier=level), event))


def give_back(c: Conversation, now: int) -> Conversation:
    """Its agent is gone: back into the line, first. Raises NotOwner, Conflict."""
    event, home = Event("returned", now, "system", {"agent": c.agent}), queue_names.open_one(c.queue)
    return change(c.id, lambda c: (baton.returned(replace(c, queue=home), now), event), also=[roster.slot_freed(c.agent)])


def move_out(queue: str, waiting: list[Conversation], now: int) -> list[Conversation]:
    """Whoever waits in a queue that was taken away moves into the default one; who waits on in this queue."""
    home = queue_names.open_one(queue)
    if home == queue:
        return waiting
    for c in waiting:
        with suppress(Conflict):  # somebody takes it just now
            change(c.id, lambda c: (baton.moved(c, home, now), Event("transferred", now, "system", {"queue": home, "urgency": c.urgency})))
    return []


def _first_free(agent: Agent, tickets: list[waiting_line.Ticket], now: int) -> Conversation | None:
    """Takes the first ticket whose conversation really waits; stale tickets are dropped, the others released."""
    left = list(tickets)
    try:
        for ticket in tickets:
            try:
                taken = _take(agent, ticket.conversation, now)
            except (NotOwner, NotFound):
                waiting_line.drop(ticket)  # stale: it waits no longer
                left.remove(ticket)
                continue
            if taken:
                waiting_line.drop(ticket)
                left.remove(ticket)
                return taken
        return None
    finally:
        waiting_line.release(left)


def _take(agent: Agent, conversation_id: str, now: int) -> Conversation | None:
    """None if a colleague is just taking it. Raises NotOwner, NotFound (it waits no longer), Full."""
    event = Event("claimed", now, agent.id, {"name": agent.name})
    try:
        return change(conversation_id, lambda c: (baton.claimed(c, agent.id, now), event), also=[roster.slot_taken(agent)])
    except NotOwner:
        raise
    except Conflict:
        fresh = roster.find(agent.id)
        if fresh.held >= fresh.max_open:
            raise Full("you hold as many conversations as allowed: resolve one first") from None
        return None


def change(
    conversation_id: str,
    next_version: Callable[[Conversation], tuple[Conversation, Event | None]],
    messages: tuple[Message, ...] = (),
    also: list[dict[str, Any]] | None = None,
) -> Conversation:
    """Reads, decides, saves; again if somebody was faster. Raises NotOwner if the baton is elsewhere by then."""
    for attempt in range(_ATTEMPTS):
        c = table.conversation(conversation_id)
        changed, event = next_version(c)
        try:
            return table.save(changed, event, messages, also=also or ())
        except Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def checked_id(client_id: str) -> str:
    """Raises BadRequest."""
    if not _CLIENT_ID.fullmatch(client_id):
        raise BadRequest("id must be your own random id: 8 to 64 characters of A-Z a-z 0-9 _ -")
    return client_id


def checked_text(text: str) -> str:
    """Without spaces at its ends. Raises BadRequest, TooLarge."""
    if not text.strip():
        raise BadRequest("text must not be empty")
    if len(text) > LONGEST_TEXT:
        raise TooLarge(f"text may have {LONGEST_TEXT} characters at most")
    return text.strip()
