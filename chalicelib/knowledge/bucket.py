"""The knowledge bucket: indexes under their versions, the pointer to the one that counts, drafts and comparisons.

| object              | what |
|---------------------|------|
| `versions/<v>/…`    | an index; never changed, named by its content |
| `current.json`      | which version the bot uses |
| `comparisons/<id>`  | what a release changed; forgotten after 30 days, as it quotes customers |
| `drafts/<id>`       | what is previewed without being stored; forgotten after a day |
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib import aws, settings
from chalicelib.errors import NotFound

POINTER = "current.json"


def store(version: str, files: Mapping[str, bytes]) -> None:
    """The same version twice is the same files."""
    for name, content in files.items():
        save(f"versions/{version}/{name}", content)


def current() -> str:
    """The version that the bot uses; "" before the first publishing, or if nobody can read which."""
    try:
        found = load_json(POINTER)["version"]
    except (NotFound, ValueError, LookupError, TypeError):
        return ""
    return found if isinstance(found, str) and found.isalnum() else ""


def point(version: str) -> None:
    """Makes a version the one that the bot uses, within a minute."""
    save_json(POINTER, {"version": version})


def save_json(name: str, value: Any) -> None:
    save(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def load_json(name: str) -> Any:
    """Raises NotFound."""
    return json.loads(load(name))


def save(name: str, content: bytes) -> None:
    with aws.translated("write to the knowledge bucket"):
        aws.client("s3").put_object(Bucket=settings.env("KNOWLEDGE_BUCKET"), Key=name, Body=content)


def load(name: str) -> bytes:
    """Raises NotFound."""
    with aws.translated("read from the knowledge bucket"):
        content: bytes = aws.client("s3").get_object(Bucket=settings.env("KNOWLEDGE_BUCKET"), Key=name)["Body"].read()
    return content
