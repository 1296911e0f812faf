"""A loopback proxy for a browser's WebSockets that cuts them at random: after any time or number of bytes, in a frame or in the handshake.

A browser asks a proxy for a WebSocket by CONNECT (RFC 9110, 9.3.6); what follows is passed on as it comes.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

ABRUPT = struct.pack("ii", 1, 0)  # SO_LINGER: the connection ends by a reset, and what is under way is lost


@dataclass
class Cutter:
    """`wanted`: so many connections are cut; `cuts`: so many were; `living`: WebSockets that are open."""

    wanted: int
    seed: int
    port: int = 0
    cuts: int = 0
    living: int = 0
    choice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.choice = random.Random(self.seed)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode().partition(":")
        if host != "127.0.0.1":  # the browser's own errands
            return writer.close()
        there, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        budget = [self._bytes()] if self.cuts < self.wanted else []
        self.living += 1
        try:
            ends = [asyncio.ensure_future(self._pass_on(*pair, budget)) for pair in ((reader, back), (there, writer))]
            moment = self.choice.uniform(0.05, 2.5) if budget else None
            ended, going_on = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED, timeout=moment)
            for end in going_on:
                end.cancel()
            if not ended:
                self._cut(budget)
        finally:
            self.living -= 1
            for end in (writer, back):
                if budget and budget[0] <= 0:
                    end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPT)
                end.close()

    @property
    def flags(self) -> tuple[str, ...]:
        """For Chromium: WebSockets, and nothing else, go through this proxy."""
        return (f"--proxy-server=https=127.0.0.1:{self.port}", "--proxy-bypass-list=<-loopback>")

    def _bytes(self) -> int:
        return self.choice.choice((self.choice.randint(1, 900), self.choice.randint(200, 4_000), self.choice.randint(3_000, 60_000)))

    def _cut(self, budget: list[int]) -> None:
        budget[0] = 0
        self.cuts += 1

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, budget: list[int]) -> None:
        try:
            while data := await reader.read(4_096):
                if budget:
                    data = data[: max(0, budget[0])]
                    budget[0] -= len(data)
                writer.write(data)
                await writer.drain()
                if budget and budget[0] <= 0:
                    self._cut(budget)
                    return
        except ConnectionError:
            return


@contextmanager
def cutting(wanted: int, seed: int) -> Iterator[Cutter]:
    """For as long as the block lasts."""
    cutter, loop, stop = Cutter(wanted, seed), asyncio.new_event_loop(), asyncio.Event()
    started = threading.Event()

    async def run() -> None:
        server = await asyncio.start_server(cutter.serve, "127.0.0.1", 0)
        cutter.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    started.wait()
    try:
        yield cutter
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
