"""The sweep: every few minutes, whatever waits is counted against its queue, and nothing is left lying.

Four repairs: tickets that vanished are put back; a conversation whose agent is silent too long while the customer waits
goes back to the front of its line; counters that drifted are mended; a turn that the bot left open (its pause was lost, or what
should end it failed) is given to the bot again, and if that does not end it, to a person. Each only restates what the table says.
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.conversations import model, table
from chalicelib.conversations.model import Conversation
from chalicelib.desk import open_turns, waiting_line, workspace
from chalicelib.errors import BatonError, Conflict
from chalicelib.governance import queue_names, roster
from chalicelib.observability import log, metrics, now

# A ticket travels through the stream first: younger waits are not missing yet (ms).
SETTLING = 60_000

# So long (ms) a customer waits for the agent who holds the conversation; then it is given to another.
SILENCE = 30 * 60_000


def sweep() -> dict[str, int]:
    """What was found and done, for the log."""
    at = now()
    done = {"waiting": 0, "requeued": 0, "returned": 0, "failed": 0}
    longest = 0
    for queue in queue_names.watched():
        for urgency in model.URGENCIES:
            waiting = workspace.move_out(queue, table.waiting(queue, urgency, limit=1000), at)
            done["waiting"] += len(waiting)
            done["requeued"] += _requeue(queue, urgency, waiting, at)
            longest = max([longest, *(at - c.waiting_since for c in waiting)])
    for agent in roster.everyone():
        _care_for(agent, at, done)
    done |= open_turns.end(at)
    metrics(WaitingSeconds=longest / 1000, Waiting=done["waiting"])
    log.info("swept", done=done)
    return done


def missing(waiting: Iterable[Conversation], tickets: int, at: int) -> list[Conversation]:
    """Whose tickets to issue again: all settled ones, if the queue holds fewer tickets than customers. Pure."""
    settled = [c for c in waiting if c.waiting_since + SETTLING <= at]
    return settled if tickets < len(settled) else []


def silent(held: Iterable[Conversation], at: int) -> list[Conversation]:
    """Conversations whose customer waits too long for the agent who holds them. Pure."""
    return [c for c in held if c.waiting_since and c.waiting_since + SILENCE <= at and c.claimed_at + SILENCE <= at]


def _requeue(queue: str, urgency: str, waiting: list[Conversation], at: int) -> int:
    lost = missing(waiting, waiting_line.depth(queue, urgency), at)
    for c in lost:
        waiting_line.enqueue(c)
    return len(lost)


def _care_for(agent: roster.Agent, at: int, done: dict[str, int]) -> None:
    """One agent's trouble must not keep the sweep from the others."""
    try:
        held = [table.conversation(c.id) for c in table.held_by(agent.id, limit=1000)]
        for c in silent(held, at):
            done["returned"] += _returned(c, at)
        if agent.held != len(held) and not any(c.claimed_at + SETTLING > at for c in held):
            roster.recount(agent, len(table.held_by(agent.id, limit=1000)))
    except BatonError as error:
        done["failed"] += 1
        log.warning("sweep_failed", agent=agent.id, error=str(error))


def _returned(c: Conversation, at: int) -> bool:
    """False if its agent moved just now."""
    try:
        workspace.give_back(c, at)
    except Conflict:
        return False
    return True
