"""The supervisors' work on what the bot knows: articles and examples found, written, imported."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NoBase64
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.conversations import segments
from chalicelib.errors import BadRequest, Conflict, NotFound
from chalicelib.governance import queue_names
from chalicelib.governance.roster import Agent
from chalicelib.knowledge.articles import changes, imports, store
from chalicelib.knowledge.articles.article import LANGUAGES, problems
from chalicelib.knowledge.articles.example import Example, example
from chalicelib.knowledge.articles.store import Stored
from chalicelib.knowledge.articles.writing import article_of, checked, values_of

FOUND = 200  # articles of one answer


def find(words: str) -> dict[str, Any]:
    """{"articles": the articles that hold all the words, by title; "more": how many were left out}."""
    asked = store.examples()
    count, said = Counter(one.article for one in asked), _said(asked) if words.strip() else {}
    wanted = words.casefold().split()
    rows = [
        _row(versions, count)
        for versions in _by_id(store.stored_articles())
        if all(word in f"{_words(versions)} {said.get(versions[0].article.id, '')}" for word in wanted)
    ]
    rows.sort(key=lambda row: (row["title"].casefold(), row["id"]))
    return {"articles": rows[:FOUND], "more": max(0, len(rows) - FOUND)}


def read(article_id: str) -> dict[str, Any]:
    """{"id", "versions": the article in each of its languages, "examples"}. Raises NotFound."""
    versions = store.versions_of(article_id)
    if not versions:
        raise NotFound("there is no such article")
    asked = [one for one in store.examples() if one.article == article_id]
    ordered = sorted(versions.values(), key=lambda one: LANGUAGES.index(one.article.language))
    return {"id": article_id, "versions": [_view(one) for one in ordered], "examples": asked}


def write(agent: Agent, article_id: str, language: str, fields: Mapping[str, Any], at: int) -> dict[str, Any]:
    """Stores an article in one language; `version` of the fields is the one that it was made from, 0 for a new one.
    Raises BadArticle, Conflict."""
    article = checked(article_of({**fields, "id": article_id, "language": language}), _queues())
    try:
        return _view(store.put_article(article, fields["version"], agent.id, at))
    except Conflict as error:
        raise Conflict("somebody changed this article meanwhile: read it again") from error


def show(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What customers would read: {"text", "short", "segments" of the short one as SMS, "problems"}. Nothing is stored."""
    article = article_of(fields)
    parts = segments.size(segments.plain(article.short)).segments
    return {"text": article.text, "short": article.short, "segments": parts, "problems": problems(article, _queues())}


def add_example(agent: Agent, article_id: str, text: str, language: str, at: int) -> Example:
    """Raises NotFound, BadRequest, Conflict (the article has it already)."""
    if not text.strip():
        raise BadRequest("text is missing")
    if article_id and language not in store.versions_of(article_id):
        raise NotFound("there is no such article in this language")
    made = example(text, article_id, language, source="file", by=agent.id, at=at)
    if not store.add_example(made):
        raise Conflict("this article has this example already")
    return made


def import_list(agent: Agent, name: str, content: str, at: int, *, preview: bool = False) -> dict[str, int]:
    """Stores the articles of a list, `content` in base64: how many are new or changed, and how many examples are new. Nothing is stored
    if `preview`, or if anything is wrong. Raises BadList, BadRequest, TooLarge."""
    given = imports.read(name, _content(content), _queues())
    found = changes.between(changes.known(), given, "import", agent.id, at)
    if not preview:
        changes.apply(found)
    return {"given": len(given), "articles": len(found.articles), "examples": len(found.new_examples)}


def _content(content: str) -> bytes:
    try:
        return b64decode(content, validate=True)
    except (NoBase64, ValueError) as error:
        raise BadRequest("content is not base64") from error


def _queues() -> Sequence[str]:
    return tuple(queue_names.known())


def _by_id(stored: Iterable[Stored]) -> Iterable[list[Stored]]:
    found: dict[str, list[Stored]] = {}
    for one in stored:
        found.setdefault(one.article.id, []).append(one)
    return found.values()


def _row(versions: Sequence[Stored], count: Mapping[str, int]) -> dict[str, Any]:
    first = min(versions, key=lambda one: LANGUAGES.index(one.article.language))
    newest = max(versions, key=lambda one: one.at)
    shown = {name: getattr(first.article, name) for name in ("id", "title", "queue", "audience", "valid_from", "valid_until")}
    titles = {one.article.language: one.article.title for one in versions}
    return {**shown, "titles": titles, "examples": count[first.article.id], "changed_at": newest.at, "changed_by": newest.by}


def _words(versions: Sequence[Stored]) -> str:
    return " ".join(f"{one.article.id} {one.article.title} {one.article.text}" for one in versions).casefold()


def _said(asked: Iterable[Example]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for one in asked:
        found.setdefault(one.article, []).append(one.text.casefold())
    return {article: " ".join(texts) for article, texts in found.items()}


def _view(one: Stored) -> dict[str, Any]:
    made = {"version": one.version, "changed_at": one.at, "changed_by": one.by}
    return {**values_of(one.article), "text": one.article.text, "shown_short": one.article.short, **made}
