"""What would change if another index counted: the last real questions asked of both, and the articles side by side. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.knowledge.articles.article import Article, version_for
from chalicelib.knowledge.index.index import Index

Articles = Mapping[str, Mapping[str, Article]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A real question. `accepted`: the article whose answer the customer was content with; `right`: the one that an agent named."""

    question: str
    language: str = ""
    tier: str = ""
    accepted: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """`article`: the nearest one, "" if there is none; `sure`: the bot would answer with it."""

    article: str = ""
    confidence: float = 0.0
    sure: bool = False


Judge = Callable[[Index, Asked], Said]


def compare(before: Index | None, after: Index, asked: Iterable[Asked], judge: Judge, day: str) -> dict[str, Any]:
    """`questions`: those that would be answered otherwise, what gets worse first; `articles`: those that differ; `counts`."""
    old: Articles = before.articles if before else {}
    rows, counts = [], Counter[str]()
    for one in asked:
        row = _row(one, judge(before, one) if before else Said(), judge(after, one), (old, after.articles), day)
        counts.update(["asked", row["kind"], *(["worse"] if row["worse"] else [])])
        if row["kind"] != "same":
            rows.append(row)
    rows.sort(key=lambda row: (not row["worse"], row["kind"], row["question"]))
    articles = article_changes(old, after.articles)
    return {"counts": {**counts, "articles": len(articles)}, "questions": rows, "articles": articles}


def article_changes(old: Articles, new: Articles) -> list[dict[str, str]]:
    """Each as {"id", "language", "title", "kind": added, removed or changed}."""
    before = {(a.id, a.language): a for versions in old.values() for a in versions.values()}
    after = {(a.id, a.language): a for versions in new.values() for a in versions.values()}
    found = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if not was or not now or _shown(was) != _shown(now):
            known = now or was
            kind = "added" if not was else "removed" if not now else "changed"
            found.append({"id": key[0], "language": key[1], "title": known.title if known else "", "kind": kind})
    return found


def _row(one: Asked, was: Said, now: Said, articles: Sequence[Articles], day: str) -> dict[str, Any]:
    kind = _kind(was, now)
    if kind == "same" and was.sure and _text(articles[0], was, one, day) != _text(articles[1], now, one, day):
        kind = "reworded"
    return {
        "question": one.question,
        "kind": kind,
        "worse": _is_worse(one, was, now),
        "before": _told(articles[0], was, one, day),
        "after": _told(articles[1], now, one, day),
        "accepted": one.accepted,
        "right": one.right,
    }


def _kind(was: Said, now: Said) -> str:
    if was.sure and now.sure:
        return "same" if was.article == now.article else "changed"
    if was.sure or now.sure:
        return "gained" if now.sure else "lost"
    return "same"


def _is_worse(one: Asked, was: Said, now: Said) -> bool:
    """An agent's word counts more than a customer's silence."""
    if one.right:
        wrong = now.sure and now.article != one.right
        return (was.sure and was.article == one.right and not (now.sure and now.article == one.right)) or (wrong and not was.sure)
    return bool(one.accepted) and was.sure and was.article == one.accepted and not (now.sure and now.article == one.accepted)


def _told(articles: Articles, said: Said, one: Asked, day: str) -> dict[str, Any]:
    versions = articles.get(said.article)
    title = version_for(versions, one.language or "en", day, one.tier).title if versions else ""
    return {"article": said.article, "title": title, "confidence": round(said.confidence, 3), "sure": said.sure}


def _text(articles: Articles, said: Said, one: Asked, day: str) -> str:
    versions = articles.get(said.article)
    return version_for(versions, one.language or "en", day, one.tier).text if versions else ""


def _shown(article: Article) -> tuple[object, ...]:
    """What a customer may notice."""
    days = (article.valid_from, article.valid_until)
    return (article.title, article.text, article.short, article.link, article.queue, article.audience, days)
