"""The sweep: every few minutes, whatever waits is counted against its queue, and nothing is left lying.

Four repairs: tickets that vanished are put back; a conversation whose agent is silent too long while the customer waits
goes back to the front of its line; counters that drifted are mended; a turn that the bot left open (its pause was lost, or what
should end it failed) is given to the bot again, and if that does not end it, to a person. Each only restates what the table says.

However much there is: when its time is over the sweep notes where it is, and the next one goes on there until all was seen.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from chalicelib import settings
from chalicelib.conversations import keys, lines, model, partitions, retention, table, work
from chalicelib.conversations.model import Conversation, Urgency
from chalicelib.desk import open_turns, pace, waiting_line, workspace
from chalicelib.desk.pace import Pace
from chalicelib.errors import BatonError, Conflict
from chalicelib.governance import queue_names, roster
from chalicelib.observability import log, metrics, now

# A ticket travels through the stream first: younger waits are not missing yet (ms).
SETTLING = 60_000

# So long (ms) a customer waits for the agent who holds the conversation; then it is given to another.
SILENCE = 30 * 60_000

# Seconds; its function has 240, and what was postponed comes after it.
TIME = 150

# Within the first minutes (ms) of a UTC day, in which the clock comes twice, open conversations are kept for longer.
ONCE = 10 * 60_000

_Work = Callable[[Pace], dict[str, int]]


def sweep() -> dict[str, int]:
    """What was found and done, for the log. `unseen`: how many of its stations are left for the next time."""
    at, until = now(), time.monotonic() + TIME
    waiting = {(queue, urgency): lines.count(queue, urgency, at) for queue in queue_names.watched() for urgency in model.URGENCIES}
    longest = max(at - since[0] if since else 0 for since in waiting.values())
    done = Counter(waiting=sum(map(len, waiting.values())), requeued=0, returned=0, failed=0)
    metrics(WaitingSeconds=longest / 1000, Waiting=done["waiting"])
    done.update(_visit(_stations(waiting, at), until))
    log.info("swept", done=done)
    return dict(done)


def _stations(waiting: Mapping[tuple[str, Urgency], list[int]], at: int) -> list[tuple[str, _Work]]:
    """By name: each line, each agent, and the turns that are open."""
    removed = queue_names.removed()
    stations: list[tuple[str, _Work]] = [
        ("#".join(line), partial(_move_out, *line, at) if line[0] in removed else partial(_requeue, *line, since, at))
        for line, since in waiting.items()
    ]
    stations += [(agent.id, partial(_care_for, agent, at)) for agent in roster.everyone()]
    if _is_daily(at):
        stations += [("keep#" + "#".join(line), partial(_keep_line, *line, at)) for line in waiting]
    return [*stations, ("turns", partial(open_turns.end, at))]


def _visit(stations: Sequence[tuple[str, _Work]], until: float) -> Counter[str]:
    """All stations from where the last sweep stopped, as long as there is time."""
    done: Counter[str] = Counter()
    stopped, its = pace.recalled(until)
    names = [name for name, _ in stations]
    first = names.index(stopped) if stopped in names else 0
    its = its if stopped in names else Pace(until)
    for left, (name, act) in zip(range(len(stations) - first, 0, -1), stations[first:], strict=True):
        done.update(act(its))
        if its.is_over:
            pace.remember(name, its)
            return done + Counter(unseen=left)
        its = Pace(until)
    if stopped:
        pace.remember("", Pace())
    return done


def silent(held: Iterable[Conversation], at: int) -> list[Conversation]:
    """Conversations whose customer waits too long for the agent who holds them. Pure."""
    return [c for c in held if c.waiting_since and c.waiting_since + SILENCE <= at and c.claimed_at + SILENCE <= at]


def keep_open(talks: Iterable[Conversation], at: int) -> int:
    """What people owe an answer does not lose its first words while it waits. How many items were kept for longer."""
    kept = retention.of_conversations()
    old = [c for c in talks if c.opened_at + kept <= at + retention.NEAR]
    return sum(partitions.keep(keys.thread_pk(c.thread), at + retention.NEAR, at + kept) for c in old)


def _is_daily(at: int) -> bool:
    """Is it the time of the day when what is open is kept for longer, if anything ends at all?"""
    return bool(retention.of_conversations()) and at % settings.DAY < ONCE


def _keep_line(queue: str, urgency: str, at: int, its: Pace) -> dict[str, int]:
    keep_open((entry.conversation for entry in its.entries(keys.line_work(queue, urgency), before=at)), at)
    return {}


def _move_out(queue: str, urgency: str, at: int, its: Pace) -> dict[str, int]:
    """Whoever waits in a queue that was taken away."""
    workspace.move_out(queue, [entry.conversation for entry in its.entries(keys.line_work(queue, urgency), before=at + 1)], at)
    return {}


def _requeue(queue: str, urgency: str, since: Sequence[int], at: int, its: Pace) -> dict[str, int]:
    """As many tickets as are missing. Which ones vanished nobody can tell, nor need it: whoever waits longest is found by the index."""
    tickets = waiting_line.depth(queue, urgency)
    if not its.seen and bisect_right(since, at - SETTLING) <= tickets:
        return {}
    requeued = 0
    for entry in its.entries(keys.line_work(queue, urgency), before=at - SETTLING + 1):
        if its.seen >= tickets:
            waiting_line.enqueue(entry.conversation)
            requeued += 1
    return {"requeued": requeued}


def _care_for(agent: roster.Agent, at: int, _its: Pace) -> dict[str, int]:
    """One agent's trouble must not keep the sweep from the others."""
    returned = 0
    try:
        held = [table.conversation(c.id) for c in work.held_by(agent.id)]
        if _is_daily(at):
            keep_open(held, at)
        returned = sum(_returned(c, at) for c in silent(held, at))
        if agent.held != len(held) and not any(c.claimed_at + SETTLING > at for c in held):
            roster.recount(agent, len(work.held_by(agent.id)))
    except BatonError as error:
        log.warning("sweep_failed", agent=agent.id, error=str(error))
        return {"returned": returned, "failed": 1}
    return {"returned": returned}


def _returned(c: Conversation, at: int) -> bool:
    """False if its agent moved just now."""
    try:
        workspace.give_back(c, at)
    except Conflict:
        return False
    return True
