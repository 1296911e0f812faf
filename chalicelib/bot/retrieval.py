"""Which article answers a question, and how sure is that? BM25 over words and their parts, plus a calibrated confidence.

Pure Python, no dependency. An encoder can join later: it would add to the evidence, nothing else changes.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.knowledge.article import Article
from chalicelib.knowledge.index import Index
from chalicelib.knowledge.words import LONGEST, SPELLED, deletions, terms

BUDGET = 3_000  # postings looked at per sentence, rarest terms first: bounds the time for any size of knowledge
PHRASE = 3  # words
SENTENCES = 8
WHOLE = 300  # characters up to which a text is also looked for as a whole
NEAREST = 100  # wordings that may speak for their article ...
NEAR = 0.2  # ... if they reach this share of the best one's score
DECAY = 0.5  # an article's second-best wording counts half of its best one, and so on
_ENDS = re.compile(r"(?<=[.!?;])\s+|[。！？；\n]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """`confidence`: the estimated chance (0..1) that this article is what the customer asked for."""

    article: str
    confidence: float
    versions: Mapping[str, Article]


@dataclass(frozen=True, slots=True)
class _Candidate:
    article: str
    wording: int  # its best one
    total: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the confidence is made of; all 0..1 except `size`."""

    question: float  # share of the question's information that the best wording explains
    wording: float  # share of that wording which the question contains
    margin: float  # lead over the second article
    known: float  # share of the question's whole words that occur anywhere in the knowledge
    size: float  # log of the number of whole words asked


def search(index: Index, question: str, day: str, limit: int = 3) -> list[Hit]:
    """The best articles for a question that are valid on `day` (ISO), best first. A long text counts by its best sentence."""
    best: dict[str, Hit] = {}
    for sentence in _sentences(question):
        for hit in _search(index, sentence, day, limit):
            if hit.article not in best or hit.confidence > best[hit.article].confidence:
                best[hit.article] = hit
    return sorted(best.values(), key=lambda hit: (-hit.confidence, hit.article))[:limit]


def _sentences(question: str) -> list[str]:
    """Each sentence, and a short text as a whole besides.

    A word or two between others is a greeting, a sign-off or a name ("Best, Mia"), and asks nothing by itself.
    """
    text = question[:LONGEST].strip()
    found = [part.strip() for part in _ENDS.split(text) if part.strip()]
    parts = ([part for part in found if len(part.split()) >= PHRASE or not part.isascii()] or found)[:SENTENCES]
    return [text, *parts] if len(parts) > 1 and len(text) < WHOLE else parts


def _search(index: Index, sentence: str, day: str, limit: int) -> list[Hit]:
    asked = _asked(index, sentence)
    scores = _scores(index, asked)
    ranked = _articles(index, scores, day)
    hits = []
    for place, candidate in enumerate(ranked[:limit]):
        rival = ranked[0 if place else 1].total if len(ranked) > 1 else 0.0
        evidence = weigh(index, asked, scores[candidate.wording], candidate, rival)
        hits.append(Hit(candidate.article, confidence(evidence), index.articles[candidate.article]))
    return hits


def _asked(index: Index, sentence: str) -> dict[str, float]:
    """The terms of a sentence; a word that nobody wrote in the knowledge gives way to its neighbour there, if it has one."""
    asked = terms(sentence)
    unknown = [term for term in asked if term[0] != "#" and len(term) >= SPELLED and term not in index.postings]
    for word in unknown:
        near = next((index.spelling[part] for part in deletions(word) if part in index.spelling), "")
        if near and near[0] == word[0]:
            asked.setdefault(near, asked.pop(word))
    return asked


def _scores(index: Index, asked: dict[str, float]) -> dict[int, int]:
    """Score of every wording that shares a term with the question, in thousandths."""
    entries = [entry for term in asked if (entry := index.postings.get(term))]
    entries.sort(key=len)
    scores: defaultdict[int, int] = defaultdict(int)
    seen = 0
    for entry in entries:
        seen += len(entry) // 2
        if seen > BUDGET and scores:
            break
        for d, weight in zip(entry[1::2], entry[2::2], strict=True):
            scores[d] += weight
    return scores


def _articles(index: Index, scores: dict[int, int], day: str) -> list[_Candidate]:
    """Best first: an article's wordings add up with falling weight."""
    totals: dict[str, float] = {}
    shares: dict[str, float] = {}
    first: dict[str, int] = {}
    least = max(scores.values(), default=0) * NEAR
    near = [(score, -d) for d, score in scores.items() if score >= least]
    for score, d in sorted(near, reverse=True)[:NEAREST]:
        owner = index.owners[-d]
        if owner not in first:
            if not any(article.valid(day) for article in index.articles[owner].values()):
                continue
            first[owner], shares[owner] = -d, 1 - DECAY
        totals[owner] = totals.get(owner, 0.0) + score * shares[owner]
        shares[owner] *= DECAY
    found = [_Candidate(owner, first[owner], total) for owner, total in totals.items()]
    return sorted(found, key=lambda candidate: (-candidate.total, candidate.article))


def weigh(index: Index, asked: dict[str, float], score: int, candidate: _Candidate, rival: float) -> Evidence:
    """The evidence for one article; `score`: that of its best wording, `rival`: the total of the strongest other article."""
    whole = [term for term in asked if term[0] != "#"]
    heard = sum(weight * _idf(index, term) for term, weight in asked.items())
    known = sum(1 for term in whole if term in index.postings)
    return Evidence(
        question=min(1.0, score / heard) if heard else 0.0,
        wording=min(1.0, score / full) if (full := index.full[candidate.wording]) else 0.0,
        margin=max(-1.0, (candidate.total - rival) / candidate.total) if candidate.total else 0.0,
        known=known / len(whole) if whole else 0.0,
        size=math.log1p(len(whole)),
    )


def _idf(index: Index, term: str) -> int:
    entry = index.postings.get(term)
    return entry[0] if entry else index.unknown


def confidence(evidence: Evidence) -> float:
    """A logistic model, fitted on simulated knowledge bases (10-70 articles, 2-6 wordings) with a half of foreign questions."""
    x = -4.75 + 1.78 * evidence.question + 2.31 * evidence.wording + 3.4 * evidence.margin + 1.58 * evidence.known + 0.28 * evidence.size
    return 1 / (1 + math.exp(-x))
