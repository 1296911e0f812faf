"""How a message sounds, in both languages: counted on sentences that the word lists were not made from."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bot.interpretation import mood
from chalicelib.bot.interpretation.mood import sentiment, urgency

FOLDER = Path(__file__).parents[1] / "fixtures" / "moods"
NEGATIVE, POSITIVE = -0.5, 0.3

Row = dict[str, str]


def rows(language: str, part: str) -> list[Row]:
    with (FOLDER / f"{language}.tsv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["part"] == part]


def sounds(text: str) -> str:
    found = sentiment(text)
    return "negative" if found <= NEGATIVE else "positive" if found >= POSITIVE else "neutral"


def counted(sentences: list[Row], column: str, label: str, guess: Callable[[str], str]) -> tuple[float, float]:
    """(precision, recall) of one label."""
    guessed = [(row[column], guess(row["text"])) for row in sentences]
    right = sum(truth == found == label for truth, found in guessed)
    return right / max(1, sum(found == label for _, found in guessed)), right / sum(truth == label for truth, _ in guessed)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", ["tune", "dev"])
def test_what_was_tuned_on_is_told_apart(language: str, part: str) -> None:
    known = rows(language, part)
    for label in ("negative", "positive"):
        precision, recall = counted(known, "mood", label, sounds)
        assert (precision >= 0.95, recall >= 0.85) == (True, True), (label, precision, recall)
    assert not [row["text"] for row in known if row["mood"] != "negative" and sentiment(row["text"]) <= mood.UPSET]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_how_urgent_it_is_is_told_apart_where_that_was_tuned_on(language: str) -> None:
    for level in ("now", "soon"):
        precision, recall = counted(rows(language, "tune"), "urgency", level, urgency)
        assert (precision >= 0.95, recall >= 0.85) == (True, True), (level, precision, recall)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_new_sentences_what_is_heard_is_so_and_most_is_heard(language: str) -> None:
    """Words alone: no false alarm, and two thirds and more of what a person would hear."""
    new = rows(language, "held")
    precision, recall = counted(new, "mood", "negative", sounds)
    assert (precision >= 0.9, recall >= 0.7) == (True, True), (precision, recall)
    precision, recall = counted(new, "mood", "positive", sounds)
    assert (precision >= 0.9, recall >= 0.6) == (True, True), (precision, recall)
    assert not [row["text"] for row in new if row["mood"] != "negative" and sentiment(row["text"]) <= mood.UPSET]
    assert not [row["text"] for row in new if urgency(row["text"]) == "now" and row["urgency"] == ""]


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ("This is absolutely terrible", "This is terrible"),
        ("This is terrible", "This is a bit terrible"),
        ("I am not happy with it", "I am happy with it"),
        ("WHERE IS MY ORDER, STILL NOTHING", "where is my order, still nothing"),
        ("still nothing!!!", "still nothing"),
        ("the tin is dented 😡", "the tin is dented"),
        ("the tin is dented", "the tin is fine 👍"),
        ("非常糟糕", "有点糟糕"),
        ("我不满意", "我满意"),
        ("还没到？！！", "还没到"),
        ("罐子瘪了😡", "罐子瘪了"),
        ("罐子瘪了", "罐子很好👍"),
    ],
)
def test_negation_emphasis_shouting_and_emoji_count(worse: str, better: str) -> None:
    assert sentiment(worse) < sentiment(better)


def test_traditional_characters_sound_the_same() -> None:
    assert sentiment("太差勁了，我要投訴") == sentiment("太差劲了，我要投诉") <= mood.UPSET
    assert urgency("請馬上處理") == "now"


@given(st.text(max_size=400))
def test_any_text_has_a_sentiment(text: str) -> None:
    assert -1 <= sentiment(text) <= 1
    assert urgency(text) in ("", "soon", "now")


@pytest.mark.parametrize("text", ["not " * 25_000, "不" * 100_000, "very bad " * 11_000, "😡" * 100_000, "!?" * 50_000])
def test_no_text_takes_long(text: str) -> None:
    sentiment("warm")
    began = time.process_time()
    sentiment(text)
    urgency(text)
    assert time.process_time() - began < 0.3
