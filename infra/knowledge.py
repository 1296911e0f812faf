"""What a stage's bot knows: a folder of articles brought there and back, published, gone back on. The commands are in
infra/operate/knowledge.py."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import BatonError
from chalicelib.governance import queue_names
from chalicelib.knowledge.articles import changes
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.changes import Changes, Known
from chalicelib.knowledge.articles.example import Source
from chalicelib.knowledge.index import bucket, publishing, releases
from chalicelib.knowledge.index.releases import Do, Release
from chalicelib.observability import now
from infra.articles import read_folder, write_folder
from infra.cloud import Cloud
from infra.errors import DeployError
from infra.inside import inside

BY = "operator"
_SECONDS = 900.0  # the learn function works no longer


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was stored, and its release."""

    release: Release
    changes: Changes


class AnyQueue(tuple[str, ...]):
    """Every name is a queue's: for mistakes that are told before the stage is asked which it has."""

    __slots__ = ()

    def __contains__(self, _: object) -> bool:
        return True


@contextmanager
def at(cloud: Cloud, outputs: Mapping[str, str]) -> Iterator[None]:
    """Works with a stage's knowledge; what goes wrong becomes a DeployError."""
    names = {"KNOWLEDGE_TABLE": "KnowledgeTable", "KNOWLEDGE_BUCKET": "KnowledgeBucket", "LEARN_FUNCTION": "LearnName", "TABLE": "Table"}
    missing = [name for name in names.values() if name not in outputs]
    if missing:
        raise DeployError(f"the stack has no output {missing[0]}", "deploy this version first: python -m infra deploy")
    with inside(cloud, {variable: outputs[name] for variable, name in names.items()}):
        try:
            yield
        except BatonError as error:
            raise DeployError(str(error)) from error


def push(cloud: Cloud, outputs: Mapping[str, str], folder: Path) -> Pushed:
    """Brings the articles of a folder to the stage and publishes them. Raises DeployError, with every mistake of the folder."""
    with at(cloud, outputs):
        return bring(cloud, read_folder(folder, queue_names.known()), "file")


def bring(cloud: Cloud, given: Sequence[Article], source: Source, *, prune: bool = False, dry_run: bool = False) -> Pushed:
    """Stores what differs and publishes it; inside `at`. A dry run only shows what that would change. Articles that were not given
    stay, unless `prune`."""
    stored = changes.known()
    found = changes.between(stored, given, source, BY, now())
    found = changes.without(stored, found) if prune else found
    if dry_run:
        return Pushed(_previewed(cloud, changes.applied(stored, found)), found)
    changes.apply(found)
    return Pushed(release(cloud, "publish"), found)


def pull(cloud: Cloud, outputs: Mapping[str, str], folder: Path) -> list[Path]:
    """Makes the folder hold the stage's articles with their written examples; the paths that were touched."""
    with at(cloud, outputs):
        articles = changes.together(changes.known())
    return write_folder(folder, articles)


def release(cloud: Cloud, do: Do, *, version: str = "", draft: str = "") -> Release:
    """Orders a release and waits for its end; inside `at`. Raises DeployError if it fails."""
    ordered = releases.order(do, BY, now(), version=version, draft=draft)
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        found = releases.get(ordered.id)
        if found.state == "done":
            return found
        if found.state == "failed":
            raise DeployError(f"not {'published' if do != 'preview' else 'compared'}: {found.error}", "the bot uses what it used before")
        time.sleep(cloud.pause)
    raise DeployError("the learn function has not ended within 15 minutes", "look into its log: python -m infra logs")


def published(cloud: Cloud, outputs: Mapping[str, str]) -> str:
    """The version in use; "" before the first publishing."""
    with at(cloud, outputs):
        return bucket.current()


def _previewed(cloud: Cloud, known: Known) -> Release:
    articles = [one.article for one in known.articles]
    return release(cloud, "preview", draft=publishing.draft(now(), publishing.Content(articles, known.examples)))
