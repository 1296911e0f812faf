"""What customers get: an article's own words when the bot is sure, a question back once, else people."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.bot.answers.answer import Answer, Brain, is_miss
from chalicelib.bot.interpretation.courtesies import foreign
from chalicelib.bot.interpretation.traditional import traditional
from tests.unit.lantern import SUNDAY, answered, ask, at, handed_over, lantern, unsure

INJECTIONS = json.loads((Path(__file__).parents[1] / "fixtures" / "hostile" / "prompt-injection.json").read_text("utf-8"))["strings"]


@pytest.mark.parametrize(
    ("question", "article", "language"),
    [
        ("Where is my order?", "track-order", "en"),
        ("where is my ordr", "track-order", "en"),
        ("Hello, I ordered two weeks ago. Where is my parcel? Thanks, Ann", "track-order", "en"),
        ("how long do refunds take", "refund-time", "en"),
        ("pasword forgotten", "reset-password", "en"),
        ("怎么退货？", "return-item", "zh"),
        ("我的快遞到哪了", "track-order", "zh-Hant"),
        ("發票怎麼開", "invoice", "zh-Hant"),
    ],
)
def test_a_known_question_gets_the_article_in_the_customers_language(question: str, article: str, language: str) -> None:
    decided = answered(question)
    assert (decided.article, decided.language) == (article, language)
    versions = lantern().index.articles[article]  # type: ignore[union-attr]
    assert decided.text == (versions[language].text if language in versions else traditional(versions["zh"].text))
    assert decided.link.startswith("https://")
    assert not is_miss(decided)


def test_sms_gets_the_short_form() -> None:
    decided = answered("Where is my order?", channel="sms")
    assert 20 < len(decided.text) <= 300
    assert len(answered("怎么退货", channel="sms").text) <= 130


def test_an_article_out_of_date_is_not_shown() -> None:
    mind = lantern()
    assert mind.index
    dated = {k: dict(v) for k, v in mind.index.articles.items()}
    from dataclasses import replace

    dated["gift-card"] = {lang: replace(a, valid_until="2026-11-22") for lang, a in dated["gift-card"].items()}
    later = Brain(replace(mind.index, articles=dated), mind.rules, mind.queues, mind.hours)
    question = "How do I redeem a gift card?"
    before, after = ask(question, later, now=at("2026-11-22", "23:00")), ask(question, later, now=at("2026-11-23"))
    assert isinstance(before, Answer)
    assert before.article == "gift-card"
    assert getattr(after, "article", "") != "gift-card"


@pytest.mark.parametrize("question", ["do you sharpen scissors", "can you tune my piano", "你们会调钢琴吗", "有没有登山绳"])
def test_what_no_article_knows_goes_to_people(question: str) -> None:
    assert handed_over(question).rule == "not-sure"


def test_an_unsure_bot_asks_back_once_and_then_hands_over() -> None:
    first = answered("the order", unsure())
    assert is_miss(first)
    assert "1. " in first.text
    assert handed_over("the order", unsure(), misses=1).rule == "second-miss"


def test_the_same_question_again_is_answered_shorter_and_then_by_a_person() -> None:
    again = answered("but where is my order", last_article="track-order")
    assert again.text.endswith('Say it in other words, or reply "person" to talk to one of us.')
    assert len(again.text) < len(answered("Where is my order?").text)
    assert handed_over("but where is my order", last_article="track-order", told=again.told).rule == "unhelped"
    assert handed_over("答非所问", last_article="track-order").rule == "unhelped"
    assert answered("Where is my order?", last_article="invoice").article == "track-order"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        *[(text, "greeting") for text in ("hi", "Hello!", "good morning", "你好", "在吗？", "您好！")],
        *[(text, "thanks") for text in ("Thanks!", "thank you for your help", "谢谢", "谢谢您的帮助", "謝謝")],
        *[(text, "acknowledged") for text in ("ok, got it", "明白了", "👍", "🙂")],
        *[(text, "solved") for text in ("found it, all good", "搞定了")],
        *[
            (text, "goodbye")
            for text in ("bye", "Thanks, bye!", "have a nice day", "that's all", "再见", "好的，再见", "拜拜", "沒有了，謝謝")
        ],
    ],
)
def test_greetings_thanks_and_goodbyes_are_answered_and_are_no_miss(said: str, sentence: str) -> None:
    decided = answered(said)
    assert (decided.article, is_miss(decided)) == ("", False)
    assert decided.text == lantern().rules.sentences[sentence][decided.language]


@pytest.mark.parametrize("nothing", ["", "   \n", "🚲🚲🚲", "?!…", "\u200b\ufeff"])
def test_a_message_without_words_is_asked_back_and_then_handed_over(nothing: str) -> None:
    assert is_miss(answered(nothing))
    assert handed_over(nothing, misses=1).rule == "second-miss"
    assert handed_over(nothing, channel="email").rule == "not-sure-mail"


def test_a_message_without_words_is_answered_in_the_conversations_language() -> None:
    assert "人工" in answered("🚲", language="zh").text


def test_a_huge_message_is_decided_on_and_its_end_still_heard() -> None:
    noise = "lorem ipsum " * 9_000
    assert handed_over(noise).rule in ("not-sure", "second-miss")
    assert handed_over(noise + "I want to talk to a human").rule == "asked-for-person"


@pytest.mark.parametrize("string", INJECTIONS, ids=lambda s: s["id"])
def test_injected_instructions_change_nothing(string: dict[str, str]) -> None:
    own_words = {text for texts in lantern().rules.sentences.values() for text in texts.values()}
    own_words |= {foreign.sentence(code, "only") for code in ("de", "ja", "fr", "es", "ru")}
    own_words |= {text for telling in lantern().rules.tell for text in telling.texts.values()}
    own_words |= {article.text for versions in lantern().index.articles.values() for article in versions.values()}  # type: ignore[union-attr]
    alone = ask(string["value"])
    if isinstance(alone, Answer):
        offered = alone.text.startswith(("This may help:", "这个可能对您有帮助：")) and any(words in alone.text for words in own_words)
        assert alone.text in own_words or offered or (is_miss(alone) and "1. " in alone.text)
    else:
        assert (alone.rule, alone.urgency, alone.queue in lantern().queues) == ("not-sure", "normal", True)
    assert answered("Where is my order? " + string["value"]).article == "track-order"


@pytest.mark.parametrize("question", ["Where is my order?", "I want a human", "怎么退货", "", "my account was hacked"])
def test_without_knowledge_everything_is_handed_over(question: str) -> None:
    mind = lantern()
    empty = Brain(None, mind.rules, mind.queues, mind.hours)
    decided = ask(question, empty)
    assert not isinstance(decided, Answer)
    assert decided.text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["webchat", "sms", "email"]), st.integers(0, 3))
def test_any_text_is_decided_on_and_the_same_way_each_time(text: str, channel: str, misses: int) -> None:
    first = ask(text, channel=channel, misses=misses, last_question=text)
    assert first == ask(text, channel=channel, misses=misses, last_question=text)
    assert first.text
    if misses and isinstance(first, Answer):
        assert not is_miss(first)


def test_the_summary_tells_the_agent_who_what_and_why() -> None:
    said = (("customer", "Where is my order?"), ("bot", "As soon as your parcel leaves us …"))
    summary = handed_over("That does not help, get me a human", said=said, name="Ann Lee", tier="vip").summary
    for part in ("Ann Lee (vip)", "web chat", "English", "asked for a person", "Where is my order?", "As soon as", "That does not help"):
        assert part in summary


def test_the_summary_names_only_articles_that_may_be_meant() -> None:
    """An agent is helped by a likely article, not by three that have nothing to do with it."""
    meant = handed_over("How do I return a product? I want to talk to a person.").summary
    assert "Nearest articles: " in meant
    assert "Return" in meant.split("Nearest articles: ")[1]
    listed = [float(share) for share in re.findall(r"\((\d+)%\)", meant)]
    assert min(listed) >= 5
    assert "Nearest articles" not in handed_over("This is outrageous, I want to talk to a person").summary


def test_a_summary_stays_short() -> None:
    said = tuple(("customer" if i % 2 else "bot", "word " * 500) for i in range(40))
    assert len(handed_over("human please", said=said, name="N" * 500).summary) < 1_600


def test_out_of_hours_the_customer_is_told_when_we_open() -> None:
    assert "Monday, 23 November, at 09:00" in handed_over("agent", now=SUNDAY).text
    assert "周一" in handed_over("转人工", now=SUNDAY).text
    assert "週一" in handed_over("轉人工客服謝謝", now=SUNDAY).text
    assert "09:00" not in handed_over("agent").text


def test_a_long_queue_is_told_and_an_unknown_one_is_not_guessed() -> None:
    assert "12 customers" in handed_over("agent", waiting=12).text
    assert "12位" in handed_over("转人工", waiting=12).text
    assert not any(c.isdigit() for c in handed_over("agent").text)


def test_a_name_with_braces_is_only_a_name() -> None:
    assert "{opens}" in handed_over("agent", name="{opens}", now=SUNDAY).summary
