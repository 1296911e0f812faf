"""Plays dialogues of the fixtures with the bot: the real turn on a store in memory, the demo shop's knowledge, and its orders.

A dialogue says who says what after which pause, and which outcomes are right (tests/fixtures/README.md). Time is the dialogue's own:
the clock stands where the next message comes, and a pause that the bot asked for ends when it would.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

from chalicelib.aws import pauses
from chalicelib.aws.dynamodb import Item
from chalicelib.bot.messages import turn
from chalicelib.conversations import keys, table
from chalicelib.conversations.model import Conversation, Message
from tests import threads
from tests.unit.conftest import incoming
from tests.unit.lantern import at

FOLDER = Path(__file__).parents[1] / "fixtures" / "dialogues"
STARTS = {"monday": at("2026-11-30", "10:00"), "sunday": at("2026-11-29", "10:00")}
ADDRESSES = {"email": "mia@customer.example", "sms": "+4915112345678"}


def dialogues(language: str) -> Iterator[dict[str, Any]]:
    """Of a file, "en" or "zh"."""
    with (FOLDER / f"{language}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def is_held_out(dialogue: Mapping[str, Any]) -> bool:
    """Half of them were only counted while the bot was made: by the hash of what is said first and last."""
    said = [turn["say"] for turn in dialogue["turns"]]
    return crc32(f"{said[0]}\n{said[-1]}".encode()) % 2 == 1


@dataclass(frozen=True)
class Seen:
    """What a customer sees of one message: the kind of outcome, what was told, and where the conversation is then. `messages`: the
    texts that were said to it; `silent`: nothing was, but an outcome is recorded; `doubtful`: it was told as the nearest only; `led`: "this
    may help", with others beside it."""

    outcome: str
    articles: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    text: str = ""
    urgency: str = "normal"
    owner: str = "bot"
    topic: str = ""
    silent: bool = False
    doubtful: bool = False
    led: bool = False

    def is_right(self, right: str) -> bool:
        return any(self._is(one.strip()) for one in right.split(" or "))

    def _is(self, right: str) -> bool:
        kind, _, name = right.partition(":")
        if kind == "both":
            return self.outcome == "answer" and set(name.split("+")) <= set(self.articles)
        if kind == "answer":
            return self.outcome == "answer" and (not name or name in self.articles)
        if self.doubtful and right in ("offer", "question"):
            return True
        if kind == "offer":
            listed = self.outcome == "offer" or (self.outcome == "answer" and len(self.offered) > 1)
            return listed and (not name or name in self.offered)
        if kind == "action":
            return self.outcome == right
        if kind in ("urgent", "urgent-other"):
            return self.outcome == "urgent" and self.urgency == "urgent" and (self.topic in ("safety", "crisis")) == (kind == "urgent")
        if kind == "person":
            return self.outcome in ("person", "urgent") and self.owner == "queue"
        return self.outcome == kind


@dataclass
class Clock:
    now: int = 0


@dataclass
class Play:
    """One customer's thread. `page`: the language that the chat's page tells; `paused`: records that wait for their pause, with the
    moment at which it ends."""

    name: str
    clock: Clock
    channel: str = "webchat"
    when: str = "monday"
    page: str = ""
    paused: list[tuple[int, Item]] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.clock.now = STARTS[self.when]
        self.thread = {"webchat": "w", "email": "e", "sms": "s"}[self.channel] + self.name

    def say(self, text: str, after_s: float = 0) -> Message:
        """The customer writes; pauses that end before are over. The message."""
        self.wait(self.clock.now + int(after_s * 1000))
        self.count += 1
        address = ADDRESSES.get(self.channel, self.thread)
        more = {"subject": "Question"} if self.channel == "email" else {}
        meta = {"verified": True, "message_id": f"<{self.name}-{self.count}@x>"} if self.channel == "email" else {}
        message = incoming(
            text,
            thread=self.thread,
            id=f"m-{self.name}-{self.count:04}",
            at=self.clock.now,
            channel=self.channel,
            address=address,
            meta=meta,
            language=self.page,
            **more,
        )
        table.record(message)
        self.clock.now += 50
        turn.handle(keys.message_item(message), None)
        return message

    def later(self, item: Item) -> None:
        """What pauses.begin does: the record comes again after the pause."""
        self.paused.append((self.clock.now + pauses.SECONDS * 1000, item))

    def wait(self, until: int) -> None:
        """Time passes."""
        while self.paused and self.paused[0][0] <= until:
            self.clock.now, item = self.paused.pop(0)
            turn.handle(item | {"paused": {"BOOL": True}}, None)
        self.clock.now = max(self.clock.now, until)

    def head(self) -> Conversation:
        found = table.head(self.thread, consistent=True)
        assert found
        return found


def played(play: Play, dialogue: Mapping[str, Any]) -> list[Seen]:
    """What she saw of each of her messages, looked at when the next one comes."""
    seen: list[Seen] = []
    said: list[Message] = []
    for number, one in enumerate(dialogue["turns"]):
        if number:
            play.wait(play.clock.now + int(one["after_s"] * 1000) - 1)
            seen.append(look(play, said[-1]))
        said.append(play.say(one["say"], 0.001))
    play.wait(play.clock.now + 10_000)
    seen.append(look(play, said[-1]))
    # Pieces of one thought get their outcome with the last of them.
    return [one if one.outcome else look(play, message) for one, message in zip(seen, said, strict=True)]


def look(play: Play, message: Message) -> Seen:
    """What came of a message by now."""
    head = play.head()
    out = [m for m in threads.whole(play.thread).messages if m.direction == "outgoing" and _is_to(m, message)]
    if not out:
        stored = table.message(message.thread, message.id)
        return Seen(stored.outcome if stored else "", silent=True, urgency=head.urgency, owner=head.owner)
    last = out[-1]
    facts = _facts(play)
    articles = tuple(filter(None, (last.meta.get("article", ""), *last.meta.get("also", ()))))
    offered = head.offered if last.meta.get("outcome") in ("offer", "answer") else ()
    text = "\n".join(m.text for m in out)
    doubtful = last.meta.get("outcome") == "answer" and head.told[:1] in (("doubtful",), ("all_told",))
    led = last.meta.get("outcome") == "answer" and head.told[:1] == ("lead",)
    return Seen(last.meta.get("outcome", ""), articles, offered, text, head.urgency, head.owner, facts, doubtful=doubtful, led=led)


def _is_to(m: Message, message: Message) -> bool:
    return m.id.endswith(f"+{message.id}") or message.id in m.meta.get("to", ())


def _facts(play: Play) -> str:
    """What endangers her, as it was heard when she was last made urgent."""
    from chalicelib.bot.rules.facts import hear

    topics = [hear(m.text).urgent_topic for m in threads.whole(play.thread).messages if m.direction == "incoming"]
    return next((topic for topic in reversed(topics) if topic), "")
