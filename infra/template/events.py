"""What calls the functions: the table's stream with its filters, the topics, the clock (follow_up's stands in app.py)."""

from __future__ import annotations

import json

from infra.template.cfn import Json, att, sub
from infra.template.queues import FAILED


def _image(**values: list[str]) -> Json:
    return {"dynamodb": {"NewImage": {name: {"S": allowed} for name, allowed in values.items()}}}


# Only what passes a filter is paid for and seen. A changed head is sent on while a person is concerned.
FILTERS: dict[str, list[Json]] = {
    "BotAnswer": [{"eventName": ["INSERT"], **_image(type=["incoming"])}],
    "Deliver": [
        {"eventName": ["INSERT"], **_image(type=["outgoing", "proof", "move"])},
        {"eventName": ["INSERT"], **_image(type=["incoming"], todo=["fetch", "report"])},
        _image(type=["head"], owner=["queue", "agent"]),
        # Also who gave up her place; what is deleted (by its TTL, or with its customer) is nothing to tell of.
        {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"OldImage": {"type": {"S": ["head"]}, "owner": {"S": ["queue"]}}}},
    ],
}
TOPICS = {"EmailWebhook": "MailTopic", "MailEvents": "MailEventsTopic", "SmsAws": "TextTopic"}
BATCH = {"BotAnswer": 10, "Deliver": 25}

# A day ends at another hour in each time zone; where no day has just ended, the function finds nothing to do.
HOURLY = {"Type": "Schedule", "Properties": {"Schedule": "cron(10 * * * ? *)"}}


# When little is written nearly everywhere.
NIGHTLY = {"Type": "Schedule", "Properties": {"Schedule": "cron(20 2 * * ? *)", "Input": json.dumps({"do": "learn"})}}


def events() -> Json:
    """To merge over Chalice's event sources. `Fn::Sub` for the topic, as Chalice's own node has that key too."""
    made: Json = {name: {"Properties": {"Events": {source(name): {"Properties": stream(name)}}}} for name in FILTERS}
    for function, topic in TOPICS.items():
        made[function] = {"Properties": {"Events": {f"{function}SnsSubscription": {"Properties": {"Topic": sub(f"${{{topic}}}")}}}}}
    made["Learn"] = {"Properties": {"Events": {"Nightly": NIGHTLY}}}
    made["PublishReport"] = {"Properties": {"Events": {"Hourly": HOURLY}}}
    return made


def source(function: str) -> str:
    """What Chalice calls the event source of a stream's function."""
    return f"{function}DynamodbEventSource"


def stream(function: str) -> Json:
    """Passing faults are tried again with ever smaller batches; what then still fails goes to FailedRecords."""
    return {
        "Stream": att("Table", "StreamArn"),
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": BATCH[function],
        "MaximumBatchingWindowInSeconds": 0,
        "ParallelizationFactor": 10,
        "FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in FILTERS[function]]},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": 10,
        "MaximumRecordAgeInSeconds": 3600,
        "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": att(FAILED)}},
    }
