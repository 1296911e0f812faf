"""The searchable form of all articles: built once when they are published, never changed, named by its content.

Stored as `versions/<version>/index.json.gz`; the object `current.json` = {"version": …} says which one counts.
All weights are computed here, so that reading is one JSON parse and answering only adds numbers up.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from chalicelib.errors import BadRequest
from chalicelib.knowledge.article import Article
from chalicelib.knowledge.words import SPELLED, deletions, terms

FORMAT = 1  # raise it with every change of words.terms or of the layout below
POINTER = "current.json"

SATURATION, LENGTH = 1.2, 0.75  # BM25's k1 and b
SCALE = 1000  # weights are stored as whole thousandths


class BadIndex(BadRequest):
    """The stored index cannot be read or has another format: publish again with this version of Baton."""

    code = "bad_index"


@dataclass(frozen=True, slots=True)
class Index:
    """`owners[d]`: the article id that wording d belongs to; `full[d]`: the score of wording d for itself;
    `postings[term]`: (idf, d, weight, d, weight, …), all in thousandths; `unknown`: idf of a term never seen."""

    version: str
    articles: dict[str, dict[str, Article]]  # id -> language -> article
    owners: tuple[str, ...]
    full: tuple[int, ...]
    postings: dict[str, list[int]]
    unknown: int
    spelling: dict[str, str]  # what is left of a known word after a typing error -> that word


def key(version: str) -> str:
    """Where a version lies in the knowledge bucket."""
    return f"versions/{version}/index.json.gz"


def build(articles: Sequence[Article]) -> tuple[str, bytes]:
    """(version, packed index) of articles without problems; the same articles in any order give the same bytes."""
    ordered = sorted(articles, key=lambda a: (a.id, a.language))
    wordings = [(a.id, text) for a in ordered for text in dict.fromkeys((a.title, *a.examples))]
    found = [terms(text) for _, text in wordings]
    postings, unknown = _weigh(found)
    content = {
        "format": FORMAT,
        "articles": [asdict(a) for a in ordered],
        "owners": [owner for owner, _ in wordings],
        "full": _full(len(wordings), postings),
        "postings": postings,
        "unknown": unknown,
    }
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return sha256(plain).hexdigest()[:16], gzip.compress(plain, mtime=0)


def read(version: str, packed: bytes) -> Index:
    """Raises BadIndex for anything that `build` of this FORMAT did not make."""
    try:
        content = json.loads(gzip.decompress(packed))
        if content["format"] != FORMAT:
            raise BadIndex(f"index {version} has format {content['format']}, this bot reads {FORMAT}")
        articles: dict[str, dict[str, Article]] = {}
        for fields in content["articles"]:
            article = Article(**{**fields, "examples": tuple(fields["examples"])})
            articles.setdefault(article.id, {})[article.language] = article
        owners, full = tuple(content["owners"]), tuple(content["full"])
        postings: dict[str, list[int]] = content["postings"]
        return Index(version, articles, owners, full, postings, content["unknown"], _spelling(postings))
    except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError, AttributeError) as error:
        raise BadIndex(f"index {version} cannot be read: {type(error).__name__}: {error}") from error


def _spelling(postings: dict[str, list[int]]) -> dict[str, str]:
    """The word that is used most often goes first."""
    words = [term for term in postings if len(term) >= SPELLED and term[0] != "#" and term.isascii()]
    spelling: dict[str, str] = {}
    for word in sorted(words, key=lambda word: -len(postings[word])):
        for part in deletions(word):
            spelling.setdefault(part, word)
    return spelling


def _weigh(found: Sequence[dict[str, float]]) -> tuple[dict[str, list[int]], int]:
    """BM25: a term counts by its rarity (idf), within a wording by its weight there and the wording's length."""
    count = len(found)
    spread = Counter(term for wording in found for term in wording)
    mean = sum(sum(wording.values()) for wording in found) / count if count else 1.0
    postings: dict[str, list[int]] = {term: [_idf(count, n)] for term, n in spread.items()}
    for d, wording in enumerate(found):
        damping = SATURATION * (1 - LENGTH + LENGTH * sum(wording.values()) / (mean or 1.0))
        for term, weight in wording.items():
            entry = postings[term]
            entry += (d, round(weight * entry[0] * (1 + SATURATION) / (1 + damping)))
    return postings, _idf(count, 0)


def _idf(count: int, spread: int) -> int:
    return round(SCALE * math.log(1 + (count - spread + 0.5) / (spread + 0.5)))


def _full(count: int, postings: dict[str, list[int]]) -> list[int]:
    full = [0] * count
    for entry in postings.values():
        for i in range(1, len(entry), 2):
            full[entry[i]] += entry[i + 1]
    return full


def pointer(version: str) -> bytes:
    """The content of the pointer object."""
    return json.dumps({"version": version}).encode()


def pointed(content: bytes) -> str:
    """The version that a pointer object names. Raises BadIndex."""
    try:
        version: Any = json.loads(content)["version"]
    except (ValueError, LookupError, TypeError) as error:
        raise BadIndex(f"{POINTER} is not readable: {error}") from error
    if not isinstance(version, str) or not version.isalnum():
        raise BadIndex(f"{POINTER} names no version")
    return version
