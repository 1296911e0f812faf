"""What a person is told of without asking."""

from __future__ import annotations

from infra.template import topic_key
from infra.template.cfn import Json, att, ref, resource, sub
from infra.template.queues import DEAD_LETTERS, FAILED

API_ERRORS = ("AWS/ApiGateway", "5XXError", {"ApiName": ref("AWS::StackName")})
SOCKET_ERRORS = ("AWS/ApiGateway", "IntegrationError", {"ApiId": ref("WebsocketAPI")})
WAITING = ("Baton", "WaitingSeconds", {"stage": ref("Stage")})


def resources() -> Json:
    """Ten alarms, as so many are free, and their topic.

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
