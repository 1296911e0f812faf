"""What somebody says who waits for a person: how long, never mind, hurry, the bot instead; a question of hers is none of these.

The lists (made for this project, CC0) are in two halves by crc32: the even one is what the patterns were tuned on; the odd one was
only counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import yaml_files
from chalicelib.bot.interpretation.waiting import asks_receipt, explicit, meant, without_offer
from tests.unit.halves import is_held_out

LISTS = Path(__file__).parents[1] / "fixtures" / "waiting_wordings"
BOT = Path(__file__).parents[2] / "chalicelib" / "bot"
KINDS = ("status", "close", "back", "give-up", "pressing", "person")


def rows(language: str, held_out: bool) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (LISTS / f"{language}.jsonl").read_text("utf-8").splitlines()]
    return [row for row in found if is_held_out(row["text"]) == held_out]


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


OFFERS = re.compile(r"""(?:[Rr]eply|[Ww]rite|or) "person"|[“「]人工[”」]""")
CUT = re.compile(r"[,;:，；：、(（]\s*(?:[.!?。！？]|$)|\bor\s*(?:[.!?]|$)|[(（]\s*[)）]|(?:或|或者|也可以|请|請)(?:[。！？]|$)")


def strings(known: Any) -> Iterator[str]:
    """All texts of a file, however deep they stand."""
    if isinstance(known, str):
        yield known
    else:
        for one in known.values() if isinstance(known, dict) else known if isinstance(known, list) else ():
            yield from strings(one)


SAID = sorted({text for name in ("rules/rules.yaml", "actions/actions.yaml") for text in strings(yaml_files.read(BOT / name))})


def test_a_sentence_that_offers_no_person_stays_as_it_is() -> None:
    assert [text for text in SAID if not OFFERS.search(text) and without_offer(text) != text.strip()] == []


@pytest.mark.parametrize("text", [text for text in SAID if OFFERS.search(text)])
def test_a_person_is_not_offered_to_whoever_waits_for_one_and_no_clause_is_cut_in_two(text: str) -> None:
    left = without_offer(text)
    assert not OFFERS.search(left)
    assert not CUT.search(left)
    assert left == "" or left[-1] in ".!?。！？)）"
    assert all(left.count(first) == left.count(last) for first, last in ("()", "（）", "“”", "「」"))
    assert left[:-1].replace('" or "', '", "') in text or left.rstrip(".。)）")[:-1].replace('" or "', '", "') in text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('A colleague can look it up, too: reply "person".', "A colleague can look it up, too."),
        ('If you would rather talk to a person, reply "person".', ""),
        ('It is 3.90 €. See lantern-tea.example/help. Then reply "person".', "It is 3.90 €. See lantern-tea.example/help."),
        ('Reply with its number, or "person" to talk to one of us.', "Reply with its number."),
        ('Write "again", "other address" or "person".', 'Write "again" or "other address".'),
        ("也可以请同事核实，请回复“人工”。", "也可以请同事核实。"),
        ("如果没有收到包裹，请回复“人工”，我们帮您查找。", ""),
        ("沒有訂單號我查不到訂單，人工客服可以（回覆「人工」）。", "沒有訂單號我查不到訂單，人工客服可以。"),
        ("請您換個說法，也可以回覆「人工」轉人工客服。", "請您換個說法。"),
        ("", ""),
    ],
)
def test_what_stands_before_the_offer_ends_there(text: str, left: str) -> None:
    assert without_offer(text) == left


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("agrees", [False, True])
def test_a_word_that_she_has_read_it_is_no_wish_to_leave(language: str, held_out: bool, agrees: bool) -> None:
    listed = (LISTS.parent / "agreed_wordings" / f"{language}.jsonl").read_text("utf-8").splitlines()
    found = [row for row in map(json.loads, listed) if row["agreed"] is agrees and is_held_out(row["text"]) is held_out]
    assert len(found) >= 5
    kept = [meant(row["text"]) not in ("close", "back", "give-up") for row in found]
    assert sum(one is agrees for one in kept) / len(kept) >= (0.9 if agrees else 0.7)
