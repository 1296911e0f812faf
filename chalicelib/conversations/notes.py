"""Agents' words for colleagues, in a table of their own that no outbound function may read."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.conversations import keys, retention
from chalicelib.errors import Conflict
from chalicelib.observability import now


@dataclass(frozen=True, slots=True)
class Note:
    """`id` is the client's: the same note sent twice is stored once."""

    id: str
    at: int
    by: str
    name: str
    text: str


def add(thread: str, note: Note) -> bool:
    """False if this note was stored already."""
    item = dynamodb.encode(
        {"pk": keys.thread_pk(thread), "sk": f"N#{note.id}", **asdict(note), **retention.until(note.at, retention.of_notes())}
    )
    try:
        with clients.translated("store a note"):
            clients.client("dynamodb").put_item(
                TableName=settings.env("NOTES_TABLE"), Item=item, ConditionExpression="attribute_not_exists(pk)"
            )
    except Conflict:
        return False
    return True


def of(thread: str) -> list[Note]:
    """In the order of time."""
    request = {
        "TableName": settings.env("NOTES_TABLE"),
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": dynamodb.encode({":pk": keys.thread_pk(thread)}),
    }
    items = dynamodb.query("read the notes", request)
    rows = (dynamodb.decode(item) for item in items if not retention.is_over(item, now()))
    notes = [Note(r["id"], r["at"], r["by"], r["name"], r["text"]) for r in rows]
    return sorted(notes, key=lambda n: (n.at, n.id))
