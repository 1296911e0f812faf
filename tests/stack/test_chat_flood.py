"""One visitor floods with a hundred messages a second: the others lose nothing, and the flooder gets no more than the limit."""

from __future__ import annotations

import contextlib
import json
import threading
import time

import pytest
from websockets.exceptions import ConnectionClosed

from chalicelib.governance.limits import MESSAGES
from tests.conftest import Stack
from tests.people import Visitor, eventually

pytestmark = [pytest.mark.stack, pytest.mark.slow]

SECONDS, PER_SECOND, HONEST, EACH = 6, 100, 5, 4


def test_honest_visitors_lose_nothing_while_one_floods(stack: Stack) -> None:
    flooder, honest = stack.visitor(), [stack.visitor() for _ in range(HONEST)]
    for visitor in (flooder, *honest):
        visitor.connect()
    refused: list[dict[str, object]] = []
    stop = threading.Event()

    def flood() -> None:
        for n in range(SECONDS * PER_SECOND):
            flooder.say(f"flood {n}", f"flood-{n:06d}")
            time.sleep(1 / PER_SECOND)

    def listen() -> None:
        assert flooder.socket
        with contextlib.suppress(ConnectionClosed):
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    frame = json.loads(flooder.socket.recv(timeout=0.2))
                    if frame["type"] == "error":
                        refused.append(frame)

    threads = [threading.Thread(target=work) for work in (flood, listen)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for n in range(EACH):
        for visitor in honest:
            visitor.say(f"Honest words, number {n}.", f"honest-{n:06d}")
            stored = visitor.hear(lambda f: f["type"] in ("stored", "error") and str(f.get("id", "")).startswith("honest"))
            assert stored["type"] == "stored", stored
    threads[0].join()
    eventually(lambda: refused)
    stop.set()
    threads[1].join()
    took = time.monotonic() - began
    for visitor in honest:
        mine = [m["id"] for m in visitor.replay() if m["by"] == "you"]
        assert mine == [f"honest-{n:06d}" for n in range(EACH)]
    flooded = Visitor(flooder.site, flooder.session)
    kept = [m for m in flooded.replay() if m["by"] == "you"]
    containers = 8  # so many of one function may run at once here
    assert len(kept) <= MESSAGES.most * (took / 60 + 1) + containers * 10
    assert len(kept) < SECONDS * PER_SECOND / 2
    assert {f["code"] for f in refused} == {"too_many"}
    assert all(int(str(f["retry_after"])) >= 1 for f in refused)
