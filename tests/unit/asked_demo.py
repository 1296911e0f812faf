"""What came of messages that very different people typed to the demo shop (infra/demo/asked), each in a chat of its own.

Counted as a customer would: `served` is what she was told or shown that answers her; an answer counts as sure only if nothing was said
that it may not be what she asks.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.demo.shop import Orders
from tests.unit.dialogue_player import STARTS, Play, Seen, look
from tests.unit.dialogue_world import World

FOLDER = Path(__file__).parents[2] / "infra" / "demo" / "asked"
# An action serves whoever asks for what it does: the article that tells the same.
ACTS = {"action:track": "track-order", "action:cancel": "cancel-order", "action:address": "change-address"}


@dataclass(frozen=True)
class Asked:
    """A message and what she saw of it. `good`: the articles that answer, best first; `want`: what should come of it."""

    text: str
    good: tuple[str, ...]
    want: str
    kind: str
    seen: Seen

    @property
    def told(self) -> set[str]:
        """The articles whose answer she was given or shown, surely or not, and those that she may tap."""
        acted = ACTS.get(self.seen.outcome)
        return {*self.seen.articles, *self.seen.offered, *((acted,) if acted else ())}

    @property
    def is_sure(self) -> bool:
        return self.seen.outcome == "answer" and not (self.seen.doubtful or self.seen.led)

    @property
    def is_right(self) -> bool:
        """A sure answer that tells what she asked."""
        return self.is_sure and bool(set(self.seen.articles) & set(self.good))

    @property
    def is_served(self) -> bool:
        """Rightly answered, or the right one is among what she is offered."""
        if self.is_sure:
            return self.is_right
        return bool(self.told & set(self.good))

    @property
    def is_as_wanted(self) -> bool:
        """What is right for its kind (`want`)."""
        match self.want:
            case "answer" | "both":
                return self.is_served
            case "urgent":
                return self.seen.outcome == "urgent" and self.seen.urgency == "urgent"
            case "person":
                return self.seen.owner == "queue"
            case "courtesy":
                return self.seen.owner == "bot"
        return not self.is_sure


def rows(language: str, folder: Path = FOLDER) -> list[Mapping[str, Any]]:
    """Of a file, "en" or "zh"."""
    with (folder / f"{language}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def asked(world: World, language: str, known: Iterable[Mapping[str, Any]]) -> list[Asked]:
    """Each is written on a Monday morning, by somebody whose browser speaks the language."""
    found = []
    for row in known:
        play = Play(f"asked-{world.next()}", world.clock, page=language)
        world.play = play
        world.orders(Orders(datetime.fromtimestamp(STARTS[play.when] / 1000, UTC).date()))
        message = play.say(row["text"])
        play.wait(play.clock.now + 10_000)
        found.append(Asked(row["text"], tuple(row["good"]), row["want"], row["kind"], look(play, message)))
    return found


def table(done: Iterable[Asked]) -> dict[str, tuple[int, int]]:
    """What should come of it -> as wanted, of how many; and of the sure answers, the right ones."""
    by: dict[str, list[bool]] = defaultdict(list)
    for one in done:
        by[one.want].append(one.is_as_wanted)
        if one.is_sure:
            by["sure"].append(one.is_right)
    return {name: (sum(right), len(right)) for name, right in sorted(by.items())}
