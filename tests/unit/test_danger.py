"""Danger is heard in anybody's words; whoever only uses the words is not taken at them.

The wordings (made for this project, CC0) were written by imagining who types and how: the first list before any pattern, the odd ones
(`*_odd`) after the patterns, in batches. Half of the lines, by hash, is what the patterns were tuned on; of the rest only the score was
looked at. What was looked at whole is in `*_seen`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from chalicelib.bot.interpretation.hazards import danger
from chalicelib.bot.interpretation.phrases import plain
from chalicelib.bot.rules.facts import hear
from tests.unit.halves import is_held_out

FIXTURES = Path(__file__).parents[1] / "fixtures"
PUBLIC = Path(__file__).parents[3] / "shared" / "data" / "intents"
BODILY = ("safety", "crisis")
ALARMS = (*BODILY, "fraud", "account")  # what she is told to do something about at once
QUESTIONS = ("banking77", "banking77_oos", "clinc150", "smp2017_zh")


@cache
def wordings(name: str, *, held_out: bool) -> list[tuple[str, str]]:
    """(text, topic) of one half of a list."""
    lines = (FIXTURES / "danger_wordings" / f"{name}.jsonl").read_text("utf-8").splitlines()
    rows = [(row["text"], row["topic"]) for row in map(json.loads, lines)]
    return [(text, topic) for text, topic in rows if is_held_out(text) == held_out]


def heard(text: str) -> str:
    return danger.topic(plain(text))


def share(name: str, topics: tuple[str, ...], *, held_out: bool) -> float:
    """Of the wordings of these topics, how many are heard as one of them?"""
    rows = [text for text, topic in wordings(name, held_out=held_out) if topic in topics]
    return sum(heard(text) in topics for text in rows) / len(rows)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_unseen_wordings_95_in_100_about_a_body_are_heard_and_90_of_the_others(language: str) -> None:
    assert sum(topic in BODILY for _, topic in wordings(language, held_out=True)) >= 100
    assert share(language, BODILY, held_out=True) >= 0.95
    for topic in ("fraud", "account", "legal", "press"):
        assert share(language, (topic,), held_out=True) >= 0.9, topic


@pytest.mark.parametrize(("language", "least"), [("en", 0.82), ("zh", 0.9)])
def test_of_unseen_odd_wordings_so_many_are_heard(language: str, least: float) -> None:
    """As odd as could be, and written after the patterns: what is known not to be reached."""
    assert share(f"{language}_odd", BODILY, held_out=True) >= least


@pytest.mark.parametrize("name", ["en", "zh", "en_odd", "zh_odd"])
def test_of_unseen_look_alikes_at_most_1_in_18_is_taken_for_danger(name: str) -> None:
    assert share(name, ("",), held_out=True) >= 17 / 18


@pytest.mark.parametrize("name", ["en", "zh", "en_odd", "zh_odd"])
def test_of_the_wordings_for_tuning_nearly_all_are_told_apart(name: str) -> None:
    assert share(name, BODILY, held_out=False) >= 0.98
    assert share(name, ("",), held_out=False) >= 0.99


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_unseen_everyday_sentences_90_in_100_raise_no_alarm(language: str) -> None:
    """Whoever has not ordered yet, gets the same answer again or moved house is neither defrauded nor locked out."""
    assert share(f"{language}_everyday", ("",), held_out=True) >= 0.9
    assert share(f"{language}_everyday", ("",), held_out=False) >= 0.98


@pytest.mark.parametrize("language", ["en", "zh"])
def test_beside_them_most_charges_and_logins_that_she_did_not_make_are_heard(language: str) -> None:
    assert share(f"{language}_everyday", ("fraud", "account"), held_out=True) >= 0.75
    assert share(f"{language}_everyday", ("fraud", "account"), held_out=False) >= 0.95


@pytest.mark.parametrize("language", ["en", "zh"])
def test_idioms_and_allergies_of_the_healthy_raise_no_alarm_and_the_same_words_of_the_ill_do(language: str) -> None:
    name = f"{language}_false"
    assert share(name, ("",), held_out=True) >= 0.8
    assert share(name, ("",), held_out=False) >= 0.98
    assert share(name, ("safety",), held_out=True) == share(name, ("safety",), held_out=False) == 1.0


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("held_out", [False, True])
def test_of_what_burns_and_what_was_only_drunk_or_hot_nearly_all_are_told_apart(language: str, held_out: bool) -> None:
    lines = (FIXTURES / "danger_wordings" / f"{language}_electrical.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if is_held_out(row["text"]) == held_out]
    assert len(rows) >= 15
    assert sum(hear(row["text"]).electrical == row["electrical"] for row in rows) / len(rows) >= 0.94


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_the_wordings_that_were_looked_at_nearly_all_are_told_apart(language: str) -> None:
    lines = (FIXTURES / "danger_wordings" / f"{language}_seen.jsonl").read_text("utf-8").splitlines()
    right = [heard(row["text"]) == row["topic"] for row in map(json.loads, lines)]
    assert sum(right) / len(right) >= 0.94


@pytest.mark.parametrize("name", ["train_en", "train_zh", "test_en", "test_zh"])
def test_a_shops_usual_questions_raise_no_alarm(name: str) -> None:
    lines = (FIXTURES / "intents" / "own_shop_en_zh" / f"{name}.jsonl").read_text("utf-8").splitlines()
    assert [text for text in (json.loads(line)["text"] for line in lines) if heard(text) in ALARMS] == []


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public questions lie beside the checkout, not in it")
def test_of_the_public_questions_at_most_1_in_500_is_taken_for_danger_to_a_body() -> None:
    lines = [line for name in QUESTIONS for line in (PUBLIC / name / "train.jsonl").read_text("utf-8").splitlines()]
    assert sum(heard(json.loads(line)["text"]) in BODILY for line in lines) / len(lines) <= 1 / 500


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("My throat is swelling up, and I want a lawyer, and somebody used my card", "safety"),
        ("I want to die, my face is swollen", "crisis"),
        ("Someone used my card and logged into my account", "fraud"),
        ("My account was hacked, my lawyer will write to you", "account"),
        ("我要找律师，也要发到小红书曝光你们", "legal"),
        ("嘴唇肿了，我要去12315投诉", "safety"),
    ],
)
def test_of_several_topics_the_most_important_counts(text: str, topic: str) -> None:
    assert heard(text) == topic


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        (
            "Dear team,\n\nI received order A-10342 last week and was happy with the tins. " * 6 + "Tonight my throat began swelling up.",
            "safety",
        ),
        ("LT-10023!!! MY LIPS ARE SWELLING", "safety"),
        ("😭😭 my face is so swollen 😭", "safety"),
        ("help my thraot is closing", "safety"),
        ("您好，订单 A-10342 已经收到，包装很好，谢谢。" * 6 + "刚喝完全身起疹子。", "safety"),
        ("過敏了😭臉好腫", "safety"),
        ("i dont want to live anymore", "crisis"),
        ("the kettle you sold me last week is smoking", "safety"),
    ],
)
def test_it_is_heard_in_long_texts_capitals_emoji_and_with_slips(text: str, topic: str) -> None:
    assert hear(text).urgent_topic == topic


@pytest.mark.parametrize(
    "text",
    [
        "does it contain allergens?",
        "I am allergic to nuts, which teas can I drink?",
        "my friend once had an allergic reaction to peanuts years ago, do you have nut free tea?",
        "what if I get a rash?",
        "can tea cause an allergic reaction?",
        "nobody got hurt, but the cup broke",
        "过敏可以喝吗",
        "會不會過敏",
        "我以前对花生过敏，有没有不含坚果的",
        "笑死我了",
        "没人受伤，就是壶碎了",
        "the rim is chipped, I almost scalded myself",
        "杯子一倒就裂，险些烫伤",
        "她有过敏体质，礼盒里含花生吗",
        "has the sampler hazelnuts in it? my nephew has a severe allergy",
        "he has had anaphylaxis before, which ones have no nuts",
        "老人家眼花，看不清你们的字",
        "年紀大眼睛不好，麻煩講慢啲",
        "我的禮券號碼找不到了",
    ],
)
def test_what_is_asked_supposed_denied_or_long_past_is_no_danger(text: str) -> None:
    assert heard(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "nearly cut my finger off, it will not stop bleeding",
        "差點割斷手指，流了很多血",
        "我女儿过敏，嘴唇肿起来了，里面有没有坚果",
        "are there nuts in it? my son has a nut allergy and his lips are swelling",
        "she has had anaphylaxis before and now her throat is closing",
    ],
)
def test_beside_them_a_harm_that_is_there_is_heard(text: str) -> None:
    assert heard(text) == "safety"


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("sparks came out of the socket", True),
        ("the base melted and it stinks of burning", True),
        ("電水煲短路有煙", True),
        ("插座冒火花", True),
        ("my lips are swelling", False),
        ("喝完全身起疹子", False),
        ("the glass cut my hand, it bleeds", False),
        ("玻璃杯裂开割到手流血", False),
    ],
)
def test_smoke_and_current_are_told_from_what_was_drunk(text: str, is_so: bool) -> None:
    assert hear(text).urgent_topic == "safety"
    assert hear(text).electrical == is_so


def test_any_text_is_read() -> None:
    assert [heard(text) for text in ("", " ", "🙂", "x" * 100_000, "肿" * 100_000)][:4] == [""] * 4
