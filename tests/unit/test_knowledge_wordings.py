"""Wordings beside an encoder: what is fresh counts at once, what is refused stays out, another encoder is left aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from chalicelib.bot.interpretation.retrieval import search
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import Example
from chalicelib.knowledge.index import index, kernel_ridge, wordings
from chalicelib.knowledge.index.index import Index
from chalicelib.knowledge.index.words import normal

DAY = "2026-11-23"
SAME = {"box": "parcel", "money": "refund", "purchase": "buy"}
ARTICLES = [
    Article(name, "en", title, name, name, tuple(examples))
    for name, title, *examples in (
        ("track", "Where is my parcel?", "Follow a parcel", "My parcel has not come yet"),
        ("refund", "When do I get my refund?", "How long does a refund take", "Refund not there yet"),
        ("hours", "When are you open?", "Opening hours", "Are you open on Sundays"),
        ("gift", "Can I buy a gift card?", "How to buy gift cards", "Gift card for a friend"),
    )
]


class Synonyms:
    """An encoder for the slot: it knows a few words that mean the same, and counts how often it is asked."""

    name, version = "synonyms", "1"

    def __init__(self, version: str = "1") -> None:
        self.version, self.asked = version, list[str]()

    def embed(self, texts: Sequence[str]) -> Any:
        self.asked += texts
        made = np.full((len(texts), 64), 1e-3, np.float32)
        for row, text in zip(made, texts, strict=True):
            for word in normal(text).strip("?.!").split():
                row[hash_of(SAME.get(word, word))] += 1
        return made / np.linalg.norm(made, axis=1, keepdims=True)


def hash_of(word: str) -> int:
    return sum(ord(letter) * 31**i for i, letter in enumerate(word)) % 64


def knowledge(encoder: Synonyms | None, examples: Sequence[Example] = (), reader: Synonyms | None = None) -> Index:
    return index.read(*index.build(ARTICLES, examples, encoder), reader or encoder)


def example(text: str, article: str) -> Example:
    return Example(text, text, "en", article, "agent")


def confidence(known: Index, question: str) -> float:
    return search(known, question, DAY)[0].confidence


def test_the_meaning_finds_what_no_word_says() -> None:
    assert search(knowledge(None), "box", DAY) == []
    assert search(knowledge(Synonyms()), "box", DAY)[0].article == "track"


def test_what_was_asked_in_the_same_words_before_is_not_embedded() -> None:
    encoder = Synonyms()
    known = knowledge(encoder)
    encoder.asked.clear()
    assert search(known, "Where is my parcel?", DAY)[0].article == "track"
    assert encoder.asked == []


def test_the_sentences_of_a_mail_are_embedded_once_and_not_all() -> None:
    encoder = Synonyms()
    known = knowledge(encoder)
    encoder.asked.clear()
    search(known, "\n".join(f"The box number {n} is something else again." for n in range(7)), DAY)
    assert len(encoder.asked) == len(set(encoder.asked)) == 4


@pytest.mark.parametrize("encoder", [None, Synonyms()])
def test_a_fresh_example_counts_at_once(encoder: Synonyms | None) -> None:
    known = knowledge(encoder)
    question = "zebra stripes on the invoice paper"
    assert not any(hit.article == "hours" and hit.confidence > 0.5 for hit in search(known, question, DAY))
    taught = known.with_fresh([example(question, "hours"), example("of an article that is not there", "gone")])
    assert search(taught, question, DAY)[0].article == "hours"
    assert confidence(taught, question) > confidence(known, question) if search(known, question, DAY) else True
    assert taught.with_fresh([]).wordings.fresh is None


@pytest.mark.parametrize("encoder", [None, Synonyms()])
def test_what_no_article_answers_pulls_down_and_is_never_suggested(encoder: Synonyms | None) -> None:
    question = "When do I get my parcel voucher friend?"
    plain, refused = knowledge(encoder), knowledge(encoder, [example(question, "")])
    assert confidence(refused, question) < confidence(plain, question)
    assert all(hit.article for hit in search(refused, question, DAY))
    fresh = plain.with_fresh([example(question, "")])
    assert confidence(fresh, question) < confidence(plain, question)


def test_another_encoder_at_run_time_leaves_words_alone() -> None:
    other = Synonyms("2")
    known = knowledge(Synonyms(), reader=other)
    assert search(known, "is my parcel here yet", DAY)[0].article == "track"
    assert search(known, "box", DAY) == []
    assert other.asked == []


def test_the_solver_agrees_with_numpys() -> None:
    chance = np.random.default_rng(1)
    x = chance.normal(size=(1_300, 40)).astype(np.float32)
    matrix = np.exp(x @ x.T / 200) + np.eye(1_300, dtype=np.float32)
    wanted = chance.normal(size=(1_300, 3)).astype(np.float32)
    assert np.allclose(kernel_ridge.solved(matrix.copy(), wanted), np.linalg.solve(matrix, wanted), atol=1e-3)


def test_of_too_many_wordings_some_of_each_article_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_ridge, "EXACT", 60)
    monkeypatch.setattr(kernel_ridge, "LANDMARKS", 60)
    chance = np.random.default_rng(2)
    owners = np.repeat(np.arange(4, dtype=np.int32), [5, 50, 60, 85])
    x = np.eye(4)[owners] + chance.normal(scale=0.3, size=(200, 4))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    similar = (x @ x.T).astype(np.float32)
    fitting = kernel_ridge.fitting(np.concatenate([owners, [-1]]).astype(np.int32), 4)
    assert fitting
    beside = np.zeros((201, 201), np.float32)  # the last one is answered by no article
    beside[:200, :200] = similar
    for first in range(0, 201, 70):
        fitting.add_rows(first, beside[first : first + 70].copy())
    made = fitting.head()
    assert len(made.rows) <= 60
    assert set(np.bincount(owners[made.rows])) == {5, 18}
    assert (made.scores(similar).argmax(axis=1) == owners).mean() > 0.9
    assert np.abs(made.scores(similar) - np.eye(4)[owners]).mean() < 0.2


def test_many_wordings_are_learned_as_a_few_are_and_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The regression over some of them says what the one over all says, and no matrix of all with all is made."""
    subjects = [f"{verb} my {thing}" for verb in ("return", "pay", "track", "change") for thing in ("teapot", "parcel", "cup")]
    asked = [(f"a{n % 12}", f"{subjects[n % 12]} {['please', 'now', 'soon', 'today', 'again'][n % 5]} {n}") for n in range(600)]
    monkeypatch.setattr(wordings, "SOME", 100)
    whole = wordings.build(asked, None)
    monkeypatch.setattr(kernel_ridge, "EXACT", 400)
    monkeypatch.setattr(kernel_ridge, "LANDMARKS", 120)
    shapes: list[int] = []
    add = kernel_ridge.NystroemFit.add_rows
    monkeypatch.setattr(
        kernel_ridge.NystroemFit, "add_rows", lambda part, first, similar: (shapes.append(similar.size), add(part, first, similar))[1]
    )
    part = wordings.build(asked, None)
    assert part.head
    assert whole.head
    assert len(part.head.rows) <= 120 < len(whole.head.rows)
    assert max(shapes) == 100 * 600
    assert np.array_equal(part.near.own, whole.near.own)
    similar = whole.words.similarities([whole.words.hear(s) for s in subjects])
    assert list(part.head.scores(similar).argmax(axis=1)) == list(whole.head.scores(similar).argmax(axis=1))
