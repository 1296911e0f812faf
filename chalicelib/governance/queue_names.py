"""The queues, where conversations wait for people: which there are now, and where a conversation goes whose queue was taken away."""

from __future__ import annotations

from chalicelib.business import current, lines, queues
from chalicelib.errors import BadRequest


def known() -> tuple[str, ...]:
    """Those that agents serve, the default one first."""
    return current.queues().ids


def checked(name: str) -> str:
    """Raises BadRequest."""
    if name not in known():
        current.renew()  # it may be new
    if name not in known():
        raise BadRequest(f"queue must be one of {', '.join(known())}")
    return name


def watched() -> tuple[str, ...]:
    """With those that were taken away: somebody may still be on the way into one, and rules may name it."""
    ours = known()
    return tuple(dict.fromkeys((*ours, *queues.shipped().ids, *(line.partition(".")[0] for line in sorted(current.lines())))))


def removed() -> frozenset[str]:
    """Those that were taken away."""
    return frozenset(watched()) - frozenset(known())


def open_one(name: str) -> str:
    """The queue itself, or the default one if it was taken away."""
    return known()[0] if name in removed() else name


def has_line(name: str) -> bool:
    """Has a queue its lines already, by the template or made earlier?"""
    return f"{name}.{lines.URGENCIES[0]}" in lines.urls()
