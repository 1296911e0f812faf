"""What customers ask of an article that does not tell it is found, and what it tells in other words is not.

The texts and questions (made for this project, CC0) were written before the check. It was tuned on the half with an even crc32 and on the
demo's articles; of the other half only the score is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.governance import queue_names
from chalicelib.knowledge.articles import untold as check
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import example
from chalicelib.knowledge.articles.untold import Untold, untold
from chalicelib.knowledge.encoder import encoder
from infra.articles import read_folder
from tests.unit.halves import is_held_out
from tests.unit.lantern import FOLDER

LISTS = Path(__file__).parents[1] / "fixtures" / "untold_wordings"


def article(text: str, *asked: str, language: str = "en", title: str = "Our teas", name: str = "teas") -> Article:
    return Article(name, language, title, text, "", asked)


def missing(text: str, asked: str, **more: str) -> tuple[str, ...]:
    found = untold([article(text, asked, **more)], [], None)
    return found[0].missing if found else ()


class Near:
    """An encoder of one direction per group of words."""

    name = version = "near"

    def __init__(self, *groups: str) -> None:
        self.groups = [group.split() for group in groups]
        self.seen: list[str] = []

    def __hash__(self) -> int:
        return 1

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 100), np.float32)
        for row, text in enumerate(texts):
            self.seen.append(text)
            rows[row, next((n for n, group in enumerate(self.groups) if text in group), len(self.groups) + len(self.seen))] = 1
        return rows


@pytest.mark.parametrize(
    ("text", "asked", "words"),
    [
        ("Green and black tea from Assam.", "Which teas contain caffeine?", ("caffeine",)),
        ("We ship to Norway and Japan.", "Do you ship to Canada?", ("canada",)),
        ("Write to us by mail.", "What is your phone number?", ("phone", "number")),
        ("Delivery takes three days.", "Delivery time to France", ("france",)),
        ("It costs 5 €.", "how much is a sample", ("sample",)),
    ],
)
def test_what_no_word_tells_is_named(text: str, asked: str, words: tuple[str, ...]) -> None:
    assert missing(text, asked) == words


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Payment is by card.", "Can I pay with cards?"),
        ("Parcels are shipped in two boxes.", "What does the shipping box look like?"),
        ("It has no allergens.", "Is it allergic?"),
        ("It costs 5 €.", "How much are the fees?"),
        ("We send to the European Union.", "Do you send to the EU?"),
        ("Tell us.", "My card was declined"),
        ("Tell us.", "How do I descale it?"),
        ("Re-heat it.", "Should it be reheated?"),
        ("Read https://shop.example/vegan first", "Is there something to read?"),
    ],
)
def test_forms_values_abbreviations_complaints_and_actions_are_no_matter(text: str, asked: str) -> None:
    assert missing(text, asked) == ()


@pytest.mark.parametrize(
    ("language", "text", "asked", "words"),
    [
        ("zh", "纯茶只含茶叶。", "哪些茶含咖啡因", ("咖啡因",)),
        ("zh-Hant", "純茶只含茶葉。", "哪些茶含咖啡因？", ("咖啡因",)),
        ("zh-Hant", "茶裡有咖啡因。", "哪些茶含咖啡因？", ()),
        ("zh", "绿茶含咖啡因。", "綠茶含咖啡因嗎", ()),
        ("zh", "可以寄到英国和瑞士。", "能寄到中国吗", ("中国",)),
        ("zh", "见https://shop.example/zh/page里，含咖啡因", "哪些茶含咖啡因", ()),
        ("zh", "请告诉我们。", "茶壶碎了怎么办", ()),
        ("zh", "满 40 欧元包邮。", "多少钱包邮", ()),
    ],
)
def test_chinese_is_compared_by_pairs_of_characters_in_either_script(language: str, text: str, asked: str, words: tuple[str, ...]) -> None:
    assert missing(text, asked, language=language, title="茶") == words


def test_what_means_the_same_is_told_but_no_name_by_another() -> None:
    near = Near("kids children", "canada norway")
    asked = article("Children like Norway.", "Is it for kids?", "Is it sold in Canada?")
    assert [row.wording for row in untold([asked], [], near)] == ["Is it sold in Canada?"]


def test_what_many_other_articles_say_is_the_whole_businesss() -> None:
    asked = article("Green tea.", "Is the parcel closed?")
    others = [article("Our parcel.", title="Parcel", name=f"a{number}") for number in range(3)]
    assert untold([asked], [], None)[0].missing == ("parcel", "closed")
    assert untold([asked, *others], [], None)[0].missing == ("closed",)


def test_examples_count_once_and_only_for_an_article_in_their_language() -> None:
    made = [
        example("Is it vegan?", name, language, source="agent", by="ann", at=1) for name in ("teas", "none") for language in ("en", "zh")
    ]
    assert untold([article("Tea.", "Is it vegan?")], made, None) == [Untold("teas", "en", "Is it vegan?", ("vegan",))]


def test_no_more_is_embedded_than_a_release_has_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "LOOKED", 6)
    near = Near("none")
    articles = [article("Green leaves only.", "Is it vegan?"), article("Some other words entirely.", "Is it halal?", name="b")]
    assert [row.missing for row in untold(articles, [], near)] == [("vegan",)]
    assert len(near.seen) <= 6


def test_of_the_demos_wordings_few_ask_what_is_not_told() -> None:
    articles = read_folder(FOLDER, queue_names.known())
    assert len(untold(articles, [], encoder.load())) <= 0.02 * sum(len(one.examples) for one in articles)


@pytest.mark.parametrize(("language", "recall", "precision"), [("en", 0.7, 0.6), ("zh", 0.75, 0.9)])
def test_of_unseen_questions_most_are_told_apart(language: str, recall: float, precision: float) -> None:
    articles, wanted = [], set()
    for group in json.loads((LISTS / f"{language}.json").read_text("utf-8")):
        asked = [text for text in group["told"] + group["untold"] if is_held_out(text)]
        articles.append(article(group["text"], *asked, language=language, title=group["title"], name=group["title"]))
        wanted |= set(asked) & set(group["untold"])
    found = {row.wording for row in untold(articles, [], encoder.load())}
    hits = len(found & wanted)
    assert len(wanted) >= 19
    assert (hits / len(wanted) >= recall, hits / len(found) >= precision) == (True, True)
