"""What a person is told of without asking, and the one page that shows how the system does."""

from __future__ import annotations

import json

from infra.template.cfn import Json, att, ref, resource, sub
from infra.template.functions import FUNCTIONS
from infra.template.queues import FAILED, dead

INTAKE = ("SmsWebhook", "EmailWebhook", "WebsocketConnect", "WebsocketMessage")
WORK = ("APIHandler", "BotAnswer", "Deliver", "FollowUp", "PublishReport")
IN_ONE_ALARM = 10  # CloudWatch's limit of metrics in one expression


def resources(agent_queues: dict[str, str]) -> Json:
    """At most ten alarms, as so many are free, their topic and the dashboard."""
    visible = ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    lag = ("AWS/Lambda", "IteratorAge")
    made: Json = {
        "AlarmTopic": resource("AWS::SNS::Topic", {"TopicName": sub("${AWS::StackName}-alarms")}),
        "AlarmEmailSubscription": resource(
            "AWS::SNS::Subscription",
            {"Protocol": "email", "Endpoint": ref("AlarmEmail"), "TopicArn": ref("AlarmTopic")},
            Condition="HasAlarmEmail",
        ),
        "FailedRecordsAlarm": _alarm(
            "Work failed for good and waits in FailedRecords: read it, mend the cause, replay it",
            _metric(*visible, {"QueueName": att(FAILED, "QueueName")}, "Maximum"),
            0,
        ),
        "IntakeAlarm": _alarm("What customers send is not taken in", _sum_of_errors(INTAKE), 0),
        "WorkAlarm": _alarm("Functions fail repeatedly", _sum_of_errors(WORK), 4),
        "BotLagAlarm": _alarm("The bot answers late", _metric(*lag, {"FunctionName": ref("BotAnswer")}, "Maximum"), 60_000, 3),
        "DeliveryLagAlarm": _alarm("Messages leave late", _metric(*lag, {"FunctionName": ref("Deliver")}, "Maximum"), 60_000, 3),
        "ApiAlarm": _alarm("The site or the agents' API answers with errors", _metric(*API_ERRORS, "Sum"), 4),
        "WaitingAlarm": _alarm("A customer waits over half an hour for a person", _metric(*WAITING, "Maximum"), 1800, 2),
    }
    made |= _dead_letters(agent_queues)
    made["Dashboard"] = _dashboard(agent_queues)
    return made


API_ERRORS = ("AWS/ApiGateway", "5XXError", {"ApiName": ref("AWS::StackName")})
WAITING = ("Baton", "WaitingSeconds", {"service": "baton"})


def _dead_letters(agent_queues: dict[str, str]) -> Json:
    names = [dead(name) for name in agent_queues.values()]
    chunks = [names[i : i + IN_ONE_ALARM] for i in range(0, len(names), IN_ONE_ALARM)]
    return {
        f"DeadLettersAlarm{number or ''}": _alarm("A queue gave up on waiting conversations", _sum(chunk), 0)
        for number, chunk in enumerate(chunks)
    }


def _sum(queue_names: list[str]) -> Json:
    return _total(
        [_metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": att(n, "QueueName")}, "Maximum") for n in queue_names]
    )


def _sum_of_errors(functions: tuple[str, ...]) -> Json:
    return _total([_metric("AWS/Lambda", "Errors", {"FunctionName": ref(name)}, "Sum") for name in functions])


def _total(metrics: list[Json]) -> Json:
    parts = [{"Id": f"m{i}", "ReturnData": False, "MetricStat": _stat(metric)} for i, metric in enumerate(metrics)]
    return {"Metrics": [{"Id": "total", "Expression": "SUM(METRICS())", "ReturnData": True}, *parts]}


def _stat(metric: Json) -> Json:
    shape = {key: metric[key] for key in ("Namespace", "MetricName", "Dimensions")}
    return {"Metric": shape, "Period": metric["Period"], "Stat": metric["Statistic"]}


def _metric(namespace: str, name: str, dimensions: Json, statistic: str) -> Json:
    pairs = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": pairs, "Statistic": statistic, "Period": 300}


def _alarm(description: str, measured: Json, threshold: int, periods: int = 1) -> Json:
    return resource(
        "AWS::CloudWatch::Alarm",
        {
            "AlarmDescription": description,
            **measured,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": threshold,
            "EvaluationPeriods": periods,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [ref("AlarmTopic")],
            "OKActions": [ref("AlarmTopic")],
        },
    )


def _dashboard(agent_queues: dict[str, str]) -> Json:
    """Titles for people; every line is a metric that AWS or the functions already publish."""
    per_function = {metric: [["AWS/Lambda", metric, "FunctionName", f"${{{name}}}"] for name in FUNCTIONS] for metric in ("Invocations", "Errors")}
    lags = [["AWS/Lambda", "IteratorAge", "FunctionName", f"${{{name}}}"] for name in ("BotAnswer", "Deliver")]
    durations = [["AWS/Lambda", "Duration", "FunctionName", f"${{{name}}}"] for name in FUNCTIONS]
    waiting = [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", f"${{{name}.QueueName}}"] for name in agent_queues.values()]
    failed = [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", f"${{{FAILED}.QueueName}}"]]
    api = [["AWS/ApiGateway", name, "ApiName", "${AWS::StackName}"] for name in ("Count", "4XXError", "5XXError")]
    widgets = [
        _widget(0, "Who waits, by queue", waiting, "Maximum"),
        _widget(1, "Longest wait, seconds", [["Baton", "WaitingSeconds", "service", "baton"]], "Maximum"),
        _widget(2, "Calls", per_function["Invocations"], "Sum"),
        _widget(3, "Errors", [*per_function["Errors"], *failed], "Sum"),
        _widget(4, "Behind the stream, ms", lags, "Maximum"),
        _widget(5, "Duration, ms (p95)", durations, "p95"),
        _widget(6, "API", api, "Sum"),
    ]
    return resource(
        "AWS::CloudWatch::Dashboard",
        {"DashboardName": ref("AWS::StackName"), "DashboardBody": sub(json.dumps({"widgets": widgets}))},
    )


def _widget(place: int, title: str, metrics: list[list[str]], statistic: str) -> Json:
    return {
        "type": "metric",
        "x": place % 2 * 12,
        "y": place // 2 * 6,
        "width": 12,
        "height": 6,
        "properties": {"title": title, "metrics": metrics, "stat": statistic, "period": 300, "region": "${AWS::Region}"},
    }
