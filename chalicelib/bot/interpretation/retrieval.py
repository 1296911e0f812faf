"""Which article answers a question, and how sure is that? Each sentence is looked for; knowledge/index/scoring.py does it.

Numpy is loaded with the first question: a bot whose layer is missing can still hand over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.index.index import Index
from chalicelib.knowledge.index.words import LONGEST

PHRASE = 3  # words
SENTENCES = 8
WHOLE = 300  # characters up to which a text is also looked for as a whole
_JOINED = re.compile(
    r",?\s+(?:and|also|plus)\s+(?=(?:also\s+)?(?:can|could|do|does|did|is|are|will|would|how|what|when|where|which|who|why|should)\b)|"
    r"[，,]\s*(?=[^，,]{4})(?:还有|另外|还想问一?下?|以及|顺便问一?下?)?|(?:还有|另外)(?=[^，,]{4})|"
    r"(?<=[㐀-䶿一-鿿])\s+(?=[㐀-䶿一-鿿]{4})",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?<=[.!?;])\s+|[。！？；\n]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """`confidence`: the estimated chance (0..1) that this article is what the customer asked for."""

    article: str
    confidence: float
    versions: Mapping[str, Article]


def search(index: Index, question: str, day: str, limit: int = 3, tier: str = "") -> list[Hit]:
    """The best articles for a question that a customer of this tier may see on `day` (ISO), best first. A long text counts by its
    best sentence. Never raises for a text."""
    from chalicelib.knowledge.index import scoring

    def may(name: str) -> bool:
        return any(article.valid(day, tier) for article in index.articles.get(name, {}).values())

    found = scoring.rank(index.wordings, sentences(question), may, limit)
    return [Hit(one.article, one.confidence, index.articles[one.article]) for one in found]


def each(index: Index, question: str, day: str, tier: str = "") -> list[tuple[str, Hit]]:
    """The best article for every part, where there are several: who asks two things may mean two. Costs a search per part."""
    parts = _clauses(question[:LONGEST])
    return [(part, hit) for part in parts for hit in search(index, part, day, 1, tier)] if len(parts) > 1 else []


def _clauses(question: str) -> list[str]:
    """Sentences, and questions that are joined in one: "do your teas contain nuts and can I pay by card"."""
    found = [clause.strip() for part in _parts(question) for clause in _JOINED.split(part)]
    return [clause for clause in found if clause][:SENTENCES]


def sentences(question: str) -> list[str]:
    """Each sentence, and a short text as a whole besides."""
    text = question[:LONGEST].strip()
    parts = _parts(text)
    return [text, *parts] if len(parts) > 1 and len(text) < WHOLE else parts


def _parts(text: str) -> list[str]:
    """A word or two between others is a greeting, a sign-off or a name ("Best, Mia"), and asks nothing by itself."""
    found = [part.strip() for part in _ENDS.split(text) if part.strip()]
    return ([part for part in found if len(part.split()) >= PHRASE or not part.isascii()] or found)[:SENTENCES]
