"""Where dialogues are played: a store in memory, the demo shop's knowledge with its meaning, its orders behind a real socket, a clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count

import pytest

from chalicelib.aws import pauses
from chalicelib.bot.answers.context import Brain
from chalicelib.bot.messages import brain, turn
from chalicelib.knowledge.encoder import encoder, passage_encoder
from chalicelib.knowledge.index import index
from infra.articles import read_folder
from infra.demo.shop import Orders
from tests.parameters import know
from tests.unit.action_shop import SECRET, Shop, open_shop
from tests.unit.conftest import ROOT, Store
from tests.unit.dialogue_player import Clock, Play, Seen, look
from tests.unit.lantern import FOLDER


@dataclass
class World:
    """`play`: whose pauses are ordered now."""

    clock: Clock = field(default_factory=Clock)
    play: Play | None = None
    numbers: Iterator[int] = field(default_factory=count)
    shop: Shop | None = None

    def orders(self, known: Orders) -> None:
        """The shop's orders as they are on a dialogue's day, untouched by other dialogues."""
        if self.shop:
            self.shop.orders = known

    def next(self) -> int:
        return next(self.numbers)


@cache
def lantern_mind() -> Brain:
    """The demo shop's bot as it is deployed: with both encoders."""
    base, encoders = brain.shipped(), (encoder.load(), passage_encoder.load())
    return replace(base, index=index.read(*index.build(read_folder(FOLDER, base.queues), (), *encoders), *encoders))


@pytest.fixture(name="world")
def make_world(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made, mind = World(), lantern_mind()
    monkeypatch.setattr(brain, "load", lambda: mind)
    monkeypatch.setattr(turn, "now", lambda: made.clock.now)
    monkeypatch.setattr(pauses, "begin", lambda item: made.play.later(item) if made.play else None)
    know(monkeypatch, secrets__root=ROOT, secrets__actions=SECRET)
    monkeypatch.setenv("BUSINESS", "Lantern Tea")
    monkeypatch.setenv("SMS_NUMBER", "+4930123456")
    with open_shop() as shop:
        monkeypatch.setenv("ACTIONS_URL", shop.address)
        made.shop = shop
        yield made


def seen(world: World, *said: str, pause_s: float = 8) -> list[Seen]:
    """What a customer of the web chat sees of each of her messages, on a Sunday; the bot has time to answer each."""
    play = Play(f"seen-{world.next()}", world.clock, when="sunday")
    world.play = play
    found = []
    for text in said:
        message = play.say(text, pause_s)
        play.wait(play.clock.now + 10_000)
        found.append(look(play, message))
    return found
