"""The questions that no article answered: what the bot handed over because it was not sure, what agents said has no article, and what
customers gave up on. Read from the conversations, so nothing need be written while somebody waits."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from chalicelib import settings
from chalicelib.conversations import asking, story, table
from chalicelib.conversations.model import Conversation, Event, Message
from chalicelib.knowledge.learning.gap import Question
from chalicelib.knowledge.learning.masking import masked

BACK = 7  # days: what was opened before is no longer looked at
REPLY = 1_500  # characters
_OTHER_REASONS = ("asked_for_person", "urgent_topic", "opt_out_request", "wordless")


def questions(now: int, known: Container[str]) -> Iterator[Question]:
    """Those of conversations that are over, without the `known` ids."""
    for back in range(BACK):
        day = datetime.fromtimestamp((now - back * settings.DAY) / 1000, UTC).date().isoformat()
        for c in table.opened_on(day):
            question = _of(c, now, known)
            if question and question.text and question.id not in known:
                yield question


def lacks_article(hand_over: Event, resolved: Event | None) -> bool:
    """Did nothing that the bot knows answer it? What the agent said at the end counts most. Pure."""
    said = resolved.detail if resolved else {}
    if said.get("article"):
        return False
    facts: dict[str, Any] = hand_over.detail.get("facts", {})
    asked = facts.get("available") is not False  # without knowledge everything is handed over: that says nothing
    unsure = asked and facts.get("band") != "sure" and not any(facts.get(name) for name in _OTHER_REASONS)
    return bool(said.get("no_article")) or unsure


def _of(c: Conversation, now: int, known: Container[str]) -> Question | None:
    if c.owner == "none" and c.escalated_at:
        return None if f"{c.escalated_at:013d}-{c.id}" in known else _handed_over(c)
    over = c.owner == "none" or (c.owner == "bot" and c.last_at + settings.IDLE < now)
    if over and c.misses and not c.escalated_at:
        return Question(c.id, c.last_at, masked(c.question, [c.name]), c.language)
    return None


def _handed_over(c: Conversation) -> Question | None:
    events = story.events(c)
    hand_over = asking.last_hand_over(events)
    resolved = max((e for e in events if e.kind == "resolved"), key=lambda e: e.at, default=None)
    if not hand_over or not lacks_article(hand_over, resolved):
        return None
    messages = story.messages(c)
    names = {c.name, *(m.name for m in messages)} - {""}
    text = masked(asking.handed_over(messages, hand_over.at), names)
    return Question(c.id, hand_over.at, text, c.language, masked(_reply(messages, hand_over.at), names, REPLY))


def _reply(messages: Iterable[Message], after: int) -> str:
    """The fullest that an agent wrote."""
    return max((m.text for m in messages if m.at > after and m.direction == "outgoing" and m.by != "bot"), key=len, default="")
