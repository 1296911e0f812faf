"""Whoever asks for a person is heard, in any wording; whoever only uses the words is not taken at them.

The lists (made for this project, CC0) were written before the patterns. A third of the lines, by hash, is what the patterns
were tuned on; the rest was only counted.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from chalicelib.bot.interpretation.person import is_asked_for
from chalicelib.bot.interpretation.phrases import plain
from chalicelib.bot.rules.facts import hear

LISTS = Path(__file__).parents[1] / "fixtures" / "person_wordings"


def is_held_out(text: str) -> bool:
    return sha256(text.encode()).digest()[0] % 3 != 0


def lines(language: str, mark: str, held_out: bool) -> list[str]:
    rows = (LISTS / f"{language}.txt").read_text("utf-8").splitlines()
    return [row[2:] for row in rows if row[:1] == mark and is_held_out(row[2:]) == held_out]


def heard(texts: list[str]) -> list[str]:
    return [text for text in texts if is_asked_for(plain(text))]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_unseen_wordings_95_in_100_are_heard_and_98_in_100_of_what_is_heard_is_one(language: str) -> None:
    asking, others = lines(language, "+", held_out=True), lines(language, "-", held_out=True)
    assert len(asking) >= 150
    assert len(others) >= 90
    right, wrong = len(heard(asking)), len(heard(others))
    assert right / len(asking) >= 0.95
    assert right / (right + wrong) >= 0.98


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_wording_of_the_tuning_part_is_taken_wrongly(language: str) -> None:
    assert heard(lines(language, "-", held_out=False)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order? It has been two weeks. Please let me talk to somebody.",
        "谢谢。不过我还是想找人工客服。",
        "  HUMAN , please !! ",
        "ok… agent pls",
        "I'd like to speek with a represntative",
        "不好意思，请问可以帮我转人工吗？我已经等了很久了",
        "請幫我轉真人客服，謝謝",
    ],
)
def test_it_is_heard_amid_other_words_with_slips_and_in_both_scripts(text: str) -> None:
    assert is_asked_for(plain(text))


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("That was the same text again. Human.", True),
        ("no no no, agent", True),
        ("Not that!\nperson", True),
        ("is there somebody who understands tea", True),
        ("又是这段话，真人", True),
        ("沒用。轉人工", True),
        ("有冇识嘅人可以答", True),
        ("the parcel, the person at the door, all gone", False),
        ("Name, address, e-mail: what else?", False),
        ("客服，请问几点上班", False),
    ],
)
def test_the_word_for_a_person_as_a_piece_of_its_own_is_one(text: str, is_asked: bool) -> None:
    assert hear(text).asked_for_person == is_asked


def test_a_huge_text_is_read_in_no_time_and_its_end_is_heard() -> None:
    assert is_asked_for(plain("lorem ipsum " * 9_000 + "let me talk to a person"))
