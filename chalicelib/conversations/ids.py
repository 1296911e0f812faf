"""Names of the messages that we write. Each follows from what it belongs to, so there is one at most; no customer's id has a "+"."""

from __future__ import annotations

from chalicelib.conversations.model import Message


def answer(message_id: str) -> str:
    """The bot's answer to a message."""
    return f"a+{message_id}"


def is_answer(message: Message) -> bool:
    return message.by == "bot" and message.id.startswith("a+")


def hand_over(message_id: str) -> str:
    """What tells the customer of the hand-over."""
    return f"h+{message_id}"


def is_hand_over(message: Message) -> bool:
    return message.by == "bot" and message.id.startswith("h+")


def beside(message_id: str) -> tuple[str, ...]:
    """What may have been said to a message, by names that follow from its own."""
    return () if "+" in message_id else (answer(message_id), hand_over(message_id))


def is_beside(message_id: str) -> bool:
    return message_id.startswith(("a+", "h+"))


def follow_up(message_id: str) -> str:
    """What follows a customer who left by mail or SMS; `message_id`: the first message that did not reach her."""
    return f"f+{message_id}"


def is_follow_up(message: Message) -> bool:
    return message.direction == "outgoing" and message.id.startswith("f+")


def reply(client_id: str) -> str:
    """An agent's reply; `client_id` is the console's."""
    return f"r+{client_id}"
