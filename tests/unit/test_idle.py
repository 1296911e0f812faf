"""A month in which nobody writes fits what AWS gives each account every month: whoever adds an eleventh alarm, a fifty-first metric or a
clock that calls too often is told here."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from infra.package import ROOT, Package
from infra.template.dashboard import CHOICES
from tests.bench import bill, cost, idle
from tests.bench.prices import FREE, METRICS_OF_A_FREE_DASHBOARD, PRICES, beyond, usd

# On demand, DynamoDB's reads have no free amount, nor have S3's requests and bytes: the sweep, the hourly look for ended days and one
# package come to cents.
NEVER_FREE = {"read", "written", "put", "get", "stored"}
CENTS = 0.05


@pytest.fixture(scope="module")
def month(prod: Package) -> dict[str, float]:
    return idle.month(prod)


def test_idle_fits_the_free_tier(month: dict[str, float]) -> None:
    charged = beyond(month)
    assert set(charged) <= NEVER_FREE
    assert usd(charged) <= CENTS
    assert month["compute"] <= FREE["compute"] / 10, "what is free is for conversations"


def test_nothing_that_costs_by_the_month_is_left_out(prod: Package) -> None:
    assert idle.unknown(prod.template) == []


@pytest.mark.parametrize(
    ("name", "made", "told"),
    [
        ("Key", {"Type": "AWS::KMS::Key"}, "Key (AWS::KMS::Key)"),
        ("Secret", {"Type": "AWS::SecretsManager::Secret"}, "Secret (AWS::SecretsManager::Secret)"),
        ("Fast", {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Period": 10}}, "Fast.Period"),
        ("Old", {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": "PROVISIONED"}}, "Old.BillingMode"),
        (
            "Warm",
            {"Type": "AWS::Serverless::Function", "Properties": {"ProvisionedConcurrencyConfig": {}}},
            "Warm.ProvisionedConcurrencyConfig",
        ),
    ],
)
def test_what_costs_by_the_month_is_told(name: str, made: dict[str, Any], told: str) -> None:
    assert idle.unknown({"Resources": {name: made}}) == [told]


def test_what_somebody_has_to_choose_is_not_idle_by_default() -> None:
    parameters = {"EncryptTopics": {"Default": "no"}, "Reads": {"Default": 0}}
    conditions = {
        "Encrypts": {"Fn::Equals": [{"Ref": "EncryptTopics"}, "yes"]},
        "Warm": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Reads"}, 0]}]},
        "Plain": {"Fn::And": [{"Fn::Not": [{"Condition": "Encrypts"}]}, {"Fn::Not": [{"Condition": "Warm"}]}]},
        "Either": {"Fn::Or": [{"Condition": "Encrypts"}, {"Condition": "Plain"}]},
    }
    made = {name: {"Type": "AWS::KMS::Key", "Condition": name} for name in conditions}
    template = {"Parameters": parameters, "Conditions": conditions, "Resources": made}
    assert idle.unknown(template) == ["Plain (AWS::KMS::Key)", "Either (AWS::KMS::Key)"]


def test_an_eleventh_alarm_is_charged(prod: Package) -> None:
    template = deepcopy(prod.template)
    template["Resources"]["Another"] = template["Resources"]["BotAlarm"]
    assert beyond(dict(idle.watched(template))) == {"alarm": 1}


def test_a_fifty_first_metric_makes_the_dashboard_cost(prod: Package) -> None:
    template = deepcopy(prod.template)
    small = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::If"][2]
    body = json.loads(small["Fn::Sub"])
    missing = METRICS_OF_A_FREE_DASHBOARD + 1 - idle.shown(template)
    body["widgets"][0]["properties"]["metrics"] += [["Other", f"n{n}"] for n in range(missing)]
    small["Fn::Sub"] = json.dumps(body)
    assert idle.shown(template) == METRICS_OF_A_FREE_DASHBOARD + 1
    assert usd(beyond(dict(idle.watched(template)))) == 3


def test_our_own_metrics_are_counted_where_they_are_published() -> None:
    assert idle.own_metrics() == {"WaitingSeconds", "Waiting"}


def test_the_clock_is_reckoned_as_the_template_sets_it(prod: Package, month: dict[str, float]) -> None:
    calls = {function: calls for function, calls, _ in idle.clock(prod.template)}
    assert calls == {"FollowUp": 8640, "PublishReport": 720, "Learn": 30}
    assert month["request"] == sum(calls.values())
    assert month["read"] > calls["FollowUp"], "the sweep really ran and asked the table"
    assert month["queue"] > calls["FollowUp"]
    assert month["logged"] > 340 * month["request"], "its own lines are counted, too"


@pytest.mark.parametrize(("schedule", "calls"), [("rate(1 minute)", 43_200), ("rate(2 hours)", 360), ("cron(5 3 * * ? *)", 30)])
def test_schedules_are_counted(schedule: str, calls: int) -> None:
    assert idle.times(schedule) == calls


def test_a_schedule_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="teach"):
        idle.times("cron(0/5 * * * ? *)")


def test_the_dashboard_is_small_unless_another_is_chosen(prod: Package) -> None:
    parameter, dashboard = prod.template["Parameters"]["DashboardSize"], prod.template["Resources"]["Dashboard"]
    assert (parameter["Default"], tuple(parameter["AllowedValues"])) == ("small", CHOICES)
    assert dashboard["Condition"] == "HasDashboard"
    assert idle.shown(prod.template, "full") > METRICS_OF_A_FREE_DASHBOARD >= idle.shown(prod.template)


def test_what_an_operator_needs_is_on_the_small_dashboard(prod: Package) -> None:
    """Whatever an alarm watches can be looked at, and both streams, the queues and the limits that a burst meets."""
    small = prod.template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::If"][2]["Fn::Sub"]
    for what in (
        "BillingUrgentQueue",
        "FailedRecords",
        "DeadLetters",
        "WaitingSeconds",
        "5XXError",
        "IteratorAge",
        "Throttles",
        "WriteThrottle",
    ):
        assert what in small
    for name in ("EmailWebhook", "BotAnswer", "Deliver", "Send", "WebsocketMessage", "SmsWebhook", "APIHandler"):
        assert f"${{{name}}}" in small


def test_the_readme_repeats_what_is_counted(month: dict[str, float]) -> None:
    said = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert [row for row in cost.readme(month) if row not in said] == []


def test_the_bill_goes_by_what_the_pages_and_functions_do(prod: Package) -> None:
    socket = (ROOT / "chalicelib/web/assets/shared/socket.js").read_text("utf-8")
    assert f"PING_EVERY = {bill.PING_MINUTES * 60}_000;" in socket
    for names in bill.NEEDED.values():
        assert set(names) <= prod.template["Resources"].keys()


def test_the_benchmark_prints_the_idle_month_the_bill_and_what_the_readme_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert cost.main() == 0
    said = capsys.readouterr().out
    for part in ("A month in which nobody writes", "beyond what is free", "The honest bill", "a tab left open", "In README.md:"):
        assert part in said


def test_the_whole_bill_holds_every_part() -> None:
    lines = bill.lines()
    for part in ("tab", "pauses", "logs kept", "SES", "cold"):
        assert any(part in what for what in lines), part
    assert lines["SES, in and out"]["e-mail"] == pytest.approx(0.6)
    assert bill.totals()["web chat"] > 2 * lines["the conversations themselves"]["web chat"]
    assert set(bill.NEEDED) == set(cost.CHANNELS)
    assert all(name in PRICES for channel in cost.CHANNELS.values() for name in cost.conversation(channel))
