"""What a month costs in which nobody writes, reckoned from the packaged template: what the clock calls (run on an empty stack, each call
to AWS counted), and what is watched. What is of a kind that this page does not know is refused, so that it gets reckoned."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.package import Package
from tests.bench import idle_rounds
from tests.bench.prices import METRICS_OF_A_FREE_DASHBOARD

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]

DAYS = 30
MINUTES = DAYS * 24 * 60
BEGINNING = 0.6  # billed seconds of a start that finds no warm environment: each call, as five minutes may be too long to wait for one
CALL = 0.02  # billed seconds of a call to AWS
LONGER = {"Learn": 30.0}  # billed seconds of what computes: a night's learning with thousands of ways to ask (docs/bot.md)

# Costs nothing while it is not used; what is reckoned below stands here, too.
KNOWN = {
    f"AWS::{service}::{kind}"
    for service, kinds in {
        "ApiGateway": "Account",
        "ApiGatewayV2": "Api Integration Route Stage",
        "CloudWatch": "Alarm Dashboard",
        "Cognito": "UserPool UserPoolClient UserPoolGroup",
        "DynamoDB": "Table",
        "IAM": "Policy Role",
        "Lambda": "Permission",
        "Logs": "LogGroup ResourcePolicy",
        "S3": "Bucket BucketPolicy",
        "SES": "ConfigurationSet ConfigurationSetEventDestination ReceiptRule ReceiptRuleSet",
        "SMSVOICE": "ConfigurationSet",
        "SNS": "Subscription Topic TopicPolicy",
        "SQS": "Queue QueuePolicy",
        "SSM": "Parameter",
        "Serverless": "Api Function LayerVersion",
    }.items()
    for kind in kinds.split()
}
# What costs by the hour or month though its kind does not: resource -> property -> values that are free.
FREE_VALUES: dict[str, dict[str, tuple[Any, ...]]] = {
    "AWS::DynamoDB::Table": {"BillingMode": ("PAY_PER_REQUEST",), "ContributorInsightsSpecification": (None,), "Replicas": (None,)},
    "AWS::Serverless::Function": {"ProvisionedConcurrencyConfig": (None,), "Tracing": (None, "PassThrough"), "VpcConfig": (None,)},
    "AWS::Serverless::Api": {"CacheClusterEnabled": (None, False), "TracingEnabled": (None, False)},
    "AWS::SSM::Parameter": {"Tier": (None, "Standard")},
    "AWS::CloudWatch::Alarm": {"Period": (None, 60, 300, 3600), "ThresholdMetricId": (None,)},  # neither within seconds nor by a model
}


def by_default(template: Json) -> Json:
    """The resources that are made when nobody chooses anything."""
    chosen = {name: str(parameter["Default"]) for name, parameter in template.get("Parameters", {}).items()}
    conditions = template.get("Conditions", {})

    def value(node: Any) -> str:
        return chosen[node["Ref"]] if isinstance(node, dict) else str(node)

    def holds(node: Json) -> bool:
        [(how, parts)] = node.items()
        if how == "Condition":
            return holds(conditions[parts])
        if how == "Fn::Equals":
            return value(parts[0]) == value(parts[1])
        met = [holds(part) for part in parts]
        return {"Fn::Not": not met[0], "Fn::And": all(met), "Fn::Or": any(met)}[how]

    return {name: made for name, made in template["Resources"].items() if "Condition" not in made or holds(conditions[made["Condition"]])}


def unknown(template: Json) -> list[str]:
    """Resources that may cost something every month and are not reckoned here."""
    found = []
    for name, made in by_default(template).items():
        if made["Type"] not in KNOWN:
            found.append(f"{name} ({made['Type']})")
        for key, free in FREE_VALUES.get(made["Type"], {}).items():
            if made.get("Properties", {}).get(key) not in free:
                found.append(f"{name}.{key}")
    return found


def month(package: Package) -> dict[str, float]:
    """By the names in PRICES, what a month takes in which nobody writes. Raises ValueError for a schedule of another form."""
    template = package.template
    counts: Counter[str] = Counter(watched(template))
    counts["stored"] = sum(path.stat().st_size for path in package.archives.values())  # in the deployment bucket, for each version
    for function, calls, event in clock(template):
        memory = template["Resources"][function]["Properties"]["MemorySize"] / 1024
        once_a_day, otherwise = idle_rounds.run(template, function, event)
        for done, often in ((once_a_day, DAYS), (otherwise, calls - DAYS)):
            longer = LONGER.get(function, 0) if done is once_a_day else 0
            done.counts["compute"] += memory * (BEGINNING + CALL * done.calls.total() + longer)
            counts.update({name: often * count for name, count in done.counts.items()})
    counts["kept"] = counts["logged"]  # as long as the month is: logs are kept for 30 days
    return dict(counts)


def clock(template: Json) -> Iterator[tuple[str, float, Any]]:
    """(function, calls a month, what it is given) of each schedule."""
    for name, made in template["Resources"].items():
        for event in made.get("Properties", {}).get("Events", {}).values() if made["Type"] == "AWS::Serverless::Function" else ():
            if event["Type"].startswith("Schedule"):
                given = event["Properties"].get("Input")
                raw = given is None and not event["Properties"]["Schedule"].startswith("rate")
                yield name, times(event["Properties"]["Schedule"]), {} if raw else json.loads(given) if given else None


def times(schedule: str) -> float:
    """How often a month. Raises ValueError for what it does not know."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", schedule)
    if rate:
        return MINUTES / (int(rate[1]) * {"minute": 1, "hour": 60, "day": 24 * 60}[rate[2]])
    cron = re.fullmatch(r"cron\((\d+) (\d+|\*) \* \* \? \*\)", schedule)
    if cron:
        return DAYS * (24 if cron[2] == "*" else 1)
    raise ValueError(f"teach tests/bench/idle.py to count {schedule}")


def watched(template: Json) -> dict[str, int]:
    """Alarms by the metrics that they look at, dashboards, and our own metrics."""
    resources = by_default(template).values()
    alarms = sum(len(made["Properties"].get("Metrics", [None])) for made in resources if made["Type"] == "AWS::CloudWatch::Alarm")
    dashboards = sum(1 for made in resources if made["Type"] == "AWS::CloudWatch::Dashboard")
    size = "dashboard" if shown(template) <= METRICS_OF_A_FREE_DASHBOARD else "large_dashboard"
    return {"alarm": alarms, size: dashboards, "metric": len(own_metrics())}


def shown(template: Json, choice: str = "small") -> int:
    """So many metrics the dashboard names, by the choice of `deploy --dashboard`."""
    body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::If"][1 if choice == "full" else 2]
    return sum(len(widget["properties"]["metrics"]) for widget in json.loads(body["Fn::Sub"])["widgets"])


def own_metrics() -> set[str]:
    """The names that the functions publish; each is one metric, as its only dimension is the stage."""
    calls = (
        node
        for path in (ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    )
    named = [call for call in calls if (call.func.id if isinstance(call.func, ast.Name) else call.func.attr) == "metrics"]
    return {keyword.arg or "**" for call in named for keyword in call.keywords}
