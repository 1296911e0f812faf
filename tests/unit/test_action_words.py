"""What is read from a customer's words and what is said to her in a self-service action, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.bot.actions import days, declared, fields, flow, sentences, values
from chalicelib.bot.actions.sentences import Told
from chalicelib.bot.actions.state import Directive, Flow
from chalicelib.errors import Unavailable
from chalicelib.knowledge.articles.article import LANGUAGES
from tests.unit.action_flows import ACTIONS, ADDRESS, INVOICE, RETURN, STATUS, heard, known, play

TODAY = date(2026, 11, 29)


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
        told, less = fields.told(given, STATUS, language, TODAY, whole=True)
        assert (set(told.fields), told.by, less) == ({"status", "day", "tracking"}, "shipped", False)
        text = done(told, language)
        assert all(part in text for part in ("A-10342", "https://carrier.example/1"))
        assert len(done(Told({"status": "x"}, "shipped"), language).splitlines()) == 1

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_what_needs_a_proof_is_kept_back(self, language: str) -> None:
        given = {"status": "shipped", "day": "2026-12-03", "tracking": "https://carrier.example/1"}
        told, less = fields.told(given, STATUS, language, TODAY, whole=False)
        assert (set(told.fields), less) == ({"status"}, True)
        move = flow.finished(Flow("order-status", values={"order": "A-10342"}, language=language), STATUS, less=less)
        assert move.flow
        text = sentences.said(move, move.flow, STATUS, ACTIONS, told)
        assert text.endswith(STATUS.more[language])
        assert "carrier" not in text
        tap = sentences.choices(move, move.flow, STATUS, ACTIONS)
        assert flow.step(move.flow, STATUS, heard(move.flow, tap[0])).do == "contact"
        assert fields.told({"status": "cancelled"}, STATUS, language, TODAY, whole=False)[1] is False, "nothing is kept back"

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
            fields.checked(wrong, STATUS.fields, "en", TODAY)

    def test_braces_and_lines_in_values_stay_text(self) -> None:
        told, _ = fields.told({"number": "{order}\n" + "x" * 200}, INVOICE, "en", TODAY, whole=True)
        move = flow.finished(Flow("invoice-copy", values={"order": "A-10342"}), INVOICE)
        text = sentences.said(move, Flow("invoice-copy", values={"order": "A-10342"}), INVOICE, ACTIONS, told)
        assert "{order} xxx" in text
        assert len(text) < 250


def done(told: Told, language: str) -> str:
    move = flow.finished(Flow("order-status", values={"order": "A-10342"}, language=language), STATUS)
    assert move.flow
    return sentences.said(move, move.flow, STATUS, ACTIONS, told)


class TestDays:
    @pytest.mark.parametrize(
        ("status", "day", "language", "text"),
        [
            ("shipped", "2026-12-01", "en", "is on its way and arrives on Tuesday, 1 December."),
            ("shipped", "2026-12-01", "zh", "预计12月1日（周二）送达。"),
            ("shipped", "2026-12-01", "zh-Hant", "預計12月1日（週二）送達。"),
            ("shipped", "2026-11-29", "en", "arrives today (Sunday, 29 November)."),
            ("packing", "2026-11-30", "en", "should arrive tomorrow (Monday, 30 November)."),
            ("packing", "2026-11-30", "zh", "预计明天（11月30日，周一）送达。"),
            ("packing", "2027-01-04", "en", "should arrive on Monday, 4 January 2027."),
            ("delivered", "2026-11-25", "en", "was delivered on Wednesday, 25 November."),
            ("delivered", "2026-11-25", "zh", "已于11月25日（周三）送达。"),
            ("delivered", "2026-11-28", "en", "was delivered yesterday (Saturday, 28 November)."),
            ("delivered", "2026-11-28", "zh-Hant", "已於昨天（11月28日，週六）送達。"),
            ("delivered", "2025-12-31", "zh", "已于2025年12月31日（周三）送达。"),
            ("shipped", "2026-11-27", "en", "was expected on Friday, 27 November, so it is late"),
            ("shipped", "2026-11-27", "zh", "原定11月27日（周五）送达，已经晚了"),
        ],
    )
    def test_as_people_say_them(self, status: str, day: str, language: str, text: str) -> None:
        told, _ = fields.told({"status": status, "day": day}, STATUS, language, TODAY, whole=True)
        assert text in done(told, language)

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("status", ["packing", "shipped", "delivered", "returned", "cancelled"])
    def test_every_state_is_a_sentence_with_a_day_and_without(self, status: str, language: str) -> None:
        for given in ({"status": status}, {"status": status, "day": "2026-12-01"}):
            text = done(fields.told(given, STATUS, language, TODAY, whole=True)[0], language)
            assert len(text.splitlines()) == 1
            assert "A-10342" in text

    @pytest.mark.parametrize(
        ("line", "language", "text"),
        [
            ("24.90 EUR", "en", "€24.90"),
            ("24.90 EUR", "zh", "24.90欧元"),
            ("24.90 EUR", "zh-Hant", "24.90歐元"),
            ("120 CHF", "en", "CHF 120"),
            ("120 CHF", "zh", "120 CHF"),
            ("much", "en", ""),
            ("24.9 EUR", "en", ""),
            ("-1 EUR", "en", ""),
        ],
    )
    def test_sums(self, line: str, language: str, text: str) -> None:
        assert days.amount(line, language) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_tapped_is_understood(language: str) -> None:
    asked = replace(play(RETURN, "A-10342").flow or Flow("return"), language=language)
    reasons = sentences.choices(Directive("say", asked, "ask"), asked, RETURN, ACTIONS)
    assert len(reasons) == 3
    for tapped, reason in zip(reasons, ("unwanted", "damaged", "wrong"), strict=True):
        confirm = flow.step(asked, RETURN, heard(asked, tapped))
        assert (confirm.say, known(confirm)["reason"]) == ("confirm", reason)
    assert confirm.flow
    yes, no = sentences.choices(confirm, confirm.flow, RETURN, ACTIONS)
    assert flow.step(confirm.flow, RETURN, heard(confirm.flow, yes)).do == "call"
    fix = flow.step(confirm.flow, RETURN, heard(confirm.flow, no))
    assert fix.flow
    for tapped, slot_name in zip(sentences.choices(fix, fix.flow, RETURN, ACTIONS), ("order", "reason"), strict=True):
        again = flow.step(fix.flow, RETURN, heard(fix.flow, tapped))
        assert again.flow
        assert (again.say, again.flow.slot) == ("ask", slot_name)


def test_an_unfinished_flow_is_told_to_the_agent() -> None:
    told = sentences.gathered(replace(Flow("change-address"), values={"order": "A-10342"}), ADDRESS)
    assert told == 'Self-service "Change of address", not finished. Order number: A-10342. Identity: not proven.'
