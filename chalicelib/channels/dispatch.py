"""Mails and texts are handed to a function of their own: a provider that accepts and never answers holds up nobody else's messages.

The stream's lane stays free, and messages of one thread leave in order all the same: each names the one before it, if that was handed on a
moment ago, and is not sent before that one was.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from chalicelib import settings
from chalicelib.aws import functions
from chalicelib.conversations import keys, table
from chalicelib.conversations.model import Message
from chalicelib.errors import Unavailable
from chalicelib.observability import now

RECENT = 60_000  # ms; what was handed on earlier has left by now, or never will
REMEMBERED = 2_000  # threads
PATIENCE = 12.0  # seconds that a message waits for the one before it; a provider has ten
LOOK = 0.25

_last: OrderedDict[str, tuple[str, int]] = OrderedDict()


def hand_on(message: Message) -> str:
    """Has the message sent, by a call that Lambda keeps until it is done. Raises Unavailable."""
    key = {"pk": keys.thread_pk(message.thread), "sk": keys.message_sk(message.id)}
    order = {"keys": key, "behind": _remember(message)}
    functions.start("have a message sent", settings.env("SEND_FUNCTION"), order)
    return "handed_on"


def wait(order: Mapping[str, Any]) -> None:
    """Until the message before the one that is ordered has left or cannot leave. Raises Unavailable if that takes too long."""
    thread, behind, end = keys.thread_of(order["keys"]["pk"]), order["behind"], time.monotonic() + PATIENCE
    while behind and (before := table.message(thread, behind)) and before.state in ("pending", "sending"):
        if time.monotonic() > end:
            raise Unavailable("the message before this one has not left yet")
        time.sleep(LOOK)


def _remember(message: Message) -> str:
    """The id of the thread's message that was handed on a moment ago, "" if none was."""
    before, at = _last.pop(message.thread, ("", 0))
    _last[message.thread] = (message.id, now())
    if len(_last) > REMEMBERED:
        _last.popitem(last=False)
    return before if before != message.id and now() - at < RECENT else ""
