"""What a message means depends on what was said before it: picks, follow-ups, yes and no, in each language."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bot.answers.answer import Answer, Brain, is_miss
from chalicelib.bot.interpretation import retrieval
from chalicelib.bot.interpretation.contextual.completion import (
    adds,
    carried,
    changes_topic,
    completed,
    corrected,
    may_follow,
    points_back,
)
from chalicelib.bot.interpretation.courtesies import foreign
from chalicelib.bot.interpretation.retrieval import Hit
from chalicelib.knowledge.index.passages import split
from tests.unit.lantern import answered, ask, handed_over, lantern, unsure

INJECTIONS = json.loads((Path(__file__).parents[1] / "fixtures" / "hostile" / "prompt-injection.json").read_text("utf-8"))["strings"]
OFFERED = ("track-order", "gift-card", "invoice")


def talk(*said: str, mind: Brain | None = None, **known: Any) -> list[str]:
    """For each message of a conversation the article that is told or offered first, or the rule, with the head's memory between them."""
    heard, memory = [], {"last_question": "", "last_article": "", "offered": (), "misses": 0, "language": ""}
    for text in said:
        decided = ask(text, mind, **known, **memory)
        heard.append(decided.article or "".join(decided.offered[:1]) if isinstance(decided, Answer) else decided.rule)
        if isinstance(decided, Answer):
            memory = {
                "last_question": decided.asked or text,
                "last_article": decided.article,
                "offered": decided.offered,
                "misses": memory["misses"] + 1 if is_miss(decided) else 0,  # type: ignore[operator]
                "language": decided.language,
            }
    return heard


@pytest.mark.parametrize(
    ("first", "then", "articles"),
    [
        ("How long does delivery take?", "and abroad?", ["delivery-time", "delivery-time"]),
        ("How long does delivery take?", "And to Canada?", ["delivery-time", "delivery-time"]),
        ("Which payment methods do you accept?", "what about gift cards?", ["payment-methods", "gift-card"]),
        ("快递要多久才能到？", "那国外呢？", ["delivery-time", "delivery-time"]),
        ("可以用支付宝吗", "礼品卡呢？", ["payment-methods", "gift-card"]),
        ("發票怎麼開", "那禮品卡呢", ["invoice", "gift-card"]),
    ],
)
def test_a_follow_up_is_understood_by_what_was_said(first: str, then: str, articles: list[str]) -> None:
    assert talk(first, then) == articles


def test_a_question_of_its_own_is_not_bent_by_the_one_before() -> None:
    assert talk("How long does delivery take?", "I forgot my password", "Where is my order?") == [
        "delivery-time",
        "reset-password",
        "track-order",
    ]


def test_a_first_question_and_one_that_is_surely_known_cost_one_search(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(_index: Any, question: str, *_: Any, **__: Any) -> list[Hit]:
        asked.append(question)
        return [Hit("track-order", 0.9, lantern().index.articles["track-order"])]  # type: ignore[union-attr]

    monkeypatch.setattr(retrieval, "search", counted)
    answered("my parcel", language="en")
    answered("parcel gone astray somewhere", last_question="How long does delivery take?", last_article="delivery-time")
    answered("hi")
    assert asked == ["my parcel", "parcel gone astray somewhere"]
    answered("and my parcel?", last_question="How long does delivery take?", last_article="delivery-time")
    assert len(asked) == 2 + 2


@pytest.mark.parametrize(
    ("before", "text", "whole"),
    [
        ("How do I return a teapot?", "how long does that take?", "return teapot how long does that take"),
        ("How do I return a teapot?\nand a cup?", "who pays?", "return teapot cup who pays"),
        ("怎么退货", "要多久", "退货要多久"),
    ],
)
def test_a_message_is_completed_by_the_question_that_began_and_by_what_was_said_last(before: str, text: str, whole: str) -> None:
    assert completed(before, text) == whole
    assert carried(before, text) == before.partition("\n")[0] + "\n" + text


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("sorry, I meant black tea", "black tea"),
        ("oh no, wrong, I mean the blue one", "the blue one"),
        ("打错了，是红茶", "红茶"),
        ("說錯了我是問綠茶", "綠茶"),
        ("I meant", ""),
        ("I am sorry that it is late", ""),
    ],
)
def test_a_correction_is_told_from_its_words(text: str, rest: str) -> None:
    assert corrected(text) == ((True, rest) if rest else (False, text))


