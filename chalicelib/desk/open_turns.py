"""Turns that the bot left open: messages of customers that still have no outcome, because a pause was lost or what should end it failed.

A turn is open for a few seconds. After a minute it is given to the bot again; if that does not end it, a person takes it, and the customer
is told so. So no message stays without an outcome (docs/conversation.md).
"""

from __future__ import annotations

from chalicelib import settings
from chalicelib.aws import streams
from chalicelib.conversations import keys, rescue, table
from chalicelib.conversations.model import Conversation
from chalicelib.desk.pace import Pace
from chalicelib.errors import BatonError
from chalicelib.governance import queue_names
from chalicelib.observability import log

OPEN = 60_000  # ms after the last message of the turn
LEFT_OPEN = 10 * 60_000


def end(at: int, pace: Pace | None = None) -> dict[str, int]:
    """What was done with the turns that are open for too long at a time (Unix ms), as far as the time goes."""
    done = {"resumed": 0, "rescued": 0, "unended": 0}
    for entry in (pace or Pace()).entries(keys.all_open_work(), before=at - OPEN):
        found = entry.conversation
        try:
            # The index may be late: the head decides.
            c = table.head(found.thread, consistent=True)
            if c and c.owner == "bot" and c.pieces:
                done[_ended(c, at)] += 1
        except BatonError as error:
            done["unended"] += 1
            log.warning("turn_left_open", conversation=found.id, error=str(error))
    return done


def _ended(c: Conversation, at: int) -> str:
    last = table.message(c.thread, c.pieces[-1])
    if last and c.last_at + LEFT_OPEN <= at:
        rescue.hand_over(c, last, queue_names.known()[0], "a message was left without an answer", at=at)
        return "rescued"
    key = keys.thread_pk(c.thread), keys.message_sk(c.pieces[-1])
    return "resumed" if streams.resume(*key, settings.env("BOT_FUNCTION")) else "unended"
