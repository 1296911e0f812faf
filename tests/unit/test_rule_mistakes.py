"""A table of rules with a mistake is refused, by the place of the mistake."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib import yaml_files
from chalicelib.bot.rules import rule_table
from chalicelib.bot.rules.rule_table import BadRules
from chalicelib.governance import queue_names

TABLE = yaml_files.read(Path(rule_table.__file__).parent / "rules.yaml")
REASON = {"en": "a long queue", "zh": "排队很长"}


def _changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    table = copy.deepcopy(TABLE)
    change(table)
    return table


def _when(condition: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda table: table["hand_over"][0].update(when=condition)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_when("asked_for_persn"), 'asked_for_persn: no such fact; did you mean "asked_for_person"?'),
        (_when('teir == "vip"'), 'hand_over 1 ("urgent-crisis"): when: teir: no such fact; did you mean "tier"?'),
        (_when("tier == vip"), 'vip: no such fact; write "vip" in quotes'),
        (_when('tier = "vip"'), "when: cannot be read near"),
        (_when("upset or"), "when: cannot be read at its end: invalid syntax"),
        (_when('urgent_topic == "safty"'), '"safty" is none of its values; did you mean "safety"?'),
        (_when('band in ["sure", "unsur"]'), '"unsur" is none of its values; did you mean "unsure"?'),
        (_when('band in "sure"'), "in needs a list, such as"),
        (_when('misses >= "one"'), 'misses: is a number, and "one" is a text: they cannot be compared'),
        (_when("misses"), "needs something that holds or not; write misses >= 1"),
        (_when("tier and upset"), 'and needs something that holds or not; write tier != ""'),
        (_when('tier >= "a"'), "tier: is a text: >= needs a number"),
        (_when('upset == "yes"'), 'upset: is a yes or no, and "yes" is a text'),
        (_when("contact(7) > 2"), 'contact(): no such function; did you mean "contacts"?'),
        (_when("contacts > 2"), "contacts: no such fact; write contacts(…) with brackets"),
        (_when("contacts(400) > 2"), "contacts(): 400 is not a whole number from 1 to 30"),
        (_when("contacts() > 2"), "contacts(): takes one number in its brackets"),
        (_when("mentions(upset)"), "mentions(): upset is no text"),
        (_when('article.__class__ == "x"'), 'a dot in "article.__class__" cannot be used here'),
        (_when("amount * 99 > 2"), 'arithmetic in "amount * 99" cannot be used here'),
        (_when('__import__("os")'), "__import__(): no such function"),
        (_when("[x for x in band]"), "cannot be used here"),
        (_when("(" * 400), "cannot be read"),
        (_when("upset and " * 60 + "upset"), "is longer than 500 characters"),
        (_when(None), "when: the condition is missing"),
        (lambda t: t["hand_over"][0].update(queue="biling"), 'queue: "biling" is not known; did you mean "billing"?'),
        (lambda t: t["hand_over"][0].update(urgency="high"), 'urgency: "high" is not known; use one of urgent, normal'),
        (lambda t: t["hand_over"][0].pop("urgency"), "urgency: is missing; use one of urgent, normal"),
        (lambda t: t["hand_over"][0].pop("reason"), 'hand_over 1 ("urgent-crisis"): reason: en is missing'),
        (lambda t: t["hand_over"][0].update(reason="afraid"), "reason: zh is missing: write reason: {en:"),
        (lambda t: t["hand_over"][0]["reason"].update(en="x" * 65), "reason: en: is longer than 64 characters"),
        (lambda t: t["hand_over"][0].update(qeue="x"), 'hand_over 1 ("urgent-crisis"): qeue: no such field; did you mean "queue"?'),
        (lambda t: t["hand_over"][1].update(id="urgent-crisis"), 'hand_over 2 ("urgent-crisis"): id: is used twice'),
        (lambda t: t["hand_over"][1].update(id="Urgent Fraud"), "id: must be a name of small letters"),
        (
            lambda t: t["tell"][0].update(en="back {opnes}"),
            '("urgent-crisis-out-of-hours"): en: {opnes} is not known; did you mean "opens"?',
        ),
        (lambda t: t["tell"][0].update(zh=" "), 'tell 1 ("urgent-crisis-out-of-hours"): zh: the text is missing'),
        (lambda t: t["tell"].pop(), "tell: the last entry must have no condition"),
        (lambda t: t["sentences"].pop("offer"), "sentences: offer: en: the text is missing"),
        (lambda t: t["confidence"].update(answer=1.5), "confidence: answer: must be a number from 0 to 1"),
        (lambda t: t["confidence"].update(offer=0.9), "confidence: offer must not be above answer"),
        (lambda t: t.update(hand_over={}), "hand_over: must be a list of at most 200 entries"),
        (lambda t: t.update(hand_over=t["hand_over"] * 20), "hand_over: must be a list of at most 200 entries"),
        (lambda t: t.update(handover=[]), 'rules: handover: no such field; did you mean "hand_over"?'),
    ],
)
def test_a_mistake_in_the_table_is_refused_by_name(change: Callable[[dict[str, Any]], Any], message: str) -> None:
    with pytest.raises(BadRules) as refused:
        rule_table.load(_changed(change), queue_names.known())
    assert message in str(refused.value)


def test_all_mistakes_are_told_at_once() -> None:
    table = _changed(lambda t: (t["hand_over"][0].update(queue="x"), t["hand_over"][1].update(urgency="y")))
    with pytest.raises(BadRules) as refused:
        rule_table.load(table, queue_names.known())
    assert len(str(refused.value).split("\n")) == 2


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(BadRules):
        rule_table.load([], queue_names.known())
