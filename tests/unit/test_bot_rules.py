"""Every rule fires in both languages, and its explanation names what decided."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib import yaml_files
from chalicelib.bot.answers.answer import Answer, Brain, Context, Escalation, answer
from chalicelib.bot.answers.context import Load
from chalicelib.bot.rules import rule_table, rules
from chalicelib.bot.rules.facts import Asked, Facts, hear
from chalicelib.governance import queue_names
from chalicelib.insight import words
from tests.unit.lantern import OPEN, SUNDAY, answered, ask, handed_over, lantern

INJECTIONS = json.loads((Path(__file__).parents[1] / "fixtures" / "hostile" / "prompt-injection.json").read_text("utf-8"))["strings"]
TABLE = yaml_files.read(Path(rules.__file__).parent / "rules.yaml")
DAY = 86_400_000


def often() -> list[int]:
    return [OPEN, OPEN - DAY, OPEN - 3 * DAY]


UNSURE = {"answer": 1.0, "offer": 0.01}  # confidences from which on the bot answers and offers

FIRES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "urgent-crisis": [("I do not want to live anymore", {}), ("我不想活了", {})],
    "urgent-safety": [("The kettle caught fire!", {}), ("我喝完茶以后过敏，现在在医院", {})],
    "urgent-fraud": [("Somebody used my card without my permission, this is fraud", {}), ("我的卡被盗刷了", {})],
    "urgent-account": [("My account has been hacked", {}), ("我的账号被盗了", {})],
    "urgent-legal": [("You will hear from my lawyer", {}), ("我要去法院起诉你们", {})],
    "urgent-press": [("I will post this everywhere", {}), ("我要去小红书曝光你们", {})],
    "vip-asked": [("Can I speak to a real person?", {"tier": "vip"}), ("请转人工", {"tier": "vip"})],
    "opt-out-request": [("Please stop texting me", {"opt_out_request": True}), ("请不要再给我发短信", {"opt_out_request": True})],
    "asked-for-person": [("I'd like to talk to someone please", {}), ("我要找人工客服", {})],
    "upset": [("This is ridiculous, the worst shop ever", {}), ("太差劲了，我要投诉", {})],
    "spoilt": [("there is fuzzy stuff in my tea tin", {}), ("熟普 有點霉味耶", {})],
    "bot-unavailable": [("Where is my order?", {"index": None}), ("我的快递到哪了", {"index": None})],
    "vip": [("do you sharpen scissors", {"tier": "vip"}), ("你们磨剪刀吗", {"tier": "vip"})],
    "large-amount": [("When will I get my refund of $2,900?", UNSURE), ("一万五千元的退款什么时候到账？", UNSURE)],
    "pressing": [("do you sharpen scissors, I must know right away", {}), ("你们磨剪刀吗，请马上回复", {})],
    "returned": [("you got the teapot back, A-10343", {}), ("你们已经收到我退的壶 A-10343", {})],
    "numberless": [("I really have no order number", {"told": ("no_number",)}), ("真的没有订单号", {"told": ("no_number",)})],
    "given-before": [
        ("I already gave you the number", {"last_article": "not-delivered"}),
        ("订单号刚刚给过了", {"last_article": "not-delivered"}),
    ],
    "data-given": [("it is A-10343", {"last_article": "not-delivered"}), ("订单号是 A-10343", {"last_article": "not-delivered"})],
    "repeated": [("do you sharpen scissors", {"opened": often}), ("你们磨剪刀吗", {"opened": often})],
    "unhelped": [("That didn't help", {"last_article": "invoice"}), ("没有用", {"last_article": "invoice"})],
    "second-miss": [("do you sharpen scissors", {"misses": 1}), ("你们磨剪刀吗", {"misses": 1})],
    "not-sure-mail": [("do you sharpen scissors", {"channel": "email"}), ("你们磨剪刀吗", {"channel": "email"})],
    "not-sure": [("do you sharpen scissors", {}), ("你们磨剪刀吗", {})],
}

TOLD: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "urgent-crisis-out-of-hours": [("I want to die", {"now": SUNDAY}), ("我想死", {"now": SUNDAY})],
    "urgent-crisis": [("I want to die", {}), ("我想死", {})],
    "urgent-safety-electrical-out-of-hours": [("there is smoke coming out of the plug", {"now": SUNDAY}), ("插座有火花", {"now": SUNDAY})],
    "urgent-safety-electrical": [("the kettle is sparking", {}), ("水煲冒煙", {})],
    "urgent-safety-out-of-hours": [("my lips are swelling", {"now": SUNDAY}), ("嘴唇腫起來", {"now": SUNDAY})],
    "urgent-safety": [("my lips are swelling", {}), ("嘴唇腫起來", {})],
    "urgent-fraud-out-of-hours": [("somebody used my card", {"now": SUNDAY}), ("我的卡被盗刷了", {"now": SUNDAY})],
    "urgent-fraud": [("somebody used my card", {}), ("我的卡被盗刷了", {})],
    "urgent-account-out-of-hours": [("My account was hacked", {"now": SUNDAY}), ("账号被盗了", {"now": SUNDAY})],
    "urgent-account": [("My account was hacked", {}), ("账号被盗了", {})],
    "urgent-out-of-hours": [("I will tell the newspapers", {"now": SUNDAY}), ("我要打12315", {"now": SUNDAY})],
    "urgent": [("You will hear from my lawyer", {}), ("我要曝光你们", {})],
    "opt-out-request": [("Stop texting me", {"opt_out_request": True}), ("别再发短信", {"opt_out_request": True})],
    "spoilt-out-of-hours": [("my tea smells musty", {"now": SUNDAY}), ("发霉了", {"now": SUNDAY})],
    "spoilt": [("my tea smells musty", {}), ("茶饼上长了白毛", {})],
    "returned-out-of-hours": [
        ("you got the teapot back, A-10343", {"now": SUNDAY}),
        ("你们已经收到我退的壶 A-10343", {"now": SUNDAY}),
    ],
    "returned": [("you got the teapot back, A-10343", {}), ("你们已经收到我退的壶 A-10343", {})],
    "numberless-out-of-hours": [
        ("I really have no order number", {"told": ("no_number",), "now": SUNDAY}),
        ("真的没有订单号", {"told": ("no_number",), "now": SUNDAY}),
    ],
    "numberless": [
        ("I really have no order number", {"told": ("no_number",)}),
        ("真的没有订单号", {"told": ("no_number",)}),
    ],
    "given-before-out-of-hours": [
        ("I already gave you the number", {"last_article": "not-delivered", "now": SUNDAY}),
        ("订单号刚刚给过了", {"last_article": "not-delivered", "now": SUNDAY}),
    ],
    "given-before": [
        ("I already gave you the number", {"last_article": "not-delivered"}),
        ("订单号刚刚给过了", {"last_article": "not-delivered"}),
    ],
    "data-given-out-of-hours": [
        ("it is A-10343", {"last_article": "not-delivered", "now": SUNDAY}),
        ("订单号是 A-10343", {"last_article": "not-delivered", "now": SUNDAY}),
    ],
    "data-given": [("it is A-10343", {"last_article": "not-delivered"}), ("订单号是 A-10343", {"last_article": "not-delivered"})],
    "health-out-of-hours": [
        ("my doctor says my kidney failure forbids potassium", {"now": SUNDAY}),
        ("肾病患者的钾要怎么算", {"now": SUNDAY}),
    ],
    "health": [("my doctor says my kidney failure forbids potassium", {}), ("肾病患者的钾要怎么算", {})],
    "unhelped-out-of-hours": [
        ("That didn't help", {"last_article": "invoice", "now": SUNDAY}),
        ("没有用", {"last_article": "invoice", "now": SUNDAY}),
    ],
    "unhelped": [("That didn't help", {"last_article": "invoice"}), ("没有用", {"last_article": "invoice"})],
    "out-of-hours": [("human please", {"now": SUNDAY}), ("转人工", {"now": SUNDAY})],
    "long-queue": [("human please", {"waiting": 7}), ("转人工", {"waiting": 7})],
    "usual": [("human please", {"waiting": 0}), ("转人工", {"waiting": 0})],
}


def mind(known: dict[str, Any]) -> Brain:
    """The brain of a case, which is no part of what the bot knows of the conversation."""
    shop = lantern()
    sure = {name: known.pop(name) for name in UNSURE if name in known}
    return replace(shop, index=known.pop("index", shop.index), rules=replace(shop.rules, **sure))


def test_the_tests_know_every_rule() -> None:
    assert list(FIRES) == [rule["id"] for rule in TABLE["hand_over"]]
    assert list(TOLD) == [entry["id"] for entry in TABLE["tell"]]


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in FIRES.items() for case in cases])
def test_each_rule_fires_in_both_languages(rule: str, case: tuple[str, dict[str, Any]]) -> None:
    question, known = case[0], dict(case[1])
    decided = ask(question, mind(known), **known)
    expected = next(entry for entry in TABLE["hand_over"] if entry["id"] == rule)
    assert getattr(decided, "rule", decided) == rule
    assert (decided.urgency, decided.reason) == (expected["urgency"], expected["reason"]["en"])  # type: ignore[union-attr]
    assert decided.reason_zh == expected["reason"]["zh"]  # type: ignore[union-attr]
    assert any("一" <= c <= "鿿" for c in decided.text) == any("一" <= c <= "鿿" for c in question)


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in FIRES.items() for case in cases[:1]])
def test_what_decided_is_stored_with_the_condition_and_the_facts_in_it(rule: str, case: tuple[str, dict[str, Any]]) -> None:
    question, known = case[0], dict(case[1])
    decided = ask(question, mind(known), **known)
    expected = next(entry for entry in TABLE["hand_over"] if entry["id"] == rule)
    why = decided.facts["why"]  # type: ignore[union-attr]
    assert why["when"] == " ".join(expected["when"].split())
    assert all(name.partition("(")[0] in expected["when"] for name in why["facts"])
    assert why["facts"]


def test_a_customers_record_is_looked_up_only_if_a_rule_gets_that_far() -> None:
    looked: list[int] = []

    def opened() -> list[int]:
        looked.append(1)
        return [OPEN, OPEN - DAY, OPEN - 2 * DAY, OPEN - 8 * DAY]

    assert answered("Where is my order?", opened=opened).article == "track-order"
    assert handed_over("human please", opened=opened).rule == "asked-for-person"
    assert looked == []
    decided = handed_over("do you sharpen scissors", opened=opened)
    assert (decided.rule, decided.facts["why"]["facts"]["contacts(7)"]) == ("repeated", 3)
    assert looked == [1]


@pytest.mark.parametrize(("told", "case"), [(told, case) for told, cases in TOLD.items() for case in cases])
def test_each_telling_is_told_in_both_languages(told: str, case: tuple[str, dict[str, Any]]) -> None:
    decided = handed_over(case[0], **case[1])
    assert decided.facts["told"] == told
    assert "{" not in decided.text


URGENT = [entry for entry in TABLE["tell"] if entry["id"].startswith("urgent")]


@pytest.mark.parametrize("entry", URGENT, ids=lambda entry: entry["id"])
def test_what_is_told_of_danger_is_two_short_messages_at_most_and_thanks_nobody(entry: dict[str, str]) -> None:
    filled = entry["en"].replace("{opens}", "on Wednesday, 30 September, at 09:00 (CEST)").replace("{reply}", "by text message")
    assert len(filled) < 320
    assert "hank" not in entry["en"]
    assert not any("谢" in entry[name] or "謝" in entry[name] for name in ("zh", "zh-Hant"))


@pytest.mark.parametrize("now", [OPEN, SUNDAY])
@pytest.mark.parametrize(
    ("text", "first"), [("my throat is swelling up", "If anybody has trouble breathing"), ("喉咙肿了", "如果有人呼吸困难")]
)
def test_the_emergency_number_comes_first_of_all_that_is_told(text: str, first: str, now: int) -> None:
    told = handed_over(text, now=now).text
    assert told.startswith(first)
    assert "120" in told


@pytest.mark.parametrize("now", [OPEN, SUNDAY])
@pytest.mark.parametrize("text", ["my lawyer will write to you", "I will go to the press", "我要去消协投诉", "我要聯絡記者"])
def test_a_threat_gets_no_ambulance(text: str, now: int) -> None:
    decided = handed_over(text, now=now)
    assert decided.urgency == "urgent"
    assert not any(word in decided.text for word in ("911", "120", "emergency", "急救"))


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


def test_the_rules_of_a_message_take_far_less_than_a_millisecond() -> None:
    facts = Facts(True, False, "", False, False, False, "unsure", 0.5, "billing", "x", False, 0, "", True, 3, "webchat", "en")
    table, began = lantern().rules, time.process_time()
    for _ in range(100):
        assert rules.decide(table, facts, Asked("hello", OPEN, tuple)) is None
    assert (time.process_time() - began) / 100 < 0.001


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "🙂🙂🙂",
        "x" * 100_000,
        "转" * 100_000,
        "1" * 100_000,
        "$" * 100_000,
        "not " * 25_000,
        "!?" * 50_000,
        "a." * 50_000,
        "x@" * 50_000,
    ],
)
def test_any_text_is_decided_on_soon(text: str) -> None:
    began = time.process_time()
    ask(text)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("string", INJECTIONS, ids=lambda s: s["id"])
@pytest.mark.parametrize("rule", [rule for rule in FIRES if rule not in ("not-sure", "bot-unavailable")])
def test_no_instruction_to_the_bot_changes_a_rule(rule: str, string: dict[str, str]) -> None:
    """Whoever is handed over is handed over by the same rule, with whatever she adds; and the words alone hand over to nobody urgently."""
    question, known = FIRES[rule][0][0], dict(FIRES[rule][0][1])
    decided = ask(f"{question}\n{string['value']}", mind(known), **known)
    expected = next(entry for entry in TABLE["hand_over"] if entry["id"] == rule)
    assert isinstance(decided, Escalation)
    assert decided.rule == rule
    assert decided.urgency == expected["urgency"]
    alone = ask(string["value"])
    assert not isinstance(alone, Escalation) or (alone.rule, alone.urgency) == ("not-sure", "normal")


def test_reports_name_each_reason_as_the_console_does() -> None:
    for rule in lantern().rules.hand_over:
        assert words.name(rule.reason) == (rule.reasons["en"], rule.reasons["zh"])


def test_a_changed_threshold_changes_the_answer() -> None:
    shop = lantern()
    careful = replace(shop, rules=replace(shop.rules, answer=1.0, lead=1.0))
    assert getattr(ask("Where is my order?", careful), "article", None) == ""


def test_the_queues_load_is_looked_up_only_for_a_hand_over_and_may_change_its_rule() -> None:
    looked: list[tuple[str, str]] = []

    def look(queue: str, urgency: str) -> Load:
        looked.append((queue, urgency))
        return Load(waiting=30, waited=600_000, said=(("customer", "Hi"),))

    context = Context("webchat", OPEN)
    assert isinstance(answer("Where is my order?", context, lantern(), look), Answer)
    assert looked == []
    crowded: dict[str, Any] = {"id": "crowded", "when": "asked_for_person and waiting >= 20", "queue": "technical", "urgency": "normal"}
    crowded["reason"] = {"en": "a long queue", "zh": "排队很长"}
    table = TABLE | {"hand_over": [crowded, *TABLE["hand_over"]]}
    mind = replace(lantern(), rules=rule_table.load(table, queue_names.known()))
    decided = answer("I want to talk to a person", context, mind, look)
    assert isinstance(decided, Escalation)
    assert (decided.rule, decided.queue, decided.facts["waiting"], decided.facts["waited"]) == ("crowded", "technical", 30, 10)
    assert looked == [("general", "normal")]
    usual = answer("I want to talk to a person", context, lantern(), look)
    assert isinstance(usual, Escalation)
    assert (usual.rule, usual.facts["told"]) == ("asked-for-person", "long-queue")
