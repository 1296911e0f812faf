"""Articles and examples as they are stored: who was faster wins, the same words count once, and "since T" is exact."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.aws import clients
from chalicelib.errors import Conflict, NotFound
from chalicelib.knowledge.articles import items, store
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import LONGEST, Example, example
from tests.unit.conftest import T0, Store

pytestmark = pytest.mark.usefixtures("store")
RETURNS = Article("returns", "en", "Return an item", "You have 30 days.", "30 days.", queue="orders", body="You have **30** days.")


def asked(text: str, article: str = "returns", at: int = T0, language: str = "en") -> Example:
    return example(text, article, language, source="agent", by="agent-ann", at=at)


def test_an_article_comes_back_as_it_was_stored() -> None:
    everything = replace(
        RETURNS, link="https://a.example/", valid_from="2026-01-01", valid_until="2026-12-31", audience="vip", own_short="x"
    )
    stored = store.put_article(everything, 0, "sam", T0)
    assert store.article("returns", "en") == stored == store.Stored(everything, 1, T0, "sam")
    assert store.articles() == [everything]


def test_who_was_slower_is_told_and_changes_nothing() -> None:
    store.put_article(RETURNS, 0, "sam", T0)
    with pytest.raises(Conflict):
        store.put_article(replace(RETURNS, title="Mine"), 0, "ann", T0)
    store.put_article(replace(RETURNS, title="Second"), 1, "sam", T0)
    with pytest.raises(Conflict):
        store.put_article(replace(RETURNS, title="Late"), 1, "ann", T0)
    with pytest.raises(Conflict):
        store.delete_article("returns", "en", 1)
    assert store.article("returns", "en").article.title == "Second"


def test_languages_lie_beside_each_other_and_no_id_is_taken_for_another() -> None:
    for article in (RETURNS, replace(RETURNS, language="zh"), replace(RETURNS, id="returns-abroad")):
        store.put_article(article, 0, "sam", T0)
    assert set(store.versions_of("returns")) == {"en", "zh"}


def test_a_deleted_translation_takes_its_examples_along_and_the_last_one_all() -> None:
    for language in ("en", "zh"):
        store.put_article(replace(RETURNS, language=language), 0, "sam", T0)
    store.add_examples([asked("a"), asked("b", language="zh"), asked("c", language="fr"), asked("d", article="other")])
    store.delete_article("returns", "zh", 1)
    assert {one.text for one in store.examples()} == {"a", "c", "d"}
    store.delete_article("returns", "en", 1)
    assert [one.text for one in store.examples()] == ["d"]
    with pytest.raises(NotFound):
        store.delete_article("returns", "en", 1)


def test_the_same_words_for_the_same_article_count_once() -> None:
    assert store.add_example(asked("Send it back?"))
    assert not store.add_example(asked("  send it  BACK? ", at=T0 + 5))
    assert store.add_example(asked("Send it back?", article=""))
    assert store.add_examples([asked("Send it back?"), asked("New"), asked("new ")]) == 1
    assert sorted(one.text.strip().casefold() for one in store.examples()) == ["new", "send it back?", "send it back?"]


def test_since_is_exact_and_in_the_order_of_time() -> None:
    for offset in (3, 1, 2):
        store.add_example(asked(f"q{offset}", at=T0 + offset))
    assert [one.text for one in store.examples()] == ["q1", "q2", "q3"]
    assert [one.text for one in store.examples(T0 + 2)] == ["q2", "q3"]
    assert store.examples(T0 + 4) == []


def test_a_removed_example_can_be_given_again() -> None:
    store.add_example(asked("again"))
    (kept,) = store.examples()
    store.remove_example(kept.id)
    with pytest.raises(NotFound):
        store.remove_example(kept.id)
    assert store.add_example(asked("again"))


def test_thousands_come_in_and_go_out_in_pages() -> None:
    many = [example(f"question {n}", "returns", "en", source="file", by="", at=T0, place=n) for n in range(260)]
    assert store.add_examples(many) == 260
    assert [one.text for one in store.examples()] == [one.text for one in many]
    store.remove_examples(many)
    assert store.examples() == []
    assert clients.client("dynamodb").scan(TableName="knowledge")["Count"] == 0
    long = [store.Stored(replace(RETURNS, id=f"a{n}", body="x" * 20_000), 1, T0, "sam") for n in range(60)]
    store.put_articles(long)
    assert len(store.articles()) == 60, "more than the megabyte that one answer holds"


def test_an_endless_text_is_cut() -> None:
    assert len(asked("x" * 100_000).text) == LONGEST


def test_any_value_comes_back(store: Store) -> None:
    values = {"text": "x", "number": -3, "share": 0.25, "yes": True, "none": None, "list": ["a", 1, {"deep": []}], "empty": ""}
    items.put("FAMILY", "one", values)
    assert items.get("FAMILY", "one") == values
    assert items.get("FAMILY", "two") is None
    assert not items.put_once("FAMILY", "one", {})
    assert list(items.query("FAMILY", newest_first=True, limit=1)) == [values]
