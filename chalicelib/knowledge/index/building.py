"""From articles and examples to the files of an index, and back from the bucket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import Example
from chalicelib.knowledge.encoder import encoder, passage_encoder
from chalicelib.knowledge.index import bucket
from chalicelib.knowledge.index import index as indexes
from chalicelib.knowledge.index.index import Built, Index


def build(articles: Sequence[Article], examples: Sequence[Example], before: Index | None = None) -> Built:
    """What customers never see of an article is left out. `before`: the index that is in use, of which is taken what did not change."""
    shown = [replace(a, body="", own_short="", examples=()) for a in articles]
    return indexes.build(shown, examples, encoder.load(), passage_encoder.load(), before.passages if before else None)


def read(version: str) -> Index:
    """Raises BadIndex, NotFound."""
    return indexes.read(
        version, {name: bucket.load(indexes.key(version, name)) for name in indexes.FILES}, encoder.load(), passage_encoder.load()
    )
