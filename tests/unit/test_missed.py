"""What is asked beside the word that an answer missed, or that its subject is dropped; and who wants no person.

The lists (made for this project, CC0) are in two halves by crc32: the even one is what the patterns were tuned on; the odd one was only
counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.bot.interpretation import missed
from chalicelib.bot.interpretation.courtesies import parting
from chalicelib.bot.interpretation.nonsense import is_unfinished
from chalicelib.bot.rules.facts import hear
from tests.unit.halves import heard, is_held_out, listed

LISTS = Path(__file__).parents[1] / "fixtures" / "missed_wordings"


def right(name: str, *, held_out: bool) -> tuple[float, float]:
    """Of one half of a list, where something is asked and where nothing is."""
    rows = [json.loads(line) for line in (LISTS / f"{name}.jsonl").read_text("utf-8").splitlines()]
    half = [row for row in rows if is_held_out(row["text"]) == held_out]
    said, others = ([row for row in half if bool(row["asks"]) is asks] for asks in (True, False))
    return tuple(sum(missed.asks(row["text"]) == row["asks"] for row in part) / len(part) for part in (said, others))  # type: ignore[return-value]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_asked_instead_is_heard(language: str) -> None:
    said, others = right(language, held_out=True)
    assert (said >= 0.7, others >= 0.9) == (True, True), (said, others)
    said, others = right(language, held_out=False)
    assert (said >= 0.9, others >= 0.9) == (True, True), (said, others)


HEARD: dict[str, tuple[str, Callable[[str], object]]] = {
    "missed_wordings/{}_unwanted": ("unwanted", missed.unwanted),
    "small_talk_wordings/{}_begun": ("begun", is_unfinished),
    "small_talk_wordings/{}_glad": ("kind", lambda text: parting.kind(text, lambda: "")),
    "person_wordings/{}_beside": ("person", lambda text: hear(text).asked_for_person),
}


def shares(name: str, language: str, *, held_out: bool) -> tuple[float, float]:
    key, hears = HEARD[name]
    return heard(listed(f"{name.format(language)}.jsonl"), key, hears, held_out=held_out)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", list(HEARD))
def test_most_of_the_unseen_wordings_are_heard_as_what_they_are(name: str, language: str) -> None:
    meant, others = shares(name, language, held_out=True)
    assert (meant >= 0.6, others >= 0.85) == (True, True), (meant, others)
    meant, others = shares(name, language, held_out=False)
    assert (meant >= 0.8, others >= 0.9) == (True, True), (meant, others)


def test_no_question_is_taken_for_the_beginning_of_one() -> None:
    files = ("follow_ups/en", "follow_ups/zh", "intents/own_shop_en_zh/test_en", "intents/own_shop_en_zh/test_zh", "shops/asked")
    rows = [json.loads(line) for name in files for line in (LISTS.parent / f"{name}.jsonl").read_text("utf-8").splitlines()]
    asked = [row.get("say") or row["text"] for row in rows]
    assert len(asked) >= 3_000
    assert [text for text in asked if is_unfinished(text)] == []
