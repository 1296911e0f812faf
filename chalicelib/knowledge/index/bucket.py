"""The knowledge bucket: indexes under their versions, the pointer to the one that counts, drafts, comparisons, a stage's rules.

| object              | what |
|---------------------|------|
| `versions/<v>/…`    | an index; never changed, named by its content |
| `current.json`      | which version the bot uses |
| `comparisons/<id>`  | what a release changed; forgotten after 30 days, as it quotes customers |
| `drafts/<id>`       | what is previewed without being stored; forgotten after a day |
| `rules/…`           | a stage's own rules: see chalicelib/bot/rules/override.py |
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.errors import NotFound
from chalicelib.knowledge.index import index as indexes
from chalicelib.knowledge.index.index import BadIndex


def store(version: str, files: Mapping[str, bytes]) -> None:
    """The same version twice is the same files."""
    for name, content in files.items():
        save(indexes.key(version, name), content)


def pointed() -> str:
    """The version that the bot uses. Raises NotFound before the first publishing, BadIndex if nobody can read which."""
    return indexes.pointed(load(indexes.POINTER))


def current() -> str:
    """The version that the bot uses; "" before the first publishing, or if nobody can read which."""
    try:
        return pointed()
    except (NotFound, BadIndex):
        return ""


def point(version: str) -> None:
    """Makes a version the one that the bot uses, within a minute."""
    save(indexes.POINTER, indexes.pointer(version))


def save_json(name: str, value: Any) -> None:
    save(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def load_json(name: str) -> Any:
    """Raises NotFound."""
    return json.loads(load(name))


def save(name: str, content: bytes) -> None:
    with clients.translated(f"write {name} to the knowledge bucket"):
        clients.client("s3").put_object(Bucket=settings.env("KNOWLEDGE_BUCKET"), Key=name, Body=content)


def load(name: str) -> bytes:
    """Raises NotFound."""
    with clients.translated(f"read {name} from the knowledge bucket"):
        content: bytes = clients.client("s3").get_object(Bucket=settings.env("KNOWLEDGE_BUCKET"), Key=name)["Body"].read()
    return content