@pytest.mark.parametrize(("text", "rest"), [("by the way, do you ship to Canada?", "do you ship to Canada?"), ("另外想问一下发票", "发票")])
def test_who_says_that_she_changes_the_topic_is_not_bent_to_the_old_one(text: str, rest: str) -> None:
    assert changes_topic(text) == (True, rest)
    assert changes_topic(rest) == (False, rest)


@pytest.mark.parametrize("text", ["and abroad?", "what about gift cards", "那国外呢", "这个呢", "还有运费呢", "how long does that take"])
def test_what_points_back_is_seen(text: str) -> None:
    assert points_back(text)
    assert may_follow(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("and abroad", False),
        ("那国外呢", False),
        ("谁付", False),
        ("邊個俾", False),
        ("ordered on Monday", True),
        ("too expensive", True),
        ("太贵了", True),
        ("急用", True),
    ],
)
def test_a_statement_that_adds_is_told_from_a_question(text: str, is_one: bool) -> None:
    assert adds(text) is is_one


def test_another_language_is_answered_in_english_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    hit = Hit("track-order", 0.9, lantern().index.articles["track-order"])  # type: ignore[union-attr]
    monkeypatch.setattr(retrieval, "search", lambda *_, **__: [hit])
    decided = answered("Wo ist meine Bestellung?")
    assert decided.text.startswith("Ich spreche nur Englisch und Chinesisch.")
    assert decided.text.endswith(answered("Where is my order?").text)
    monkeypatch.setattr(retrieval, "search", lambda *_, **__: [])
    said = answered("Wo ist meine Bestellung?")
    assert (said.text.startswith("Ich spreche nur Englisch und Chinesisch."), said.outcome) == (True, "about")
    assert handed_over("Wo ist meine Bestellung?", told=said.told).rule == "not-sure", "once, then a person"


@pytest.mark.parametrize("string", INJECTIONS, ids=lambda s: s["id"])
def test_injected_instructions_change_nothing_in_the_middle_of_a_conversation(string: dict[str, str]) -> None:
    own_words = {one.text for versions in lantern().index.articles.values() for one in versions.values()}  # type: ignore[union-attr]
    own_words |= {text for texts in lantern().rules.sentences.values() for text in texts.values()}
    own_words |= {foreign.sentence(code, "only") for code in ("de", "ja", "fr", "es", "ru")}
    passages = {part for text in own_words for part in split(text)}
    for known in ({"offered": OFFERED, "misses": 1}, {"last_article": "track-order"}):
        decided = ask(string["value"], last_question="Where is my order?", **known)
        if isinstance(decided, Answer):
            assert decided.text in own_words or decided.offered or set(decided.text.split("\n")) <= passages | own_words | {""}
        else:
            assert (decided.rule in ("not-sure", "second-miss"), decided.urgency) == (True, "normal")


def test_a_long_message_stands_for_itself() -> None:
    assert not may_follow("and then I went to the shop and asked them about it and nobody could tell me anything at all about my parcel")


@pytest.mark.parametrize("text", ["2", "the second one", "number two", "2️⃣", "第二个", "gift card"])
def test_what_was_offered_is_picked_and_the_question_kept(text: str) -> None:
    decided = answered(text, misses=1, offered=OFFERED, last_question="the card thing", language="en")
    assert (decided.article, decided.asked, decided.confidence) == ("gift-card", "the card thing", 1.0)


def test_a_thank_you_between_takes_nothing_away() -> None:
    thanked = answered("thank you", offered=OFFERED, last_question="the card thing", misses=1)
    assert answered("2", offered=thanked.offered, last_question=thanked.asked).article == "gift-card"


