"""What agents taught of the same words last (`TAUGHT#…` in the knowledge table): a text has one right article, the newest word counts."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.errors import NotFound
from chalicelib.knowledge.articles import items, store
from chalicelib.knowledge.articles.example import Example, mark


def teach(example: Example) -> str:
    """Makes it an example, in the place of what an agent had taught otherwise of the same words; what stands in files stays.

    Returns the id of the example that holds now; "" if these words were an example of this article before, out of a file.
    """
    key = (f"TAUGHT#{mark(example.text, '')}", "-")
    before = items.get(*key)
    is_new = store.add_example(example)
    if before and before["article"] == example.article and not is_new:
        return str(before["example"])
    if before and before["article"] != example.article:
        forget(str(before["example"]))
    items.put(*key, {"example": example.id if is_new else "", "article": example.article})
    return example.id if is_new else ""


def forget(example_id: str) -> None:
    """Takes an example back that an agent taught; nothing happens if there is none, or it is gone."""
    if not example_id:
        return
    try:
        store.remove_example(example_id)
    except NotFound:
        return


def untaught(gone: Sequence[Example]) -> None:
    """Takes examples away, and that they were ever taught."""
    items.write_many((), [(f"TAUGHT#{mark(one.text, '')}", "-") for one in gone])
    store.remove_examples(gone)
