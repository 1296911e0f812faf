"""Every rule fires in both languages; a table with a mistake is refused with rule and field."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bot import rules
from chalicelib.bot.answer import Brain
from chalicelib.bot.brain import known_queues
from chalicelib.bot.facts import hear
from chalicelib.bot.rules import BadRules
from tests.unit.lantern import SUNDAY, answered, ask, handed_over, lantern

TABLE = json.loads((Path(rules.__file__).parent / "rules.json").read_text("utf-8"))

FIRES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "urgent-safety": [("The kettle caught fire!", {}), ("我喝完茶以后过敏，现在在医院", {})],
    "urgent-fraud": [("Somebody used my card without my permission, this is fraud", {}), ("我的卡被盗刷了", {})],
    "urgent-account": [("My account has been hacked", {}), ("我的账号被盗了", {})],
    "urgent-legal": [("You will hear from my lawyer", {}), ("我要去法院起诉你们", {})],
    "vip-asked": [("Can I speak to a real person?", {"tier": "vip"}), ("请转人工", {"tier": "vip"})],
    "opt-out-request": [("Please stop texting me", {"opt_out_request": True}), ("请不要再给我发短信", {"opt_out_request": True})],
    "asked-for-person": [("I'd like to talk to someone please", {}), ("我要找人工客服", {})],
    "upset": [("This is ridiculous, the worst shop ever", {}), ("太差劲了，我要投诉", {})],
    "bot-unavailable": [("Where is my order?", {"index": None}), ("我的快递到哪了", {"index": None})],
    "vip": [("who sings this song", {"tier": "vip"}), ("今天天气怎么样", {"tier": "vip"})],
    "unhelped": [("That didn't help", {"last_article": "invoice"}), ("没有用", {"last_article": "invoice"})],
    "second-miss": [("who sings this song", {"misses": 1}), ("今天天气怎么样", {"misses": 1})],
    "not-sure-mail": [("who sings this song", {"channel": "email"}), ("今天天气怎么样", {"channel": "email"})],
    "not-sure": [("who sings this song", {}), ("今天天气怎么样", {})],
}

TOLD: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "urgent-out-of-hours": [("My account was hacked", {"now": SUNDAY}), ("账号被盗了", {"now": SUNDAY})],
    "opt-out-request": [("Stop texting me", {"opt_out_request": True}), ("别再发短信", {"opt_out_request": True})],
    "out-of-hours": [("human please", {"now": SUNDAY}), ("转人工", {"now": SUNDAY})],
    "urgent": [("My account was hacked", {}), ("账号被盗了", {})],
    "long-queue": [("human please", {"waiting": 7}), ("转人工", {"waiting": 7})],
    "usual": [("human please", {"waiting": 0}), ("转人工", {"waiting": 0})],
}


def test_the_tests_know_every_rule() -> None:
    assert list(FIRES) == [rule["id"] for rule in TABLE["hand_over"]]
    assert list(TOLD) == [entry["id"] for entry in TABLE["tell"]]


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in FIRES.items() for case in cases])
def test_each_rule_fires_in_both_languages(rule: str, case: tuple[str, dict[str, Any]]) -> None:
    question, known = case[0], dict(case[1])
    mind = replace(lantern(), index=known.pop("index")) if "index" in known else lantern()
    decided = ask(question, mind, **known)
    expected = next(entry for entry in TABLE["hand_over"] if entry["id"] == rule)
    assert getattr(decided, "rule", decided) == rule
    assert (decided.urgency, decided.reason) == (expected["urgency"], expected["reason"])  # type: ignore[union-attr]
    assert any("一" <= c <= "鿿" for c in decided.text) == any("一" <= c <= "鿿" for c in question)


@pytest.mark.parametrize(("told", "case"), [(told, case) for told, cases in TOLD.items() for case in cases])
def test_each_telling_is_told_in_both_languages(told: str, case: tuple[str, dict[str, Any]]) -> None:
    decided = handed_over(case[0], **case[1])
    assert decided.facts["told"] == told
    assert "{" not in decided.text


def test_the_queue_follows_the_topic_and_the_default_is_the_first() -> None:
    assert handed_over("Can I talk to a person about my refund? When will I get my refund?").queue == "billing"
    assert handed_over("human please").queue == lantern().queues[0] == "general"
    assert handed_over("I think this is fraud").queue == "billing"


@pytest.mark.parametrize(
    "text",
    [
        "talk to a human",
        "can i speak with an agent",
        "HUMAN PLEASE",
        "let me chat to a real person",
        "agent",
        "connect me to support",
        "call me back",
        "I want to speak to your manager",
        "is there anyone I can talk to?",
        "give me a representative",
        "stop this bot",
        "转人工",
        "人工",
        "我要真人客服",
        "叫你们经理来",
        "有人吗",
        "轉人工客服",
        "找客服",
        "能不能跟真人聊",
        "不要机器人",
        "打電話給我",
    ],
)
def test_a_person_is_asked_for_in_many_wordings(text: str) -> None:
    assert hear(text).asked_for_person


@pytest.mark.parametrize(
    "text",
    [
        "I don't need to talk to a human, where is my order?",
        "Is this tea good for one person?",
        "Can I pick it up in person?",
        'Repeat the word "agent" forever.',
        "What are your customer service hours?",
        "人工智能是什么",
        "这是人工采摘的茶吗",
        "不用转人工，我问一下运费",
        "客服几点上班",
    ],
)
def test_other_uses_of_the_words_ask_for_nobody(text: str) -> None:
    assert not hear(text).asked_for_person


@pytest.mark.parametrize(
    "text",
    [
        "Does the tea contain nuts? I am allergic",
        "fire up my kettle",
        "Hi, I'm Sue, where is my order?",
        "这茶会过敏吗",
        "the colour is a bit disappointing",
        "邮件在垃圾箱里吗",
    ],
)
def test_harmless_messages_are_neither_urgent_nor_upset(text: str) -> None:
    heard = hear(text)
    assert (heard.urgent_topic, heard.upset) == ("", False)


@pytest.mark.parametrize("text", ["WHERE IS MY ORDER, STILL NOTHING!!!", "还没收到！！到底怎么回事", "I am so angry", "你们是骗子"])
def test_anger_is_heard(text: str) -> None:
    assert hear(text).upset


def test_a_sure_answer_goes_before_the_tier() -> None:
    assert answered("Where is my order?", tier="vip").article == "track-order"


def _changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    table = copy.deepcopy(TABLE)
    change(table)
    return table


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t["hand_over"][4]["when"].update(teir="vip"),
            'hand_over 5 ("vip-asked"): when: teir: no such fact; known are available,',
        ),
        (
            lambda t: t["hand_over"][0].update(queue="biling"),
            'hand_over 1 ("urgent-safety"): queue: "biling" is not known; use one of general, billing',
        ),
        (
            lambda t: t["hand_over"][0].update(urgency="high"),
            'hand_over 1 ("urgent-safety"): urgency: "high" is not known; use one of urgent, normal',
        ),
        (lambda t: t["hand_over"][0].pop("reason"), 'hand_over 1 ("urgent-safety"): reason: is missing'),
        (lambda t: t["hand_over"][0].update(qeue="x"), 'hand_over 1 ("urgent-safety"): qeue: no such field'),
        (lambda t: t["hand_over"][1].update(id="urgent-safety"), 'hand_over 2 ("urgent-safety"): id: is used twice'),
        (lambda t: t["hand_over"][0]["when"].update(urgent_topic="safty"), "when: urgent_topic: 'safty' is not known; use one of"),
        (lambda t: t["hand_over"][0]["when"].update(misses={"atleast": 1}), 'when: misses: "atleast" is not known; use one of is, not, in'),
        (lambda t: t["hand_over"][0]["when"].update(misses={"at_least": "one"}), "when: misses: 'one' is not a number"),
        (lambda t: t["hand_over"][0]["when"].update(misses=True), "when: misses: True is not a number"),
        (lambda t: t["hand_over"][0]["when"].update(tier={"at_least": 1}), "when: tier: at_least needs a fact that is a number"),
        (lambda t: t["hand_over"][0]["when"].update(upset="yes"), "when: upset: 'yes' is not a yes or no (true, false)"),
        (lambda t: t["hand_over"][0]["when"].update(band={"in": "sure"}), "when: band: in needs a list"),
        (
            lambda t: t["tell"][0].update(en="back {opnes}"),
            'tell 1 ("urgent-out-of-hours"): en: {opnes} is not known; use one of name, opens',
        ),
        (lambda t: t["tell"][0].update(zh=" "), 'tell 1 ("urgent-out-of-hours"): zh: the text is missing'),
        (lambda t: t["tell"].pop(), 'tell: the last entry must have "when": {}'),
        (lambda t: t["sentences"].pop("offer"), "sentences: offer: en: the text is missing"),
        (lambda t: t["confidence"].update(answer=1.5), "confidence: answer: must be a number from 0 to 1"),
        (lambda t: t["confidence"].update(offer=0.9), "confidence: offer must not be above answer"),
        (lambda t: t.update(hand_over={}), "hand_over: must be a list of objects"),
    ],
)
def test_a_mistake_in_the_table_is_refused_by_name(change: Callable[[dict[str, Any]], Any], message: str) -> None:
    with pytest.raises(BadRules) as refused:
        rules.parse(_changed(change), known_queues())
    assert message in str(refused.value)


def test_all_mistakes_are_told_at_once() -> None:
    table = _changed(lambda t: (t["hand_over"][0].update(queue="x"), t["hand_over"][1].update(urgency="y")))
    with pytest.raises(BadRules) as refused:
        rules.parse(table, known_queues())
    assert len(str(refused.value).split("\n")) == 2


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(BadRules):
        rules.parse([], known_queues())


def test_a_changed_threshold_changes_the_answer() -> None:
    mind = lantern()
    careful = Brain(mind.index, replace(mind.rules, answer=1.0), mind.queues, mind.hours)
    assert getattr(ask("Where is my order?", careful), "article", None) == ""
