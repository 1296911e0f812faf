"""What was learned of certain conversations: found, and taken away again. What is counted (verdicts, how often a gap was asked) stays,
without a name.

Learned words are masked, which is no promise: what was missed may still tell somebody. So they go by where they came from, and what was
written down before examples told their conversation goes by its words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, replace
from typing import Any

from chalicelib import settings
from chalicelib.aws import objects
from chalicelib.errors import NotFound
from chalicelib.knowledge.articles import items, store
from chalicelib.knowledge.articles.example import Example, mark
from chalicelib.knowledge.index import bucket
from chalicelib.knowledge.learning import gaps, lessons, taught, verdicts
from chalicelib.knowledge.learning.gap import Gap
from chalicelib.observability import now

Rename = Callable[[str], str]  # of a conversation
Row = dict[str, Any]
_COMPARISONS, _DRAFTS, _VERSIONS = "comparisons/", "drafts/", "versions/"
_IN_INDEXES = ("FORGOTTEN", "-")  # when (`at`) something was forgotten that indexes built before still know


class Words:
    """Texts that are looked for wherever they stand, however they are spaced or written."""

    def __init__(self, texts: Collection[str]) -> None:
        self._marks = {mark(text, "") for text in texts if text.strip()}

    def __contains__(self, text: object) -> bool:
        return bool(self._marks) and mark(str(text), "") in self._marks


def of(conversations: Collection[str]) -> Iterator[tuple[str, Row]]:
    """Kind and content of all that was learned of these conversations."""
    for one in _examples(conversations):
        yield "examples", asdict(one)
    for verdict in verdicts.every():
        if verdict.conversation in conversations:
            yield "verdicts", asdict(verdict)
    for review in verdicts.reviews(limit=0):
        if review.conversation in conversations:
            yield "reviews", asdict(review)
    for gap in gaps.everything():
        mine = [dict(sample) for sample in gap.samples if sample["conversation"] in conversations]
        if mine:
            yield "gap_samples", {"gap": gap.id, "samples": mine}
    for values in lessons.quarantined():
        if values.get("conversation") in conversations:
            yield "quarantined", values


def words_of(conversations: Collection[str]) -> set[str]:
    """The texts among it, as they may stand elsewhere, too."""
    found: set[str] = set()
    for kind, row in of(conversations):
        found |= {str(sample["text"]) for sample in row["samples"]} if kind == "gap_samples" else set()
        found |= {str(row[name]) for name in ("text", "question", "spoiled") if row.get(name)}
    return found


def forget(conversations: Collection[str], said: Collection[str], rename: Rename) -> Iterator[bool]:
    """`said`: the customer's own words and what was answered to them, masked and not. Yields after each kind; done again it does no harm.
    Raises Conflict if somebody changed a gap at this moment."""
    texts = Words({*said, *words_of(conversations)})
    for lesson in lessons.latest(limit=0):
        kept = _without(lesson, texts)
        if kept != lesson:
            lessons.save(kept)
    yield False
    _in_bucket(conversations, texts)
    yield False
    # Only now the places where the words came from: whoever is stopped before finds them again.
    _gaps(conversations, texts)
    yield False
    for values in lessons.quarantined():
        if values.get("conversation") in conversations or values["text"] in texts or values.get("spoiled", "") in texts:
            lessons.drop_quarantined(values["id"])
    for review in verdicts.reviews(limit=0):
        if review.conversation in conversations:
            verdicts.drop(review)
    gone = [one for one in store.examples() if _is_of(one, conversations, texts)]
    if gone:
        items.put(*_IN_INDEXES, {"at": now()})
    taught.untaught(gone)
    yield False
    for verdict in verdicts.every():
        if verdict.conversation in conversations:
            verdicts.rename(verdict, rename(verdict.conversation))
    yield False


def tidy(version: str, built_at: int) -> int:
    """Once the bot uses a `version` that was built (Unix ms) without what was forgotten, all others go, as their vocabulary knows
    the forgotten words; how many."""
    mark = items.get(*_IN_INDEXES)
    if not mark or mark["at"] >= built_at:
        return 0
    name = settings.env("KNOWLEDGE_BUCKET")
    others = {key.split("/")[1] for key in objects.names(name, _VERSIONS)} - {version}
    for other in others:
        objects.erase(name, f"{_VERSIONS}{other}/")
    items.delete(*_IN_INDEXES)
    return len(others)


def _examples(conversations: Collection[str]) -> list[Example]:
    return [one for one in store.examples() if one.conversation in conversations]


def _is_of(one: Example, conversations: Collection[str], texts: Words) -> bool:
    """What people wrote for the bot stays, though a customer may have asked in the same words."""
    return one.conversation in conversations or (one.source in ("agent", "customer") and not one.conversation and one.text in texts)


def _gaps(conversations: Collection[str], texts: Words) -> None:
    for gap in gaps.everything():
        left = _gap_without(gap, conversations, texts)
        if left == gap:
            continue
        if left.samples or left.state != "open" or left.edited:
            gaps.save(left)
        else:
            gaps.drop(gap)
    gaps.forget_counted(conversations)


def _gap_without(gap: Gap, conversations: Collection[str], texts: Words) -> Gap:
    """It stays counted. A draft is the words of its samples and replies, unless a supervisor wrote it."""
    samples = tuple(one for one in gap.samples if one["conversation"] not in conversations and one["text"] not in texts)
    replies = tuple(reply for reply in gap.replies if reply not in texts)
    recent = tuple(one for one in gap.recent if one.partition("-")[2] not in conversations)
    drafted = not gap.edited and gap.state == "open"
    title = "" if drafted and gap.title in texts else gap.title
    body = "" if drafted and gap.body in texts else gap.body
    return replace(gap, samples=samples, replies=replies, recent=recent, title=title, body=body)


def _without(value: Any, texts: Words) -> Any:
    """A report without the entries that quote one of the texts."""
    if isinstance(value, dict):
        return {name: _without(part, texts) for name, part in value.items()}
    if isinstance(value, list):
        return [_without(part, texts) for part in value if not _quotes(part, texts)]
    return value


def _quotes(entry: Any, texts: Words) -> bool:
    return isinstance(entry, dict) and any(entry.get(name, "") in texts for name in ("text", "question", "title", "wording", "spoiled"))


def _in_bucket(conversations: Collection[str], texts: Words) -> None:
    """Comparisons and drafts that quote; of neither anybody needs an earlier version."""
    name = settings.env("KNOWLEDGE_BUCKET")
    for key in [*objects.names(name, _COMPARISONS), *objects.names(name, _DRAFTS)]:
        try:
            content = bucket.load_json(key)
        except NotFound:
            continue
        kept = _without(content, texts)
        if "examples" in kept:
            kept["examples"] = [one for one in kept["examples"] if one.get("conversation") not in conversations]
        if kept != content:
            bucket.save_json(key, kept)
    for prefix in (_COMPARISONS, _DRAFTS):
        objects.erase(name, prefix, earlier_only=True)
