"""Carrying out a release: build an index that never changes again, ask it the last real questions, then move the pointer.

The pointer moves last, so the bot never sees half of an index; until then nothing has happened that anybody notices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.errors import BadRequest, BatonError, NotFound
from chalicelib.knowledge.articles import store
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import Example
from chalicelib.knowledge.articles.untold import untold
from chalicelib.knowledge.encoder import encoder
from chalicelib.knowledge.index import bucket, building, comparing, releases
from chalicelib.knowledge.index.comparing import Asked, Judge
from chalicelib.knowledge.index.index import BadIndex, Index
from chalicelib.knowledge.index.releases import Release
from chalicelib.observability import log

QUESTIONS = 200  # so many real questions are asked again
_UNTOLD = 50  # wordings that are named of those that ask what their article does not tell


@dataclass(frozen=True, slots=True)
class Content:
    """What an index is made of."""

    articles: Sequence[Article]
    examples: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Replay:
    """The bot's part: `questions(count)` are the last real ones, the newest first; `judge` says what it would answer."""

    questions: Callable[[int], Sequence[Asked]]
    judge: Judge


def carry_out(release: Release, replay: Replay, clock: Callable[[], int]) -> Release:
    """Does what was ordered, and notes how it went. What the order itself is wrong about is noted and not raised."""
    releases.save(replace(release, state="running"))
    try:
        done = _carried_out(release, replay, clock())
    except BatonError as error:
        log.error("release_failed", do=release.do, error=f"{type(error).__name__}: {error}")
        failed = replace(release, state="failed", error=str(error), ended_at=clock())
        releases.save(failed)
        if not isinstance(error, BadRequest | NotFound):
            raise
        return failed
    except Exception:
        releases.save(replace(release, state="failed", error="this is our fault and was logged; try again", ended_at=clock()))
        raise
    done = replace(done, state="done", ended_at=clock())
    releases.save(done)
    return done


def nightly(replay: Replay, clock: Callable[[], int]) -> Release | None:
    """Builds what is in use anew, with the examples that came since; None if nothing was ever published."""
    return carry_out(releases.new("learn", "", clock()), replay, clock) if bucket.current() else None


def draft(release_at: int, content: Content) -> str:
    """Puts what nobody stored yet where a preview finds it; its name."""
    name = f"drafts/{release_at:013d}.json"
    bucket.save_json(name, {"articles": [asdict(a) for a in content.articles], "examples": [asdict(e) for e in content.examples]})
    return name


def _carried_out(release: Release, replay: Replay, now: int) -> Release:
    before = _in_use()
    content = _content(release, before)
    if content is None:
        after = _published(release.version)
    else:
        version, files = building.build(content.articles, content.examples, before)
        bucket.store(version, files)
        after = building.read(version)
        release = replace(release, version=version, articles=len(content.articles), examples=len(content.examples))
    day = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
    found = comparing.compare(before, after, replay.questions(QUESTIONS), replay.judge, day)
    if content and release.do != "learn":
        found = _with_untold(found, content)
    bucket.save_json(releases.comparison(release.id), found)
    switched = _may_switch(release, found["counts"])
    if switched:
        bucket.point(after.version)
    return replace(release, before=before.version if before else "", counts=found["counts"], switched=switched)


def _with_untold(found: dict[str, Any], content: Content) -> dict[str, Any]:
    """The comparison with what customers ask and are not told: of articles that change first. It keeps nobody from publishing."""
    changed = {(one["id"], one["language"]) for one in found["articles"]}
    ordered = sorted(content.articles, key=lambda one: (one.id, one.language) not in changed)
    rows = untold(ordered, content.examples, encoder.load())
    return found | {"counts": found["counts"] | {"untold": len(rows)}, "untold": [asdict(row) for row in rows[:_UNTOLD]]}


def _published(version: str) -> Index:
    try:
        return building.read(version)
    except NotFound as error:
        raise NotFound(f"there is no version {version}: choose one of those that were published") from error


def _may_switch(release: Release, counts: Mapping[str, int]) -> bool:
    """What a person ordered happens; what was learned by night counts only if it makes nothing worse."""
    return release.do in ("publish", "rollback") or (release.do == "learn" and not counts.get("worse"))


def _content(release: Release, before: Index | None) -> Content | None:
    """None: an index that was made before. Learning takes the articles as they are in use: what somebody is still
    writing waits until it is published. Raises BadRequest if there is nothing to publish."""
    if release.do == "rollback":
        return None
    if release.draft:
        kept = bucket.load_json(release.draft)
        articles = [Article(**{**fields, "examples": ()}) for fields in kept["articles"]]
        return Content(articles, [Example(**fields) for fields in kept["examples"]])
    articles = store.articles()
    if release.do == "learn" and before:
        articles = [article for versions in before.articles.values() for article in versions.values()]
    if not articles:
        raise BadRequest("there are no articles yet: write or import some first")
    known = {article.id for article in articles}
    return Content(articles, [one for one in store.examples() if one.article in known or not one.article])


def _in_use() -> Index | None:
    """Whatever is wrong with what is in use, it must not keep a better one from being published."""
    try:
        version = bucket.current()
        return building.read(version) if version else None
    except (BadIndex, NotFound) as error:
        log.error("knowledge_unreadable", error=f"{type(error).__name__}: {error}")
        return None
