"""What begins a self-service action and what does not: phrases beside a number, hostile strings, words that need a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.conversations.model import Answer, Escalation
from tests.unit.action_shop import Shop
from tests.unit.action_talk import MIA, STREET, Talk, open_for_business  # noqa: F401 - a fixture among them
from tests.unit.lantern import ask

HOSTILE = Path(__file__).parent.parent / "fixtures" / "hostile"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("has A-10342 shipped yet?", "order-status"),
        ("status of A-10342 please", "order-status"),
        ("麻煩查一下 A-10342", "order-status"),
        ("I'd like to give A-10343 back", "return"),
        ("我想退掉A-10343", "return"),
        ("A-10344: wrong delivery address", "change-address"),
        ("帮我把A-10344的地址改一下", "change-address"),
        ("A-10342 receipt", "invoice-copy"),
        ("我要補開發票 A-10342", "invoice-copy"),
        ("A-10342 is cold and tastes of nothing", ""),
        ("status and receipt of A-10342", ""),
    ],
)
def test_beside_a_number_a_phrase_is_enough(shop: Shop, text: str, action: str) -> None:
    Talk("e1", channel="email", address=MIA, meta={"verified": True}).say(text)
    assert [body["action"] for _, _, body in shop.calls][:1] == ([action] if action else [])


def test_no_injection_starts_an_action(shop: Shop) -> None:
    """Nor gets into one: test_action_flow."""
    strings = [str(entry["value"]) for entry in json.loads((HOSTILE / "prompt-injection.json").read_text("utf-8"))["strings"]]
    for number, text in enumerate(strings):
        talk = Talk(f"w{number}")
        talk.say(text)
        assert not talk.head.flow, text
    assert shop.calls == []


class TestRules:
    """The shipped table, with the bot's own ear."""

    @pytest.mark.parametrize(
        "text", ["A-10342", "2", "123456", STREET, "yes", "no", "是的", "上海市黄浦区南京东路100号", "我不喜歡", "stop", "it is damaged"]
    )
    @pytest.mark.parametrize("known", [{}, {"tier": "vip"}, {"channel": "email"}, {"misses": 1}], ids=str)
    def test_a_value_hands_nothing_over(self, text: str, known: dict[str, Any]) -> None:
        assert isinstance(ask(text, under_way=True, **known), Answer)

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("A-10342, and I want to talk to a person", "asked-for-person"),
            ("转人工", "asked-for-person"),
            ("12 Green Lane. I had an allergic reaction to your tea", "urgent-safety"),
            ("this is fraud, I did not order A-10342", "urgent-fraud"),
            ("你们这些骗子，气死我了！！", "upset"),
        ],
    )
    def test_whoever_needs_a_person_gets_one(self, text: str, rule: str) -> None:
        decided = ask(text, under_way=True)
        assert isinstance(decided, Escalation)
        assert decided.rule == rule
