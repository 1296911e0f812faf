"""What an incoming message still asks for once it is stored, done from the stream: one module with `handle` for each kind of chore."""

from __future__ import annotations

from importlib import import_module

from chalicelib.aws.dynamodb import Item

# The item's `todo` -> the module.
CHORES = {"fetch": "sms.media", "report": "email.events"}


def handle(item: Item, old: Item | None) -> str:
    """One incoming message that the stream's filter lets through. Raises Unavailable."""
    chore = import_module(f"chalicelib.channels.{CHORES[item['todo']['S']]}")
    done: str = chore.handle(item, old)
    return done
