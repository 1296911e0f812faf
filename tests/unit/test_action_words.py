"""What is read from a customer's words and what is said to her in a self-service action, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.bot.actions import declared, flow, sentences, values
from chalicelib.bot.actions.flow import Flow, Move
from chalicelib.errors import Unavailable
from chalicelib.knowledge.article import LANGUAGES
from tests.unit.action_flows import ACTIONS, ADDRESS, INVOICE, RETURN, STATUS, heard, known, play


class TestValues:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("on 2026-12-03", "2026-12-03"),
            ("2026年12月3日", "2026-12-03"),
            ("3.12.2026", "2026-12-03"),
            ("3rd of December 2026", "2026-12-03"),
            ("31.02.2026", ""),
            ("12/3/2026", ""),
            ("soon", ""),
        ],
    )
    def test_days(self, text: str, day: str) -> None:
        assert values.read(slot("date"), text) == day

    def test_mail_addresses(self) -> None:
        assert values.read(slot("email"), "write to Mia@Customer.Example please") == "mia@customer.example"
        assert values.read(slot("email"), "a@b.example or c@d.example") == ""

    @pytest.mark.parametrize("text", ["hm", "12", "<b>12 Green Lane</b>", "http://evil.example/1", "Where is A-10342?", "x" * 200 + "1"])
    def test_what_is_no_address(self, text: str) -> None:
        assert values.read(slot("address"), text, asked=True) == ""

    def test_a_value_is_one_line_without_what_cannot_be_seen(self) -> None:
        assert values.read(slot("text"), "a\r\nBcc: x\u202e\x00\tb", asked=True) == "a Bcc: x b"


def slot(kind: Any) -> declared.Slot:
    return declared.Slot("x", kind, {}, {}, {})


class TestWords:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_results_hold_declared_fields_only(self, language: str) -> None:
        given = {"status": "shipped", "day": "2026-12-03", "tracking": "https://carrier.example/1", "secret": "x"}
        fields = sentences.checked(given, STATUS.fields, language)
        assert set(fields) == {"status", "day", "tracking"}
        done = flow.finished(Flow("order-status", values={"order": "A-10342"}, language=language), STATUS)
        assert done.flow
        text = sentences.said(done, done.flow, STATUS, ACTIONS, fields)
        assert all(part in text for part in ("A-10342", "2026-12-03", "https://carrier.example/1"))
        short = sentences.said(done, done.flow, STATUS, ACTIONS, {"status": fields["status"]})
        assert len(short.splitlines()) == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            {"status": "exploded"},
            {"status": 1},
            {"status": "shipped", "tracking": "javascript:alert(1)"},
            {"status": "shipped", "day": "tomorrow"},
            {"status": "shipped", "tracking": "https://a@b.example/"},
            {"status": "shipped", "tracking": "https://[x"},
        ],
    )
    def test_what_does_not_fit_is_not_said(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(Unavailable):
            sentences.checked(wrong, STATUS.fields, "en")

    def test_braces_and_lines_in_values_stay_text(self) -> None:
        fields = sentences.checked({"number": "{order}\n" + "x" * 200}, INVOICE.fields, "en")
        done = flow.finished(Flow("invoice-copy", values={"order": "A-10342"}), INVOICE)
        text = sentences.said(done, Flow("invoice-copy", values={"order": "A-10342"}), INVOICE, ACTIONS, fields)
        assert "{order} xxx" in text
        assert len(text) < 250


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_tapped_is_understood(language: str) -> None:
    asked = replace(play(RETURN, "A-10342").flow or Flow("return"), language=language)
    reasons = sentences.choices(Move("say", asked, "ask"), asked, RETURN, ACTIONS)
    assert len(reasons) == 3
    for tapped, reason in zip(reasons, ("unwanted", "damaged", "wrong"), strict=True):
        confirm = flow.step(asked, RETURN, heard(tapped))
        assert (confirm.say, known(confirm)["reason"]) == ("confirm", reason)
    assert confirm.flow
    yes, no = sentences.choices(confirm, confirm.flow, RETURN, ACTIONS)
    assert flow.step(confirm.flow, RETURN, heard(yes)).do == "call"
    fix = flow.step(confirm.flow, RETURN, heard(no))
    assert fix.flow
    for tapped, slot_name in zip(sentences.choices(fix, fix.flow, RETURN, ACTIONS), ("order", "reason"), strict=True):
        again = flow.step(fix.flow, RETURN, heard(tapped))
        assert again.flow
        assert (again.say, again.flow.slot) == ("ask", slot_name)


def test_an_unfinished_flow_is_told_to_the_agent() -> None:
    told = sentences.gathered(replace(Flow("change-address"), values={"order": "A-10342"}), ADDRESS)
    assert told == 'Self-service "Change of address", not finished. Order number: A-10342. Identity: not proven.'
