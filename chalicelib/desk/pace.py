"""How far a walk through the index came, and when its time is over: the next one goes on there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.conversations import keys, work
from chalicelib.conversations.work import Entry, Place


@dataclass(slots=True)
class Pace:
    """`until`: of the monotonic clock, seconds; `places`: the last entry of each partition that was dealt with; `seen`: how many were."""

    until: float = float("inf")
    places: dict[str, Place] = field(default_factory=dict)
    seen: int = 0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until

    def entries(self, works: Sequence[str], before: int = 0) -> Iterator[Entry]:
        """The entries that are left, as long as there is time; one counts as seen when the next is asked for."""
        for entry in work.walk(works, self.places, before=before):
            if self.is_over:
                return
            yield entry
            self.places[entry.work] = entry.place
            self.seen += 1


def recalled(until: float) -> tuple[str, Pace]:
    """At which station the last sweep stopped ("": at none), and how far it was there. Raises Unavailable."""
    with clients.translated("read where the sweep stopped"):
        found = clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=keys.key(keys.SWEEP, "-"))
    values = dynamodb.decode(found.get("Item", {}))
    places = {part: (since, thread) for part, since, thread in json.loads(values.get("places", "[]"))}
    return values.get("station", ""), Pace(until, places, values.get("seen", 0))


def remember(station: str, pace: Pace) -> None:
    """Where the next sweep is to go on. Raises Unavailable."""
    places = json.dumps([(part, *place) for part, place in pace.places.items()])
    values = dynamodb.encode({"type": "sweep", "station": station, "places": places, "seen": pace.seen})
    with clients.translated("note where the sweep stopped"):
        clients.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item={**keys.key(keys.SWEEP, "-"), **values})
