"""Lists of conversations, page by page: what an agent holds, and who waits in a queue.

A cursor says how far each partition of the index was read. It holds no secret and grants nothing: whoever changes one only reads from
another place of a list that is theirs to read.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Literal

import msgspec

from chalicelib.conversations import keys, model, work
from chalicelib.conversations.work import Entry, Place
from chalicelib.errors import BadRequest
from chalicelib.governance.roster import Agent

Sort = Literal["oldest", "newest"]

_Places = tuple[Place | None, ...]


class _Cursor(msgspec.Struct, array_like=True):
    """`part`: of a list in several parts, the one that it goes on in; `places`: of its partitions, in their order."""

    sort: Sort
    part: int
    places: _Places


def mine(agent: Agent, sort: Sort, limit: int, cursor: str) -> dict[str, Any]:
    """What the agent holds, as schemas.Conversations shows it. Raises BadRequest for a cursor that is none."""
    return _page([[keys.agent_work(agent.id)]], sort, limit, cursor)


def in_queue(agent: Agent, queue: str, sort: Sort, limit: int, cursor: str) -> dict[str, Any]:
    """Who waits in a queue, the urgent ones first. Raises BadRequest, also for a queue that is none of the agent's skills."""
    if queue not in agent.skills:
        raise BadRequest(f"queue must be one of your skills: {', '.join(agent.skills)}")
    return _page([keys.line_work(queue, urgency) for urgency in model.URGENCIES], sort, limit, cursor)


def _page(parts: Sequence[Sequence[str]], sort: Sort, limit: int, cursor: str) -> dict[str, Any]:
    start = _read(cursor, sort, parts) if cursor else _Cursor(sort, 0, ())
    found: list[Entry] = []
    for number, works in enumerate(parts[start.part :], start.part):
        places = dict(zip(works, start.places, strict=False)) if number == start.part else {}
        wanted = limit - len(found)
        known = {part: place for part, place in places.items() if place}
        page = 8 + wanted // len(works)  # so that one look at each is mostly enough
        fresh = list(islice(work.walk(works, known, newest=sort == "newest", page=page), wanted + 1))
        found += fresh[:wanted]
        if len(fresh) > wanted:
            return _shown(found, _written(sort, number, works, known, fresh[:wanted]))
    return _shown(found, "")


def _shown(found: Sequence[Entry], cursor: str) -> dict[str, Any]:
    return {"conversations": [entry.conversation for entry in found], "cursor": cursor}


def _written(sort: Sort, part: int, works: Sequence[str], before: Mapping[str, Place], read: Sequence[Entry]) -> str:
    places = {**before, **{entry.work: entry.place for entry in read}}
    cursor = _Cursor(sort, part, tuple(places.get(one) for one in works))
    return urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def _read(cursor: str, sort: Sort, parts: Sequence[Sequence[str]]) -> _Cursor:
    """Raises BadRequest."""
    try:
        found = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=_Cursor)
    except (ValueError, msgspec.MsgspecError):
        found = _Cursor(sort, -1, ())
    fits = found.sort == sort and 0 <= found.part < len(parts) and len(found.places) == len(parts[found.part])
    if not fits or not all(place[1] for place in found.places if place):
        raise BadRequest("cursor: give the one of the answer before, with the same queue, owner and sort")
    return found
