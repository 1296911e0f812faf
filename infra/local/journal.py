"""What the local ways in have seen: a list that is appended to, kept in a file, and watched by open pages."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Journal:
    """Entries are JSON objects with an `id`; saving one again replaces it. To be used from one event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, Entry] = {}
        self._changed = asyncio.Condition()
        self._saves = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                self._entries.update({entry["id"]: entry for entry in [json.loads(line)]})

    def all(self) -> list[Entry]:
        """Oldest first."""
        return list(self._entries.values())

    @staticmethod
    def entry(name: str, phone: str, direction: str, text: str, state: str) -> Entry:
        """Of a text message, at this moment."""
        return {"id": name, "at": int(time.time() * 1000), "phone": phone, "direction": direction, "text": text, "state": state}

    def get(self, name: str) -> Entry | None:
        return self._entries.get(name)

    async def save(self, entry: Entry) -> None:
        self._entries[entry["id"]] = entry
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        async with self._changed:
            self._saves += 1
            self._changed.notify_all()

    async def changes(self, pause: float = 20.0) -> AsyncIterator[bool]:
        """True after each change, False when nothing changed for `pause` seconds."""
        seen = self._saves
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause), self._changed:
                    while self._saves == seen:
                        await self._changed.wait()
            changed, seen = self._saves != seen, self._saves
            yield changed
