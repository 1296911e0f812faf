"""Articles and examples in the knowledge table: what people edit. The bot reads what was published from it.

| pk         | sk             | what |
|------------|----------------|------|
| `ARTICLES` | `id#language`  | an article in one language, with the number of its version |
| `EXAMPLES` | id             | an example; the id begins with its time, so that "all since T" is one query |
| `MARK#…`   | `-`            | these words are an example of this article already |

Other families of items have modules of their own beside this one. Errors: Conflict, NotFound, Unavailable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from chalicelib.errors import NotFound
from chalicelib.knowledge.articles import items
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import Example, mark
from chalicelib.knowledge.articles.items import Key

_ARTICLES, _EXAMPLES = "ARTICLES", "EXAMPLES"


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as it is stored: its version (1, 2, …), and when (Unix ms) and by whom it was made."""

    article: Article
    version: int
    at: int
    by: str


def articles() -> list[Article]:
    """All, by id and language, without examples."""
    return [one.article for one in stored_articles()]


def stored_articles() -> list[Stored]:
    """As `articles`, with their versions."""
    return [_stored(values) for values in items.query(_ARTICLES)]


def versions_of(article_id: str) -> dict[str, Stored]:
    """An article in each of its languages; empty if there is none."""
    return {one.article.language: one for one in map(_stored, items.query(_ARTICLES, start=f"{article_id}#"))}


def article(article_id: str, language: str) -> Stored:
    """Raises NotFound."""
    values = items.get(_ARTICLES, _article_sk(article_id, language))
    if not values:
        raise NotFound("there is no such article in this language")
    return _stored(values)


def put_article(article: Article, version: int, by: str, at: int) -> Stored:
    """Stores what was made from `version` (0: a new one). Raises Conflict if somebody was faster."""
    written = Stored(replace(article, examples=()), version + 1, at, by)
    items.put(*_article_key(article), _article_values(written), version)
    return written


def put_articles(articles: Iterable[Stored]) -> None:
    """Many at once, whatever was there: for imports, which looked before."""
    items.write_many((_article_key(one.article), _article_values(one)) for one in articles)


def delete_article(article_id: str, language: str, version: int) -> None:
    """Takes it away in one language, and in it, or with the last one in all, the ways to ask for it. Raises Conflict, NotFound."""
    article(article_id, language)
    items.delete(_ARTICLES, _article_sk(article_id, language), version)
    last = not versions_of(article_id)
    remove_examples([one for one in examples() if one.article == article_id and (last or one.language == language)])


def remove_articles(gone: Iterable[tuple[str, str]]) -> None:
    """Many at once, each by id and language; their examples stay."""
    items.write_many((), [(_ARTICLES, _article_sk(*one)) for one in gone])


def examples(since: int = 0) -> list[Example]:
    """All that came at `since` (Unix ms) or later, in the order of time."""
    return [Example(**values) for values in items.query(_EXAMPLES, since=f"{since:013d}" if since else "")]


def add_example(example: Example) -> bool:
    """False if the same words are an example of the same article already."""
    return items.put_together(_rows(example))


def add_examples(new: Sequence[Example]) -> int:
    """Many at once; how many were new."""
    known = {mark(one.text, one.article) for one in examples()}
    fresh = {name: one for one in reversed(new) if (name := mark(one.text, one.article)) not in known}
    items.write_many(row for one in fresh.values() for row in _rows(one))
    return len(fresh)


def remove_example(example_id: str) -> None:
    """Raises NotFound."""
    values = items.get(_EXAMPLES, example_id)
    if not values:
        raise NotFound("there is no such example")
    remove_examples([Example(**values)])


def remove_examples(gone: Iterable[Example]) -> None:
    """Many at once."""
    items.write_many((), [key for one in gone for key, _ in _rows(one)])


def _rows(example: Example) -> Iterator[tuple[Key, dict[str, Any]]]:
    yield (f"MARK#{mark(example.text, example.article)}", "-"), {"id": example.id}
    yield (_EXAMPLES, example.id), asdict(example)


def _article_sk(article_id: str, language: str) -> str:
    return f"{article_id}#{language}"


def _article_key(article: Article) -> Key:
    return _ARTICLES, _article_sk(article.id, article.language)


def _article_values(one: Stored) -> dict[str, Any]:
    kept = {name: value for name, value in asdict(one.article).items() if value not in ("", ())}
    return {**kept, "version": one.version, "changed_at": one.at, "changed_by": one.by}


def _stored(values: dict[str, Any]) -> Stored:
    known = {name: values[name] for name in _ARTICLE if name in values}
    return Stored(Article(**{"text": "", "short": "", "title": "", **known}), values["version"], values["changed_at"], values["changed_by"])


_ARTICLE = frozenset(field.name for field in fields(Article)) - {"examples"}
