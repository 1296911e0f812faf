"""Releases in the knowledge table (`RELEASES`, by time): what was published, previewed or rolled back, by whom, and how it went.

Who orders one gets its id at once; the learn function carries it out, and whoever asked looks here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from hashlib import blake2s
from typing import Any, Literal

from chalicelib import settings
from chalicelib.aws import functions
from chalicelib.errors import BadRequest, NotFound
from chalicelib.knowledge.articles import items

Do = Literal["preview", "publish", "rollback", "learn"]
State = Literal["ordered", "running", "done", "failed"]

DOES: tuple[Do, ...] = ("preview", "publish", "rollback", "learn")
SHOWN = 50
_FAMILY = "RELEASES"


@dataclass(frozen=True, slots=True)
class Release:
    """`at`, `ended_at`: Unix ms. `version`: the index that was made, or is gone back to; `before`: the one in use until then.
    `switched`: the bot uses it since. `draft`: where what is previewed lies, if it is not what is stored. `counts`: see comparing.py, and
    `untold`: how many wordings ask what their article does not tell."""

    id: str
    do: Do
    by: str
    at: int
    state: State = "ordered"
    version: str = ""
    before: str = ""
    switched: bool = False
    draft: str = ""
    articles: int = 0
    examples: int = 0
    ended_at: int = 0
    error: str = ""
    counts: dict[str, int] = field(default_factory=dict)


def new(do: Do, by: str, at: int, *, version: str = "", draft: str = "") -> Release:
    """Its id puts it in the order of time."""
    name = blake2s(f"{do} {by} {version} {draft}".encode(), digest_size=3).hexdigest()
    return Release(f"{at:013d}-{name}", do, by, at, version=version, draft=draft)


def order(do: Do, by: str, at: int, *, version: str = "", draft: str = "") -> Release:
    """Notes what is wanted and has the learn function do it. Raises BadRequest."""
    if do == "rollback" and not (version.isascii() and version.isalnum()):
        raise BadRequest("version must be one of those that were published")
    release = new(do, by, at, version=version, draft=draft)
    save(release)
    functions.start("have knowledge published", settings.env("LEARN_FUNCTION"), {"do": do, "release": release.id})
    return release


def save(release: Release) -> None:
    items.put(_FAMILY, release.id, {name: value for name, value in asdict(release).items() if value not in ("", 0, {})})


def get(release_id: str) -> Release:
    """Raises NotFound."""
    values = items.get(_FAMILY, release_id)
    if not values:
        raise NotFound("there is no such release")
    return _release(values)


def latest(limit: int = SHOWN) -> list[Release]:
    """The newest first."""
    return [_release(values) for values in items.query(_FAMILY, newest_first=True, limit=limit)]


def comparison(release_id: str) -> str:
    """Where in the knowledge bucket lies what a release changed."""
    return f"comparisons/{release_id}.json"


def view(release: Release, **more: Any) -> dict[str, Any]:
    """As the API and the commands show it."""
    return {**asdict(release), **more}


def _release(values: dict[str, Any]) -> Release:
    """What is empty is not stored; nobody ordered what happens by night."""
    return Release(**{"by": "", **values})
