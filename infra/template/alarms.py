"""What a person is told of without asking, and the one page that shows how the system does."""

from __future__ import annotations

import json

from infra.template import topic_key
from infra.template.cfn import Json, att, ref, resource, sub
from infra.template.functions import FUNCTIONS
from infra.template.queues import DEAD_LETTERS, FAILED

API_ERRORS = ("AWS/ApiGateway", "5XXError", {"ApiName": ref("AWS::StackName")})
SOCKET_ERRORS = ("AWS/ApiGateway", "IntegrationError", {"ApiId": ref("WebsocketAPI")})
WAITING = ("Baton", "WaitingSeconds", {"stage": ref("Stage")})


def resources(agent_queues: dict[str, str]) -> Json:
    """Ten alarms, as so many are free, their topic and the dashboard.

    Each watches one metric: what a synchronous function fails at shows at its API, and what the others fail at
    for good ends in FailedRecords.
    """
    alarms: Json = {
        "FailedRecordsAlarm": _alarm(
            "Work failed for good and waits in FailedRecords: read it, mend the cause, replay it", _backlog(FAILED), 0
        ),
        "DeadLettersAlarm": _alarm("An agent queue gave up on a waiting conversation", _backlog(DEAD_LETTERS), 0),
        "WaitingAlarm": _alarm("A customer waits over half an hour for a person", _metric(*WAITING, "Maximum"), 1800, 2),
        "ApiAlarm": _alarm("The site, the SMS webhook or the agents' API answers with errors", _metric(*API_ERRORS, "Sum"), 4),
        "SocketAlarm": _alarm("The web chat's functions fail", _metric(*SOCKET_ERRORS, "Sum"), 4),
        "EmailAlarm": _alarm("E-mails are not taken in", _of("EmailWebhook", "Errors", "Sum"), 4),
        "BotAlarm": _alarm("The bot's function fails", _of("BotAnswer", "Errors", "Sum"), 4),
        "DeliveryAlarm": _alarm("The function that sends messages fails", _of("Deliver", "Errors", "Sum"), 4),
        "BotLagAlarm": _alarm("The bot answers late", _of("BotAnswer", "IteratorAge", "Maximum"), 60_000, 3),
        "DeliveryLagAlarm": _alarm("Messages leave late", _of("Deliver", "IteratorAge", "Maximum"), 60_000, 3),
    }
    return {
        **alarms,
        "AlarmTopic": resource("AWS::SNS::Topic", {"TopicName": sub("${AWS::StackName}-alarms"), **topic_key.encrypted()}),
        "AlarmEmailSubscription": resource(
            "AWS::SNS::Subscription",
            {"Protocol": "email", "Endpoint": ref("AlarmEmail"), "TopicArn": ref("AlarmTopic")},
            Condition="HasAlarmEmail",
        ),
        "Dashboard": _dashboard(agent_queues),
    }


def _backlog(queue: str) -> Json:
    return _metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": att(queue, "QueueName")}, "Maximum")


def _of(function: str, metric: str, statistic: str) -> Json:
    return _metric("AWS/Lambda", metric, {"FunctionName": ref(function)}, statistic)


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
    api = [["AWS/ApiGateway", name, "ApiName", "${AWS::StackName}"] for name in ("Count", "4XXError", "5XXError")]
    widgets = [
        _widget(0, "Who waits, by queue", _queue_lines(list(agent_queues.values())), "Maximum"),
        _widget(1, "Longest wait, seconds", [["Baton", "WaitingSeconds", "stage", "${Stage}"]], "Maximum"),
        _widget(2, "Calls", _function_lines("Invocations", list(FUNCTIONS)), "Sum"),
        _widget(3, "Errors and failed work", [*_function_lines("Errors", list(FUNCTIONS)), *_queue_lines([FAILED, DEAD_LETTERS])], "Sum"),
        _widget(4, "Behind the stream, ms", _function_lines("IteratorAge", ["BotAnswer", "Deliver"]), "Maximum"),
        _widget(5, "Duration, ms (p95)", _function_lines("Duration", list(FUNCTIONS)), "p95"),
        _widget(6, "API", api, "Sum"),
    ]
    return resource(
        "AWS::CloudWatch::Dashboard",
        {"DashboardName": ref("AWS::StackName"), "DashboardBody": sub(json.dumps({"widgets": widgets}))},
    )


def _function_lines(metric: str, functions: list[str]) -> list[list[str]]:
    return [["AWS/Lambda", metric, "FunctionName", f"${{{name}}}"] for name in functions]


def _queue_lines(queues: list[str]) -> list[list[str]]:
    return [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", f"${{{name}.QueueName}}"] for name in queues]


def _widget(place: int, title: str, metrics: list[list[str]], statistic: str) -> Json:
    return {
        "type": "metric",
        "x": place % 2 * 12,
        "y": place // 2 * 6,
        "width": 12,
        "height": 6,
        "properties": {"title": title, "metrics": metrics, "stat": statistic, "period": 300, "region": "${AWS::Region}"},
    }
