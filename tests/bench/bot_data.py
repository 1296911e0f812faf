"""The shared intent data as (article, text) pairs, and an encoder that remembers what it embedded.

Where the data lie says `--data` or INTENTS; else they are looked for beside the project. Article "" is out of scope.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.knowledge.encoder.encoder import Encoder

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".baton" / "cache" / "bench"
Pair = tuple[str, str]


def folder() -> Path | None:
    """The folder of the data; None if it is not there."""
    found = Path(os.environ.get("INTENTS") or ROOT.parent / "shared" / "data" / "intents")
    return found if (found / "banking77").is_dir() else None


def pairs(name: str) -> list[Pair]:
    """Of a file like "banking77/train"."""
    data = folder()
    assert data, "INTENTS names the folder of the intent data"
    return [(row["intent"] or "", row["text"]) for row in rows(data / f"{name}.jsonl")]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def digest(names: Sequence[str]) -> str:
    """The data's version: the same for the same bytes."""
    data = folder()
    assert data
    return sha256(b"".join((data / f"{name}.jsonl").read_bytes() for name in names)).hexdigest()[:12]


def by_article(found: Sequence[Pair]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for article, text in found:
        grouped[article].append(text)
    return dict(sorted(grouped.items()))


class Remembering:
    """An encoder that embeds each text once, also over several runs."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.version, self._encoder = encoder.name, encoder.version, encoder
        self._path = CACHE / f"{encoder.name}-{encoder.version}.npz"
        self._known: dict[str, int] = {}
        self._vectors = np.zeros((0, 512), np.float32)
        if self._path.exists():
            with np.load(self._path) as kept:
                self._vectors = kept["vectors"]
                self._known = {text: i for i, text in enumerate(kept["texts"].tolist())}

    def embed(self, texts: Sequence[str]) -> Any:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= {text: len(self._vectors) + i for i, text in enumerate(new)}
            self._vectors = np.concatenate([self._vectors, self._encoder.embed(new)])
        return self._vectors[[self._known[text] for text in texts]]

    def save(self) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        np.savez(self._path, vectors=self._vectors, texts=np.array(list(self._known)))
