"""A thing that no article names is named as unknown; a word that is only common, misspelt or a person's is not.

The wordings (made for this project, CC0) are in two halves by crc32: on the even one the patterns were tuned; the odd one was only counted.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bot.answers.answer import Answer
from chalicelib.bot.interpretation.unnamed.unnamed import unnamed
from chalicelib.knowledge.index.words import normal
from tests.unit.dialogue_world import World, lantern_mind, make_world, seen
from tests.unit.halves import is_held_out
from tests.unit.lantern import ask, lantern

__all__ = ["make_world"]
FIXTURES = Path(__file__).parents[1] / "fixtures"
LEAST = {"en": 0.73, "zh": 0.85}  # of the held-out half, two points below what was measured


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FIXTURES / name).read_text("utf-8").splitlines()]


def heard(text: str) -> str:
    index = lantern().index
    assert index
    return unnamed(text, index)


def half(language: str, held_out: bool) -> list[dict[str, Any]]:
    return [row for row in read(f"unnamed_wordings/{language}.jsonl") if is_held_out(row["text"]) is held_out]


@cache
def answered(language: str) -> list[str]:
    """Questions that an article answers, of all fixtures."""
    turns = [turn for row in read(f"dialogues/{language}.jsonl") for turn in row["turns"]]
    said = [turn["say"] for turn in turns if turn.get("right", "").startswith("answer")]
    said += [row["text"] for kind in ("test", "train") for row in read(f"intents/own_shop_en_zh/{kind}_{language}.jsonl")]
    index = lantern().index
    assert index
    known = [versions[language] for versions in index.articles.values() if language in versions]
    return said + [text for one in known for text in (one.title, *one.examples)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_most_things_that_no_article_names_are_heard(language: str) -> None:
    rows = [row for row in half(language, held_out=True) if row["word"]]
    assert len(rows) >= 25
    found = [(normal(row["word"]), normal(heard(row["text"]))) for row in rows]
    assert sum(bool(said) and (word in said or said in word) for word, said in found) / len(rows) >= LEAST[language]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("held_out", [False, True])
def test_common_words_people_and_places_are_no_unknown_things(language: str, held_out: bool) -> None:
    assert [row["text"] for row in half(language, held_out) if not row["word"] and heard(row["text"])] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_questions_that_an_article_answers_not_one_in_100_names_something_unknown(language: str) -> None:
    questions = answered(language)
    assert len(questions) >= 800
    assert sum(bool(heard(text)) for text in questions) / len(questions) <= 0.01


@pytest.mark.parametrize(
    "text", ["do you take paypall", "do you do delivry to norway", "do you have a warrenty", "can i pay with vsia", "do you sell mtcha"]
)
def test_a_slip_of_the_finger_is_no_unknown_thing(text: str) -> None:
    assert heard(text) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("do u sell tapioca pearls or nah", "“tapioca pearls”"),
        ("有珍珠卖吗", "“珍珠”"),
        ("可以寄到台灣的7-11嗎", "「7-11」"),
        ("抹茶是哪裡產的", "「產地」"),
    ],
)
def test_the_bot_says_what_it_does_not_know_and_offers_a_person(text: str, said: str) -> None:
    decided = ask(text, lantern_mind())
    assert isinstance(decided, Answer)
    assert said in decided.text
    assert decided.choices
    assert not decided.article


def test_what_is_surely_asked_for_is_told_beside_it() -> None:
    decided = ask("How do I brew green tea? And gyokuro?", lantern_mind())
    assert isinstance(decided, Answer)
    assert "“gyokuro”" in decided.text
    assert "75 °C" in decided.text


def test_her_own_letters_are_quoted() -> None:
    assert heard("可以用LINE Pay嗎") == "LINE Pay"
    assert heard("Do you sell Tapioca Pearls?") == "Tapioca Pearls"


@given(st.text(max_size=120))
def test_it_never_raises(text: str) -> None:
    heard(text)


@pytest.mark.parametrize(
    ("said", "named", "without"),
    [
        (("my teapot came smashed", "do you sell tapioca pearls"), "“tapioca pearls”", "photo"),
        (("how do i return something", "ok and do you have doodads"), "“doodads”", "30 days"),
        (("talk to a person", "the teapot arrived in pieces", "do you sell tapioca pearls"), "“tapioca pearls”", "photo"),
        (("茶壶收到就碎了", "你们有卖珍珠吗"), "“珍珠”", "照片"),
        (("茶壺碎了 太差勁了", "你們有賣珍珠嗎"), "「珍珠」", "照片"),
        (("怎么退货", "有珍珠卖吗"), "“珍珠”", "30 天"),
    ],
)
def test_of_a_thing_that_nothing_names_no_line_of_the_article_before_is_told(
    world: World, said: tuple[str, ...], named: str, without: str
) -> None:
    last = seen(world, *said)[-1]
    assert (named in last.text, without in last.text) == (True, False), last.text
