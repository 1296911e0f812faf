"""`learn`, nightly and on demand: what people taught since becomes part of the index, questions without an article are gathered, and the
bot becomes as sure as its precision asks for. Its report says what was learned and what that changed.

Each step may fail for itself: the others go on, the report names it, and then the function fails, so that somebody is told. All of
it may be done again: nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from chalicelib import settings
from chalicelib.bot.learning import unanswered
from chalicelib.bot.messages import brain
from chalicelib.errors import Conflict, Unavailable
from chalicelib.knowledge.articles import store
from chalicelib.knowledge.articles.example import Example
from chalicelib.knowledge.encoder import encoder
from chalicelib.knowledge.index import bucket, publishing, releases
from chalicelib.knowledge.index.publishing import Replay
from chalicelib.knowledge.index.releases import Release
from chalicelib.knowledge.learning import clusters, forgetting, gap_finding, gaps, lessons, threshold, verdicts
from chalicelib.knowledge.learning.gap import Gap
from chalicelib.knowledge.learning.masking import masked
from chalicelib.observability import log

ROUNDS = 3  # so often examples that make something worse are taken out and the index is built again
_NAMED = 40  # of each list in a report

Lesson = dict[str, Any]


def learn(clock: Callable[[], int], replay: Replay, order: Release | None = None) -> Lesson:
    """The report. `order`: a supervisor's. Raises Unavailable at the end if a step failed."""
    lesson: Lesson = {"at": clock(), "by": order.by if order else "", "failed": []}
    since = _last_build()
    _step(lesson, "gaps", lambda: _gaps(clock()))
    _step(lesson, "threshold", lambda: _threshold(clock()))
    _step(lesson, "release", lambda: _release(clock, replay, order, since, lesson))
    _step(lesson, "forgotten_versions", lambda: _forgotten(lesson.get("release") or {}))
    _step(lesson, "examples", lambda: _examples(store.examples(since)))
    lesson["ended_at"] = clock()
    lessons.save(lesson)
    if lesson["failed"]:
        raise Unavailable(f"learning: {', '.join(lesson['failed'])} failed")
    return lesson


def _step(lesson: Lesson, name: str, act: Callable[[], Any]) -> None:
    try:
        lesson[name] = act()
    except Exception:  # noqa: BLE001 - one step's trouble must not keep the others from what people taught
        log.exception("learning_step_failed", step=name)
        lesson["failed"].append(name)


def _forgotten(release: Lesson) -> int:
    """What an erased customer's words had taught is in no version any more, once the bot uses one that was built since."""
    return forgetting.tidy(release["version"], release["at"]) if release.get("switched") else 0


def _last_build() -> int:
    """From when on (Unix ms) examples are not in the index that the bot uses: after it was ordered."""
    return max((one.at + 1 for one in releases.latest() if one.switched), default=0)


def _examples(new: Sequence[Example]) -> Lesson:
    """What was taught since the last time."""
    of = {source: sum(1 for one in new if one.source == source) for source in ("agent", "customer", "file", "import")}
    named = [{"text": one.text, "article": one.article, "by": one.by} for one in new if one.source == "agent"]
    return {"count": len(new), **{source: count for source, count in of.items() if count}, "list": named[-_NAMED:]}


def _gaps(now: int) -> Lesson:
    """Gathers the questions that no article answered, and tidies up."""
    counted = gaps.counted(now - (unanswered.BACK + 1) * settings.DAY)
    new = [question for question, _ in zip(unanswered.questions(now, counted), range(gap_finding.AT_ONCE), strict=False)]
    known = {gap.id: gap for gap in gaps.everything()}
    embed, alike = _vectors()
    changed = gap_finding.placed(new, list(known.values()), embed, alike) if new else []
    kept = [gap for gap in changed if _is_saved(gap)]
    lost = {identifier for gap in changed if gap not in kept for identifier in gap.recent}
    gaps.remember(question for question in new if question.id not in lost)
    gaps.tidy(now)
    return {
        "questions": len(new),
        "found": [_told(gap, 0) for gap in kept if gap.id not in known and gap.count > 1][:_NAMED],
        "grown": [_told(gap, known[gap.id].count) for gap in kept if gap.id in known][:_NAMED],
        "once": sum(1 for gap in kept if gap.count == 1),
    }


def _is_saved(gap: Gap) -> bool:
    """Not if a supervisor changed it in this moment: its new questions are counted the next time."""
    try:
        gaps.save(gap)
    except Conflict:
        return False
    return True


def _told(gap: Gap, before: int) -> Lesson:
    return {"id": gap.id, "title": gap.title, "before": before, "count": gap.count, "state": gap.state}


def _vectors() -> tuple[clusters.Embed, float]:
    """Meanings if there is an encoder, else words."""
    found = encoder.load()
    return (found.embed, clusters.ALIKE) if found else (clusters.word_vectors, clusters.ALIKE_WORDS)


def _threshold(now: int) -> Lesson:
    """Moves how sure the bot must be towards the precision that the business wants."""
    seen = verdicts.outcomes(verdicts.latest(now))
    before = verdicts.threshold() or brain.shipped().rules.answer
    move = threshold.adapted(seen, before, float(settings.optional("PRECISION_TARGET", str(threshold.TARGET))))
    if move.answer != before:
        verdicts.set_threshold(move, now)
    found = threshold.estimate(seen)
    return {**asdict(move), "estimate": asdict(found) if found else None}


def _release(clock: Callable[[], int], replay: Replay, order: Release | None, since: int, lesson: Lesson) -> Lesson:
    """Builds the index anew. What was learned and makes answers worse is taken out and named, and it is built once more."""
    lesson["quarantined"] = []
    done = publishing.carry_out(order, replay, clock) if order else publishing.nightly(replay, clock)
    for _ in range(ROUNDS):
        if not done or done.switched or not done.counts.get("worse"):
            break
        blamed = _blamed(bucket.load_json(releases.comparison(done.id))["questions"], store.examples(since))
        if not blamed:
            break
        for example, question in blamed:
            lessons.quarantine(example, masked(question), clock())
            named = {"text": example.text, "article": example.article, "by": example.by, "question": masked(question)}
            lesson["quarantined"].append(named)
        done = publishing.nightly(replay, clock)
    if not done:
        return {}
    rows = bucket.load_json(releases.comparison(done.id))["questions"] if done.state == "done" else []
    return {**releases.view(done), "changes": [{**row, "question": masked(row["question"])} for row in rows[:_NAMED]]}


def _blamed(rows: Sequence[Lesson], new: Sequence[Example]) -> list[tuple[Example, str]]:
    """For each question that got worse the new example that is most like it, among those of the article that it is answered with now;
    if it is answered no more, among those that say that no article fits."""
    embed, _ = _vectors()
    found: dict[str, tuple[Example, str]] = {}
    for row in rows:
        if not row["worse"]:
            continue
        wrong = row["after"]["article"] if row["after"]["sure"] else ""
        suspects = [one for one in new if one.source in ("agent", "customer") and one.article in (wrong, row["after"]["article"], "")]
        suspects = [one for one in suspects if one.article != (row["right"] or row["accepted"])]
        if suspects:
            vectors = embed([row["question"], *(one.text for one in suspects)])
            worst = suspects[int((vectors[1:] @ vectors[0]).argmax())]
            found.setdefault(worst.id, (worst, row["question"]))
    return list(found.values())
