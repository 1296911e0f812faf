"""Which piece of a message is a question of its own, so that it may be named as open.

The lists (made for this project, CC0) are in two halves by crc32: on the even one the words were tuned; the odd one was only counted.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.bot.interpretation.own_question import is_own
from tests.unit.dialogue_world import World, make_world, seen
from tests.unit.halves import is_held_out

__all__ = ["make_world"]
LISTS = Path(__file__).parents[1] / "fixtures" / "second_wordings"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("asks", [False, True])
def test_a_piece_without_words_of_its_own_is_no_question(language: str, held_out: bool, asks: bool) -> None:
    rows = [json.loads(line) for line in (LISTS / f"{language}.jsonl").read_text("utf-8").splitlines()]
    half = [row["text"] for row in rows if is_held_out(row["text"]) is held_out and row["asks"] is asks]
    assert len(half) >= 10
    assert sum(is_own(text) is asks for text in half) / len(half) >= 0.9


@pytest.mark.parametrize(
    ("text", "scrap"),
    [
        ("my card got declined just now, why", "“why”"),
        ("I forgot my password. can you not just do it", "just do it"),
        ("你们几点关门 他还没喝呢", "还没喝"),
        ("好 咁仲有 寄香港要幾多錢運費", "「咁」"),
    ],
)
def test_no_scrap_is_quoted_as_her_other_question(world: World, text: str, scrap: str) -> None:
    found = seen(world, text)[-1]
    assert found.outcome == "answer"
    assert scrap not in found.text


def test_a_second_question_is_still_named(world: World) -> None:
    assert "trampoline" in seen(world, "how long does delivery to Germany take? and how high is your trampoline?")[-1].text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("how long is a gift card valid? does he have to spend it all in one go?", "all in one go"),
        ("绿茶水温多少？抹茶是纯茶吧，会不会也沾到坚果？", "抹茶是纯茶吧"),
    ],
)
def test_what_was_just_answered_is_not_called_open(world: World, text: str, named: str) -> None:
    found = seen(world, text)[-1]
    assert found.outcome == "answer"
    assert named not in found.text
