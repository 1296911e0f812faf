"""Retrieval: the right article first, typing errors forgiven, confidence that means something, time that stays bounded."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bot.interpretation.retrieval import search
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.index import index
from chalicelib.knowledge.index.index import Index
from chalicelib.knowledge.index.words import LONGEST, cut, simplified
from tests.unit.lantern import lantern

DAY = "2026-11-23"
WISHES = ["change", "cancel", "renew", "activate", "download", "share", "compare", "report"]


def knowledge(count: int) -> Index:
    """`count` articles of two invented words each, so that every question has one right answer."""
    made = [
        Article(f"a{n}", "en", f"How do I {WISHES[n % len(WISHES)]} the thing{n // len(WISHES)}x?", "text", "text") for n in range(count)
    ]
    return index.read(*index.build(made))


def own() -> Index:
    found = lantern().index
    assert found
    return found


def test_every_example_finds_its_article_surely() -> None:
    wrong = []
    for versions in own().articles.values():
        for article in versions.values():
            for example in (article.title, *article.examples):
                hits = search(own(), example, DAY)
                if hits[0].article != article.id or hits[0].confidence < lantern().rules.answer:
                    wrong.append((example, hits[0].article, round(hits[0].confidence, 2)))
    assert len(wrong) <= 3, wrong


@pytest.mark.parametrize("typo", ["cancle my order", "cancel my ordre", "cancl my order", "canceel my order", "CANCEL MY ORDER!!"])
def test_typing_errors_are_forgiven(typo: str) -> None:
    hit = search(own(), typo, DAY)[0]
    assert (hit.article, hit.confidence > 0.7) == ("cancel-order", True)


def test_traditional_characters_find_simplified_articles() -> None:
    assert simplified("退貨標籤在哪裡") == "退货标签在哪里"
    assert search(own(), "退貨標籤在哪裡", DAY)[0].article == "return-item"


def test_characters_that_cannot_be_seen_do_not_hide_a_word() -> None:
    assert cut("re\u200bfund") == cut("refund") == cut("ＲＥＦＵＮＤ")


def test_nothing_in_common_finds_nothing() -> None:
    assert search(own(), "zzzqqq xxyyzz", DAY) == []
    assert search(index.read(*index.build([])), "Where is my order?", DAY) == []


@given(st.text(max_size=300))
def test_confidences_are_shares_in_falling_order(text: str) -> None:
    hits = search(own(), text, DAY)
    assert [h.confidence for h in hits] == sorted((h.confidence for h in hits), reverse=True)
    assert all(0 <= h.confidence <= 1 for h in hits)
    assert len({h.article for h in hits}) == len(hits) <= 3


def test_ten_times_the_articles_do_not_take_ten_times_as_long() -> None:
    questions = [f"please, how can I {WISHES[n % 8]} my thing{n}x today?" for n in range(60)]
    small, large = knowledge(800), knowledge(8_000)

    def cpu(known: Index) -> float:
        best = []
        for _ in range(3):
            start = time.process_time()
            for question in questions:
                search(known, question, DAY)
            best.append(time.process_time() - start)
        return min(best)

    assert cpu(large) < 4 * cpu(small)


def test_a_text_of_any_length_is_cut() -> None:
    assert cut("word " * 100_000) == cut("word " * (LONGEST // 5))
