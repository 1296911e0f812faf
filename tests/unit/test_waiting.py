"""What somebody says who waits for a person: how long, never mind, hurry, the bot instead; a question of hers is none of these.

The lists (made for this project, CC0) are in two halves by crc32: the even one is what the patterns were tuned on; the odd one was
only counted.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from chalicelib.bot.interpretation.waiting import asks_receipt, explicit, meant, without_offer
from tests.unit.lantern import lantern

LISTS = Path(__file__).parents[1] / "fixtures" / "waiting_wordings"
KINDS = ("status", "close", "back", "give-up", "pressing", "person")


def rows(language: str, held_out: bool) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (LISTS / f"{language}.jsonl").read_text("utf-8").splitlines()]
    return [row for row in found if (crc32(row["text"].encode()) % 2 == 1) == held_out]


def right(found: list[dict[str, Any]]) -> float:
    return sum(meant(row["text"]) == row["meant"] for row in found) / len(found)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_of_unseen_wordings_of_each_kind_90_in_100_are_heard(language: str, kind: str) -> None:
    said = [row for row in rows(language, held_out=True) if row["meant"] == kind]
    assert len(said) >= 40
    assert right(said) >= 0.9


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_unseen_questions_and_additions_97_in_100_are_left_alone(language: str) -> None:
    others = [row for row in rows(language, held_out=True) if not row["meant"]]
    assert len(others) >= 200
    assert right(others) >= 0.97


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_the_tuning_part_all_but_a_few_are_understood(language: str) -> None:
    assert right(rows(language, held_out=False)) >= 0.99


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_needs_no_question_back_is_told_from_what_does(language: str) -> None:
    settled = [row for row in rows(language, held_out=True) if row["meant"] in ("close", "back", "give-up")]
    said = [row for row in settled if row["explicit"]]
    assert sum(explicit(row["text"]) for row in said) / len(said) >= 0.8
    assert sum(explicit(row["text"]) for row in settled if not row["explicit"]) / (len(settled) - len(said)) <= 0.03


@pytest.mark.parametrize(
    ("text", "kind", "is_explicit"),
    [
        ("hello?", "status", False),
        ("how long does delivery take", "", False),
        ("前面还有几个人？", "status", False),
        ("never mind, I found it myself. you can close this", "close", True),
        ("never mind, I found it", "close", False),
        ("never mind", "give-up", False),
        ("cancel the person", "back", False),
        ("取消人工，我想继续问机器人", "back", True),
        ("问题解决了，不用人工了", "close", True),
        ("问题还没解决", "", False),
        ("not urgent", "", False),
        ("very urgent, I fly tomorrow", "pressing", False),
        ("it's urgent, how much is shipping?", "", False),
        ("I don't want the bot, I want a human", "person", False),
        ("is it solved?", "", False),
        ("", "", False),
    ],
)
def test_what_stands_beside_it_decides(text: str, kind: str, is_explicit: bool) -> None:
    assert (meant(text), explicit(text)) == (kind, is_explicit)


@pytest.mark.parametrize("around", ["{}", "hi, {} please", "ok {} then, thanks", "{}!!!"])
@pytest.mark.parametrize(("said", "kind"), [("how long will it take", "status"), ("close the ticket", "close"), ("forget it", "give-up")])
def test_politeness_around_it_changes_nothing(around: str, said: str, kind: str) -> None:
    assert meant(around.format(said)) == kind


def test_a_huge_text_is_read_in_no_time() -> None:
    assert meant("lorem ipsum " * 9_000) == ""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("will I be the next?", "status"),
        ("how long do I need to wait for a reply", "status"),
        ("How much longer do I wait? My train leaves at noon.", "status"),
        ("by what time will you get back to me", "status"),
        ("几点能答复我", "status"),
        ("幾時先有人覆我", "status"),
        ("please do not trouble your team with this", "back"),
        ("唔好麻煩同事喇", "back"),
        ("nevermind, it was on your page", "close"),
        ("How long must I wait? And how much is shipping?", ""),
        ("how long do I have to wait for my order", ""),
        ("什么时候能发货", ""),
    ],
)
def test_of_the_wait_and_of_leaving_it(text: str, kind: str) -> None:
    assert meant(text) == kind


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Have you seen my message from Monday?", True),
        ("Kindly confirm that this arrived.", True),
        ("照片收到了吗", True),
        ("有冇收到我封信", True),
        ("Did you receive my return?", False),
        ("Please confirm my order", False),
        ("我还没收到包裹", False),
        ("包裹收到了", False),
    ],
)
def test_whether_her_words_arrived(text: str, asks: bool) -> None:
    assert asks_receipt(text) == asks


def test_none_of_the_bots_sentences_offers_a_person_to_whoever_waits_for_one() -> None:
    said = [text for texts in lantern().rules.sentences.values() for text in texts.values()]
    assert sum('"person"' in text or "“人工”" in text for text in said) > 20
    others = [text for text in said if '"person"' not in text and "人工" not in text]
    left = [without_offer(text) for text in said]
    assert not [text for text in left if '"person"' in text or "人工”" in text or "「人工" in text]
    assert [text for text in left if re.search(r"[:,;：，；、][.。]", text)] == []
    assert [text for text in others if without_offer(text) != text.strip()] == []
