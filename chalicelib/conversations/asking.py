"""What did the customer ask? The words behind a bot's answer, and those with which a conversation came to people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.conversations import ids
from chalicelib.conversations.model import Event, Message

LONGEST = 600  # characters of a turn that are looked at


def answered(message: Message) -> str:
    """The id of the customer's message that this answer of the bot belongs to; "" if it is none."""
    is_answer = message.direction == "outgoing" and message.by == "bot" and ids.is_answer(message)
    return message.id.removeprefix(ids.answer("")) if is_answer else ""


def question_of(answer: Message, asked: Message | None) -> str:
    """The question behind an answer of the bot: the whole turn if it took several messages, else the message itself."""
    return str(answer.meta.get("question", "")) or (asked.text if asked else "")


def handed_over(messages: Iterable[Message], at: int) -> str:
    """What the customer wanted when the conversation went to people at `at` (Unix ms): the fullest of the turns that no article
    had answered by then."""
    turns = _turns([m for m in messages if m.at <= at])
    return max(turns, key=len, default="")[:LONGEST]


def last_hand_over(events: Iterable[Event]) -> Event | None:
    """The newest one by the bot."""
    return max((e for e in events if e.kind == "escalated" and "rule" in e.detail), key=lambda e: e.at, default=None)


def _turns(messages: Sequence[Message]) -> list[str]:
    """Her messages in a row are one turn; an answer out of an article ends what was asked before."""
    turns: list[list[str]] = []
    ongoing = False
    for m in messages:
        if m.direction == "outgoing" and m.meta.get("article"):
            turns = []
        elif m.direction == "incoming" and m.by == "customer" and m.text.strip():
            turns = turns if ongoing else [*turns, []]
            turns[-1].append(m.text.strip())
        ongoing = m.direction == "incoming" and bool(turns)  # a robot's word begins nothing
    return ["\n".join(turn) for turn in turns]
