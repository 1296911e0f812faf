"""What a language model did stands in the report of the day: how often, what came of it, cost and time; without one nothing does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.conversations import llm_usage
from chalicelib.conversations.llm_counts import Use, step
from chalicelib.insight import facts, figures, llm_figures, llm_prices, periods, publish, render
from chalicelib.insight.facts import Facts
from chalicelib.insight.llm_figures import LlmFacts
from tests.unit.conftest import Store, make_bucket

NAME = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
DAY = periods.day_period("2026-11-20", "Asia/Shanghai")
USE = Use(
    calls=20,
    answered=9,
    raised=1,
    none=5,
    refused=2,
    failed=1,
    late=2,
    tokens_in=20_000,
    tokens_out=1_000,
    ms=18_000,
    within={"500": 9, "1000": 8, "2500": 3},
)


def recorded(model: LlmFacts | None) -> Facts:
    return Facts("Tea", DAY, DAY.end + 1, 86_400_000, figures.open_work([], [], DAY.end), (), {}, model)


class TestFigures:
    def test_share_cost_and_time(self) -> None:
        found = llm_figures.figures(LlmFacts(NAME, USE))
        assert (found.use, found.cost, found.mean, found.p90) == (USE, 0.025, 900, 2_500)

    def test_nine_of_ten_end_with_the_step_of_that_call(self) -> None:
        assert llm_figures.figures(LlmFacts(NAME, Use(calls=10, ms=10, within={"500": 9, "1000": 1}))).p90 == 500
        empty = llm_figures.figures(LlmFacts(NAME, Use()))
        assert (empty.mean, empty.p90) == (None, None)

    def test_the_operators_price_counts_before_the_listed_one(self) -> None:
        assert llm_figures.figures(LlmFacts(NAME, USE, "10/100")).cost == 0.3
        assert llm_figures.figures(LlmFacts("mine.model", USE)).cost is None
        assert llm_figures.figures(LlmFacts(NAME, USE, "cheap")).cost is None

    @pytest.mark.parametrize(
        ("name", "told", "price"),
        [
            (NAME, "", (1.0, 5.0)),
            ("anthropic.claude-3-5-haiku-20241022-v1:0", "", (0.8, 4.0)),
            ("us.amazon.nova-lite-v1:0", "", (0.06, 0.24)),
            ("mine", "0.5", (0.5, 0.5)),
            ("mine", "1.5/2", (1.5, 2.0)),
        ],
    )
    def test_prices(self, name: str, told: str, price: tuple[float, float]) -> None:
        assert llm_prices.price(name, told) == llm_prices.Price(*price)

    @pytest.mark.parametrize("told", ["cheap", "1/2/3", "-1", "nan", "inf/1"])
    def test_what_is_no_price(self, told: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            llm_prices.price(NAME, told)

    def test_calls_are_counted_by_the_step_in_which_they_end(self) -> None:
        assert [step(ms) for ms in (0, 500, 501, 2_500, 9_000)] == ["500", "500", "1000", "2500", "2500"]


class TestTheFiles:
    def test_all_of_it_stands_in_json_and_page(self) -> None:
        made = render.files(recorded(LlmFacts(NAME, USE)))
        told = json.loads(made["json"])["model"]
        assert (told["use"]["calls"], told["use"]["answered"], told["cost"], told["mean"]) == (20, 9, 0.025, 900)
        page = made["html"].decode()
        assert NAME in page
        assert "$0.03" in page
        assert "45\u00a0%" in page

    def test_facts_are_read_as_they_were_written(self) -> None:
        known = recorded(LlmFacts(NAME, USE, "1/5"))
        assert facts.load(facts.dump(known)) == known
        assert facts.load(facts.dump(recorded(None))) == recorded(None)

    def test_without_a_model_nothing_is_said_of_one(self) -> None:
        made = render.files(recorded(None))
        assert "model" not in json.loads(made["json"])
        assert b'"model' not in facts.dump(recorded(None))
        assert b"language model" not in made["html"]


class TestPublishing:
    @pytest.fixture(autouse=True)
    def bucket(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REPORTS_BUCKET", "reports-of-a-test")
        monkeypatch.setenv("TIME_ZONE", DAY.zone)
        make_bucket("reports-of-a-test")

    def made(self) -> Any:
        publish.publish(DAY.day, DAY.end + 3_600_000)
        found = publish._recorded(DAY.day)
        assert found
        return found.model

    def test_the_days_calls_are_in_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COMPOSE_MODEL", NAME)
        monkeypatch.setenv("MODEL_PRICE", "1/5")
        assert llm_usage.reserve(DAY.day, DAY.start, 5)
        llm_usage.note(DAY.day, "answered", 1_000, 50, 700)
        assert self.made() == LlmFacts(NAME, Use(calls=1, answered=1, tokens_in=1_000, tokens_out=50, ms=700, within={"1000": 1}), "1/5")

    def test_of_a_day_without_calls_nothing_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COMPOSE_MODEL", NAME)
        assert self.made() is None

    def test_without_a_model_nothing_is_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(llm_usage, "of", None)
        assert self.made() is None
