"""What is nothing but courtesy is heard as such, in any wording; courtesy around a question or a fact is none.

The lists (made for this project, CC0) were written before the word lists. Half of the lines, by hash, is what these were tuned on; the
rest was only counted.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bot.interpretation.courtesies.small_talk import SENTENCES, kind
from tests.unit.halves import is_held_out
from tests.unit.lantern import lantern

LISTS = Path(__file__).parents[1] / "fixtures" / "small_talk_wordings"


@cache
def rows(language: str) -> list[tuple[str, str]]:
    lines = (LISTS / f"{language}.jsonl").read_text("utf-8").splitlines()
    return [(row["text"], row["kind"]) for row in map(json.loads, lines)]


def half(language: str, held_out: bool) -> list[tuple[str, str]]:
    return [(text, meant) for text, meant in rows(language) if is_held_out(text) is held_out]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_lists_hold_enough_of_each_kind(language: str) -> None:
    counts = {one: sum(meant == one for _, meant in rows(language)) for one in (*SENTENCES, "")}
    assert min(counts.values()) >= 20
    assert counts["thanks"] >= 120
    assert counts[""] >= 350
    assert sum(counts.values()) - counts[""] >= 350


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_unseen_courtesies_95_in_100_are_heard_and_90_in_100_as_what_they_are(language: str) -> None:
    heard = [(meant, kind(text)) for text, meant in half(language, held_out=True) if meant]
    assert sum(bool(found) for _, found in heard) / len(heard) >= 0.95
    assert sum(meant == found for meant, found in heard) / len(heard) >= 0.90


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_unseen_questions_and_facts_at_most_2_in_100_are_taken_for_courtesy(language: str) -> None:
    others = [kind(text) for text, meant in half(language, held_out=True) if not meant]
    assert sum(map(bool, others)) / len(others) <= 0.02


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_of_the_tuning_part_is_taken_for_courtesy(language: str) -> None:
    assert [text for text, meant in half(language, held_out=False) if not meant and kind(text)] == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("super, thank you very much!", "thanks"),
        ("brilliant, cheers, that helped a lot", "thanks"),
        ("thx a lot that helped 👍", "thanks"),
        ("好的好的，谢谢你姑娘，你很耐心", "thanks"),
        ("那算了，多谢", "thanks"),
        ("感謝你的幫忙", "thanks"),
        ("唔該晒", "thanks"),
        ("Thanks, Mia", "thanks"),
        ("谢谢 小王", "thanks"),
        ("Dear team,\n\nthank you so much for your quick help.\n\nBest regards\nAnna Smith", "thanks"),
        ("ok it arrived just now, problem solved", "solved"),
        ("ah ok. then I'll wait till tuesday, never mind", "acknowledged"),
        ("thanks, bye", "goodbye"),
        ("found it, thank you", "solved"),
        ("sorry for the trouble, and thanks", "thanks"),
        ("hello, ok", "acknowledged"),
        ("THAAANKS SOOO MUCH!!!! ❤️❤️", "thanks"),
        ("hello, can you help me?", "greeting"),
        ("👍🏽", "thumbs"),
        ("？？？", "puzzled"),
    ],
)
def test_the_strongest_kind_that_is_said_counts(text: str, meant: str) -> None:
    assert kind(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("thanks, but where is my parcel", "ok and how much is it", "thanks for nothing, it's still broken", "ok it's A-10342"),
        *(
            "I'll wait but tell me how long",
            "great, another broken cup",
            "谢谢，那运费呢",
            "好的，那什麼時候會到",
            "thanks 😡",
            "🚲",
            "",
            "...",
        ),
    ],
)
def test_courtesy_around_a_question_a_fact_or_anger_is_none(text: str) -> None:
    assert kind(text) == ""


def test_each_kind_has_a_sentence_and_what_is_said_again_and_again_has_three() -> None:
    sentences = lantern().rules.sentences
    assert set(SENTENCES.values()) <= sentences.keys()
    for name in set(SENTENCES.values()):
        texts = [sentences[one] for one in (name, f"{name}.2", f"{name}.3")]
        assert all(len({variant[language] for variant in texts}) == 3 for language in ("en", "zh", "zh-Hant"))


@given(st.text(max_size=300))
def test_any_text_is_of_a_known_kind_or_none(text: str) -> None:
    assert kind(text) in ("", *SENTENCES)
