"""After an alarm, that nobody is hurt ends it, and what to do with the thing is answered; a harm is heard beside it all the same.

The lists (made for this project, CC0) were written before the patterns; their half with an odd crc32 was only counted.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.bot.interpretation.hazards.aftermath import beside, meant
from tests.unit.halves import is_held_out

# How these ask to be answered like others: whether it is serious is for a doctor, whether it may be used again of what to do with it.
_LIKE = {"risk": "doctor", "again": "keep"}
LISTS = Path(__file__).parents[1] / "fixtures" / "aftermath_wordings"


def share(language: str, *, held_out: bool) -> float:
    """Of one half of a list, how much is heard as what it is? Whether it is serious is asked of a doctor, too, where a body suffers."""
    rows = [json.loads(line) for line in (LISTS / f"{language}.jsonl").read_text("utf-8").splitlines()]
    half = [row for row in rows if is_held_out(row["text"]) == held_out]
    assert len(half) >= 40
    return sum(_LIKE.get(meant(row["text"]), meant(row["text"])) == row["meant"] for row in half) / len(half)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_unseen_wordings_90_in_100_are_heard_as_what_they_are(language: str) -> None:
    assert share(language, held_out=True) >= 0.9
    assert share(language, held_out=False) >= 0.98


@pytest.mark.parametrize(
    "text",
    [
        "no one got hurt",
        "everybody's fine, it went out on its own",
        "we are both ok",
        "false alarm, the smoke is gone",
        "already unplugged it",
        "There were no injuries.",
        "我们都没事",
        "幸好冇人受傷",
        "虛驚一場",
        "火已經滅了，大家平安",
        "现在不冒烟了",
    ],
)
def test_it_is_over(text: str) -> None:
    assert meant(text) == "calm"


@pytest.mark.parametrize(
    "text",
    [
        "is everybody fine?",
        "he is not ok",
        "i do not feel better now",
        "the swelling has not gone down",
        "my heart is not slowing down",
        "the rash is gone but now i am dizzy",
        "i could not switch it off at the fuse",
        "还没缓过来",
        "呼吸还没恢复正常",
        "還沒消腫",
        "唔舒服咗",
        "nobody else is hurt but my arm is badly burnt",
        "we are fine, but the dog is vomiting",
        "他会没事吗",
        "孩子没事吧？",
        "大人没事，宝宝嘴唇肿了",
        "it is still smoking",
        "还在冒烟",
        "please hurry, I need it on Friday",
    ],
)
def test_what_asks_or_tells_of_harm_is_no_end(text: str) -> None:
    assert meant(text) != "calm"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("shall I turn it off at the wall?", "plug"),
        ("can I pour water on it", "plug"),
        ("插頭要不要拔掉", "plug"),
        ("do I bin the rest of the tea?", "keep"),
        ("should we throw the tin away or not", "keep"),
        ("may I still drink it", "keep"),
        ("剩下的還能喝嗎", "keep"),
        ("要不要扔掉", "keep"),
        ("what shall we do", "help"),
        ("咁點算呀", "help"),
        ("要不要去医院", "doctor"),
        ("do you ship to Canada?", ""),
        ("发票怎么开", ""),
    ],
)
def test_what_to_do_is_asked(text: str, kind: str) -> None:
    assert meant(text) == kind


def test_what_is_said_beside_it_is_left() -> None:
    assert beside("Nobody is hurt. When do I get a new one?") == "When do I get a new one?"
    assert beside("大家都没事，新的什么时候寄？") == "新的什么时候寄？"
