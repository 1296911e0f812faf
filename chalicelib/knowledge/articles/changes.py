"""Many articles at once, from a folder or a list: what differs from what is stored, and storing just that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chalicelib.knowledge.articles import store
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import Example, Source, example, mark
from chalicelib.knowledge.articles.store import Stored

WRITTEN = ("file", "import")  # the examples that people wrote; the others were learned, and stay whatever the files say


@dataclass(frozen=True, slots=True)
class Changes:
    """`missing`: stored articles that were not given, by id and language; `gone`: those of them that go, too."""

    articles: tuple[Stored, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    new_examples: tuple[Example, ...] = ()
    gone_examples: tuple[Example, ...] = ()

    def __bool__(self) -> bool:
        return any((self.articles, self.gone, self.new_examples, self.gone_examples))


@dataclass(frozen=True, slots=True)
class Known:
    """All that is stored."""

    articles: Sequence[Stored]
    examples: Sequence[Example]


def known() -> Known:
    return Known(store.stored_articles(), store.examples())


def between(known: Known, given: Sequence[Article], source: Source, by: str, at: int) -> Changes:
    """What storing the given articles with their examples changes. A file says all of its article's written examples, a list
    (`import`) only adds to them."""
    before = {(one.article.id, one.article.language): one for one in known.articles}
    changed = tuple(
        Stored(replace(article, examples=()), (was.version if was else 0) + 1, at, by)
        for article in given
        if not (was := before.get((article.id, article.language))) or was.article != replace(article, examples=())
    )
    wanted = {mark(text, a.id): (a, text) for a in given for text in a.examples}
    stored = {mark(one.text, one.article) for one in known.examples}
    new = tuple(
        example(text, a.id, a.language, source=source, by=by, at=at, place=place)
        for place, (name, (a, text)) in enumerate(wanted.items())
        if name not in stored
    )
    named = {(article.id, article.language) for article in given}
    gone = (one for one in written(known.examples) if (one.article, one.language) in named and mark(one.text, one.article) not in wanted)
    missing = tuple(sorted(before.keys() - named))
    return Changes(changed, missing, new_examples=new, gone_examples=tuple(gone) if source == "file" else ())


def without(known: Known, changes: Changes) -> Changes:
    """The changes, and the missing articles go, with whatever is an example of them alone."""
    gone = frozenset(changes.missing)
    left = {one.article.id for one in (*known.articles, *changes.articles) if (one.article.id, one.article.language) not in gone}
    lost = [one for one in known.examples if one.article and ((one.article, one.language) in gone or one.article not in left)]
    return replace(changes, gone=changes.missing, gone_examples=tuple({one.id: one for one in (*changes.gone_examples, *lost)}.values()))


def applied(known: Known, changes: Changes) -> Known:
    """What would be stored after them."""
    articles = {(one.article.id, one.article.language): one for one in (*known.articles, *changes.articles)}
    kept = [one for key, one in sorted(articles.items()) if key not in changes.gone]
    gone = {one.id for one in changes.gone_examples}
    return Known(kept, [one for one in (*known.examples, *changes.new_examples) if one.id not in gone])


def apply(changes: Changes) -> None:
    """Stores them; asked again after a crash, it does the rest."""
    store.put_articles(changes.articles)
    store.add_examples(changes.new_examples)
    store.remove_examples(changes.gone_examples)
    store.remove_articles(changes.gone)


def written(examples: Iterable[Example]) -> list[Example]:
    """Those that people wrote as examples, and a file may therefore name."""
    return [one for one in examples if one.source in WRITTEN and one.article]


def together(known: Known) -> list[Article]:
    """The articles with their written examples, as files hold them."""
    asked: dict[tuple[str, str], list[str]] = {}
    for one in written(known.examples):
        asked.setdefault((one.article, one.language), []).append(one.text)
    return [replace(one.article, examples=tuple(asked.get((one.article.id, one.article.language), ()))) for one in known.articles]
