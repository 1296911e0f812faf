"""From articles and examples to the files of an index, and back from the bucket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.knowledge import bucket, encoder
from chalicelib.knowledge import index as indexes
from chalicelib.knowledge.article import Article
from chalicelib.knowledge.example import Example
from chalicelib.knowledge.index import Built, Index


def build(articles: Sequence[Article], examples: Sequence[Example]) -> Built:
    """What customers never see of an article is left out."""
    return indexes.build([replace(a, body="", own_short="", examples=()) for a in articles], examples, encoder.load())


def read(version: str) -> Index:
    """Raises BadIndex, NotFound."""
    return indexes.read(version, {name: bucket.load(indexes.key(version, name)) for name in indexes.FILES}, encoder.load())
