"""A conversation's head changed and a person is concerned: into its queue with it, and a hint to the consoles.

A hint carries no content: the console reads again with its cursor, so a lost or doubled hint does no harm. Those of a whole batch of
records are collected, one of a kind for each console, and told by a function of their own, of the queues every two seconds at most
(rounds.py): however many consoles are open, no customer's answer waits for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from chalicelib import settings
from chalicelib.aws import functions, push
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys, pushes, sockets
from chalicelib.conversations.model import Conversation
from chalicelib.conversations.pushes import Push
from chalicelib.desk import rounds, waiting_line
from chalicelib.errors import BatonError
from chalicelib.observability import log, now

_AT_ONCE = 16  # pushes; each waits for the gateway most of its time


@dataclass(slots=True)
class Collector:
    """What the consoles are to be told of one batch. `changed`: agent -> conversation -> version; `queues`: did a queue change?"""

    changed: dict[str, dict[str, int]] = field(default_factory=dict)
    queues: bool = False

    def handle(self, item: Item, old: Item | None) -> str:
        """One head of the stream whose owner is now a queue or an agent, or was a queue: she gave up her place. Raises Unavailable."""
        c = keys.conversation(item)
        before = keys.conversation(old) if old else None
        if c.owner == "queue" and is_new_in_line(c, before):
            waiting_line.enqueue(c)
        self.note(c, before)
        return c.owner

    def note(self, c: Conversation, before: Conversation | None) -> None:
        """Pure: adds what this change is to whom."""
        for agent in {c.agent, before.agent if before else ""} - {""}:
            self.changed.setdefault(agent, {})[c.id] = c.version
        self.queues = self.queues or c.owner == "queue" or bool(before and before.owner == "queue")

    def send(self) -> None:
        """Hands it on. A lost hint does no harm, so whatever fails here is only logged."""
        if not self.changed and not self.queues:
            return
        try:
            functions.start("have consoles told", settings.env("HINTS_FUNCTION"), {"changed": self.changed, "queues": self.queues})
        except BatonError as error:
            log.warning("hints_lost", error=str(error))


def is_new_in_line(c: Conversation, before: Conversation | None) -> bool:
    """Another message of a customer who waits already is no reason for a second ticket."""
    return not before or (before.owner, before.queue, before.urgency) != ("queue", c.queue, c.urgency)


def tell(collected: Mapping[str, Any]) -> None:
    """Tells every console what concerns it: of its agent's conversations at once, of the queues every two seconds at most."""
    changed: Mapping[str, Mapping[str, int]] = collected["changed"]
    if changed:
        _tell_all(lambda agent: [pushes.ConversationChanged(name, version) for name, version in changed.get(agent, {}).items()])
    if collected["queues"]:
        rounds.tell(lambda: _tell_all(lambda _: [pushes.QueuesChanged()]))


def _tell_all(hints: Callable[[str], list[Push]]) -> None:
    """`hints` by agent, to each of the agent's consoles. Connections that are gone are forgotten."""
    wanted = [(connection, hints(agent)) for connection, agent in sockets.of_consoles(now())]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(_tell, [one for one in wanted if one[1]]))


def _tell(wanted: tuple[str, list[Push]]) -> None:
    connection, told = wanted
    try:
        if not all(push.post(connection, hint) for hint in told):
            sockets.close_console(connection)
    except BatonError as error:
        log.warning("hint_lost", error=str(error))
