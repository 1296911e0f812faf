"""The one page that shows how the system does: within CloudWatch's free tier, or with every function on it."""

from __future__ import annotations

import json

from infra.template.cfn import Json, ref, resource, sub
from infra.template.functions import FUNCTIONS
from infra.template.queues import DEAD_LETTERS, FAILED

Lines = list[list[str]]

PARAMETER = "DashboardSize"
CHOICES = ("small", "full", "none")

# The way of a message, from each entrance to each exit. What the other functions fail at ends in FailedRecords, which is shown, too.
ON_THE_WAY = ["APIHandler", "Site", "SmsWebhook", "EmailWebhook", "WebsocketMessage", "BotAnswer", "Deliver", "Send"]
WAITED_FOR = ["APIHandler", "WebsocketMessage", "BotAnswer", "Deliver", "Send"]  # somebody waits while these run


def parameter() -> Json:
    return {
        "Type": "String",
        "Default": CHOICES[0],
        "AllowedValues": list(CHOICES),
        "Description": "small: within the free tier (50 metrics); full: every function, $3 a month; none: no dashboard.",
    }


def conditions() -> Json:
    return {
        "HasDashboard": {"Fn::Not": [{"Fn::Equals": [ref(PARAMETER), "none"]}]},
        "HasFullDashboard": {"Fn::Equals": [ref(PARAMETER), "full"]},
    }


def resources(agent_queues: dict[str, str]) -> Json:
    """CloudWatch gives three dashboards of up to 50 metrics each for nothing; a larger one costs $3 a month (its pricing page)."""
    small = _body(list(agent_queues.values()), called=ON_THE_WAY, failing=ON_THE_WAY, timed=WAITED_FOR)
    everything = list(FUNCTIONS)
    full = _body(list(agent_queues.values()), called=everything, failing=everything, timed=everything)
    properties = {"DashboardName": ref("AWS::StackName"), "DashboardBody": {"Fn::If": ["HasFullDashboard", full, small]}}
    return {"Dashboard": resource("AWS::CloudWatch::Dashboard", properties, Condition="HasDashboard")}


def _body(agent_queues: list[str], called: list[str], failing: list[str], timed: list[str]) -> Json:
    """Titles for people; every line is a metric that AWS or the functions already publish."""
    api: Lines = [["AWS/ApiGateway", name, "ApiName", "${AWS::StackName}"] for name in ("Count", "4XXError", "5XXError")]
    widgets = [
        _widget(0, "Who waits, by queue", _queue_lines(agent_queues), "Maximum"),
        _widget(1, "Longest wait, seconds", [["Baton", "WaitingSeconds", "stage", "${Stage}"]], "Maximum"),
        _widget(2, "Calls", _function_lines("Invocations", called), "Sum"),
        _widget(3, "Errors and failed work", [*_function_lines("Errors", failing), *_queue_lines([FAILED, DEAD_LETTERS])], "Sum"),
        _widget(4, "Behind the stream, ms", _function_lines("IteratorAge", ["BotAnswer", "Deliver"]), "Maximum"),
        _widget(5, "Duration, ms (p95)", _function_lines("Duration", timed), "p95"),
        _widget(6, "API", api, "Sum"),
        _widget(7, "At a limit: functions at once (whole account), refused calls", _limit_lines(), "Maximum"),
    ]
    return sub(json.dumps({"widgets": widgets}))


def _limit_lines() -> Lines:
    account = [["AWS/Lambda", name] for name in ("ConcurrentExecutions", "Throttles")]
    table = [["AWS/DynamoDB", name, "TableName", "${Table}"] for name in ("ReadThrottleEvents", "WriteThrottleEvents")]
    return [*account, *table]


def _function_lines(metric: str, functions: list[str]) -> Lines:
    return [["AWS/Lambda", metric, "FunctionName", f"${{{name}}}"] for name in functions]


def _queue_lines(queues: list[str]) -> Lines:
    return [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", f"${{{name}.QueueName}}"] for name in queues]


def _widget(place: int, title: str, metrics: Lines, statistic: str) -> Json:
    return {
        "type": "metric",
        "x": place % 2 * 12,
        "y": place // 2 * 6,
        "width": 12,
        "height": 6,
        "properties": {"title": title, "metrics": metrics, "stat": statistic, "period": 300, "region": "${AWS::Region}"},
    }
