"""A composed text may be said only if every sentence stands in the articles that it cites."""

from __future__ import annotations

import pytest

from chalicelib.bot.answers import grounds
from tests.unit.lantern import lantern


@pytest.mark.parametrize(
    ("source", "said", "is_grounded"),
    [
        ("If it is damaged:\n\n- send a photo\n- keep the box", "Send a photo. [1]", False),
        ("If it is damaged:\n\n- send a photo\n- keep the box", "If it is damaged: send a photo. [1]", True),
        ("We ship to 60 countries; all are listed.", "We ship to 60 countries. [1]", True),
        ("We ship to 60 countries; all are listed.", "We ship to 6 countries. [1]", False),
        ("Write to help@shop.example.", "Please write to help@shop.example. [1]", True),
        ("欧盟以外由收件人支付关税。寄往瑞士的税费由我们付清。", "寄往瑞士的税费由我们付清。[1]", True),
        ("欧盟以外由收件人支付关税。寄往瑞士的税费由我们付清。", "寄往瑞士的税费由收件人支付。[1]", False),
        ("欧盟以外由收件人支付关税。", "您好，欧盟以外由收件人支付关税哦。[1]", True),
        (
            "If it is damaged:\n\n- send a photo\n- keep the box\n- wait",
            "If it is damaged:\n- send a photo\n- keep the box\n- wait [1]",
            True,
        ),
        ("If it is damaged:\n\n- send a photo\n- keep the box", "If it is damaged: [1]\n- keep the box [1]", False),
        ("Keep it. Dry it. Send it.", "Keep it. Dry it [1]. Send it [1].", True),
        ("Keep it. Dry it. Send it.", "Keep it. Send it. [1]", False),
        ("Can I send it? No, unless I ask.", "Can I send it? No. [1]", False),
        ("Can I send it? No, unless I ask.", "Can I send it, no? Unless I ask. [1]", False),
    ],
)
def test_sentences_are_found_whole_or_not_at_all(source: str, said: str, is_grounded: bool) -> None:
    assert (grounds.flaw(said, [source]) == "") is is_grounded


@pytest.mark.parametrize(
    ("said", "is_grounded"),
    [
        ("Tea is free. [1] We pay at once. [2]", True),
        ("Tea is free. [1] We pay at once. [2] We pay by card. [3]", True),
        ("Tea is free. [1] We pay by card. [3]", True),
        ("Tea is free. [1][2]", True),
        ("Tea is free. [2]", False),
        ("We pay at once. [2]", False),
        ("Tea is free. [1] We pay at once. [3]", False),
        ("Tea is free. [1] We pay at once. [1][2]", False),
        ("Tea is free. We pay at once. [2]", False),
        ("Tea is free. [1] We pay at once.", False),
        ("Tea is free. [1] We pay at once. [2] Write to pay@shop.example. [1]", False),
        ("Write to pay@shop.example. [1] We pay at once. [2]", True),
        ("Write to pay@shop.example. [2]", False),
        ("Tea is free. [1] We pay by card. [3] We pay at once. [2]", False),
        ("Tea is free. [1] We pay at once. [4]", False),
        ("Tea is free. [1] We pay at once. [0]", False),
        ("Tea is free.【1】", False),
    ],
)
def test_of_several_articles_one_is_told_after_the_other_each_from_its_own_source(said: str, is_grounded: bool) -> None:
    sources = ["Tea is free. Write to pay@shop.example.", "Tea is free. We pay at once.", "We pay by card."]
    assert (grounds.flaw(said, sources) == "") is is_grounded


def test_every_article_may_be_told_as_it_is() -> None:
    index = lantern().index
    assert index
    texts = [one.text for versions in index.articles.values() for one in versions.values() if len(one.text) < grounds.LONGEST - 10]
    assert [text for text in texts if grounds.flaw(f"{text} [1]", [text])] == []
    assert len(texts) > 40
