"""Tea that has gone bad is not to be drunk and goes to a person; nobody is sent to the emergency number for it unless somebody is ill.

The lists (made for this project, CC0) were written before the patterns; their half with an odd crc32 was only counted.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.bot.rules.facts import hear
from tests.unit.dialogue_world import World, make_world, seen
from tests.unit.halves import is_held_out

__all__ = ["make_world"]

LISTS = Path(__file__).parents[1] / "fixtures" / "spoilt_wordings"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("held_out", [False, True])
def test_what_has_gone_bad_is_told_from_how_tea_is_kept_and_ages(language: str, held_out: bool) -> None:
    rows = [json.loads(line) for line in (LISTS / f"{language}.jsonl").read_text("utf-8").splitlines()]
    half = [row for row in rows if is_held_out(row["text"]) == held_out]
    assert len(half) >= 15
    assert sum(hear(row["text"]).spoilt == row["spoilt"] for row in half) / len(half) >= 0.9
    assert not any(hear(row["text"]).urgent_topic for row in half)


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        (("熟普也是一樣嗎 有點霉味耶",), "請先不要喝|照片"),
        (("there is fuzzy stuff in my tea tin",), "do not drink it|photo"),
        (("发霉了",), "请先不要喝|照片"),
        (("my tea smells musty", "can i still drink it"), "do not drink it, and keep it"),
        (("茶饼上长了白毛", "还能喝吗"), "请先不要喝"),
        (("my tea smells musty", "can I get my money back, I had more than two cups"), "a colleague decides"),
        (("发霉了", "可以拍照给你们看吗"), "直接发到这里"),
        (("disgusting!! mouldy tea again, useless shop",), "I am sorry|do not drink it"),
    ],
)
def test_it_is_kept_and_a_person_looks_at_it(world: World, said: tuple[str, ...], holds: str) -> None:
    last = seen(world, *said)[-1]
    assert (last.owner, last.articles) == ("queue", ())
    assert all(part in last.text for part in holds.split("|")), last.text
    assert not any(word in last.text for word in ("112", "120", "119", "better with time", "越陈越香", "越陳越香"))


def test_whoever_drank_it_and_is_ill_is_told_whom_to_call(world: World) -> None:
    last = seen(world, "发霉了", "已经喝了 现在肚子疼")[-1]
    assert (last.outcome, last.urgency) == ("urgent", "urgent")
    assert "急救电话" in last.text


@pytest.mark.parametrize("text", ["How long does tea keep?", "茶叶能放多久"])
def test_how_it_keeps_is_still_answered(world: World, text: str) -> None:
    assert seen(world, text)[-1].articles == ("store-tea",)