def test_an_offer_remembers_its_articles_and_shows_them_as_choices() -> None:
    offer = answered("the tea order", unsure())
    assert is_miss(offer)
    assert len(offer.offered) == 3
    assert offer.choices[-1] == "Talk to a person"
    for number, (article, title) in enumerate(zip(offer.offered, offer.choices, strict=False), 1):
        assert f"{number}. {title}" in offer.text
        assert answered(title, misses=1, offered=offer.offered, last_question="the tea order").article == article
    assert handed_over(offer.choices[-1], misses=1, offered=offer.offered).rule == "asked-for-person"


def test_what_was_offered_stays_what_it_was_when_the_knowledge_changes() -> None:
    mind = lantern()
    assert mind.index
    gone = replace(mind, index=replace(mind.index, articles={k: v for k, v in mind.index.articles.items() if k != "track-order"}))
    assert answered("2", gone, misses=1, offered=OFFERED, last_question="x").article == "gift-card"
    assert handed_over("1", gone, misses=1, offered=OFFERED, last_question="x").rule == "second-miss"


@pytest.mark.parametrize("text", ["no", "none of these", "都不是", "neither"])
def test_a_no_to_what_was_offered_is_asked_about_once_and_then_brings_a_person(text: str) -> None:
    said = answered(text, misses=1, offered=OFFERED, last_question="the card thing")
    assert (said.outcome, said.asking, said.offered) == ("question", "rephrase", ())
    assert handed_over(text, misses=2, asking=said.asking, last_question="the card thing").rule == "unhelped"


@pytest.mark.parametrize(("yes", "language"), [("yes", "en"), ("Yes, please.", "en"), ("是的", "zh"), ("對", "zh-Hant")])
def test_a_yes_takes_the_only_one_and_several_are_asked_back_once(yes: str, language: str) -> None:
    known: dict[str, Any] = {"misses": 1, "last_question": "the card thing", "language": language}
    assert answered(yes, offered=("gift-card",), **known).article == "gift-card"
    again = answered(yes, offered=OFFERED, **known)
    assert (again.offered, is_miss(again)) == (OFFERED, True)
    assert "1. " not in again.text, "the same list is not said twice"
    assert handed_over(yes, offered=OFFERED, told=again.told, **{**known, "misses": 2}).rule == "second-miss"


def test_yes_and_no_after_an_answer() -> None:
    known = {"last_article": "track-order", "last_question": "Where is my order?"}
    assert not is_miss(answered("yes", **known))
    assert answered("yes", **known).article == ""
    assert answered("no", **known).asking == "rephrase"
    assert handed_over("that did not help", **known).rule == "unhelped"
    assert handed_over("不是", **known, asking="rephrase").rule == "unhelped"


def test_a_person_is_there_at_any_time() -> None:
    assert talk("How long does delivery take?", "get me a human") == ["delivery-time", "asked-for-person"]
    assert talk("the tea order", "none of these, I want to talk to someone", mind=unsure())[1] == "asked-for-person"
    assert talk("怎么退货", "谢谢", "算了，转人工吧") == ["return-item", "", "asked-for-person"]


@pytest.mark.parametrize(
    ("said", "language"),
    [
        (("怎么退货？", "How long does delivery take?"), "en"),
        (("How long does delivery take?", "怎么退货？"), "zh"),
        (("How long does delivery take?", "請問怎麼退貨？"), "zh-Hant"),
        (("怎么退货？", "PayPal?"), "zh"),
        (("我的 order 什么时候到？",), "zh"),
        (("Where is my 快递?",), "en"),
    ],
)
def test_the_last_message_decides_the_language_and_a_short_one_keeps_it(said: tuple[str, ...], language: str) -> None:
    before = answered(said[0]).language if len(said) > 1 else ""
    decided = ask(said[-1], unsure(), language=before)
    assert getattr(decided, "language", "") == language


def test_after_a_crash_a_picked_article_is_told_again_whatever_the_message_says() -> None:
    decided = answered("2", settled="gift-card", last_question="the card thing")
    assert (decided.article, decided.asked) == ("gift-card", "the card thing")
