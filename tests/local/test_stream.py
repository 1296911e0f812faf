"""The local AWS hands a table's stream to functions as AWS does: partial failures, bisecting, parking, and on after a restart."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local import ministack
from tests.local.cloud import Cloud

# Reports each invocation to a queue, then fails as the records ask: `raise` fails the call, `fail` reports the record.
SOURCE = """
import json, os, urllib.parse, urllib.request

def send(queue, body):
    form = urllib.parse.urlencode({"Action": "SendMessage", "QueueUrl": queue, "MessageBody": json.dumps(body)}).encode()
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/sqs/aws4_request"}
    urllib.request.urlopen(urllib.request.Request(queue, form, signed)).read()

def handler(event, context):
    records = event["Records"]
    send(os.environ["QUEUE"], [r["dynamodb"]["Keys"]["pk"]["S"] for r in records])
    if any(r["dynamodb"]["NewImage"].get("raise") for r in records):
        raise RuntimeError("broken record")
    failed = [r["dynamodb"]["SequenceNumber"] for r in records if r["dynamodb"]["NewImage"].get("fail")]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
"""


def follow(cloud: Cloud, name: str, *keys: str, marks: dict[str, str] | None = None, **mapping: Any) -> tuple[str, str]:
    """A function that follows a table, which has the items when it begins; returns the queues of its invocations and of parked records."""
    stream = cloud.table(name)
    calls, _ = cloud.queue(f"{name}-calls")
    parked, parked_arn = cloud.queue(f"{name}-parked")
    cloud.function(name, SOURCE, QUEUE=calls)
    put(cloud, name, *keys, **(marks or {}))
    cloud.client("lambda").create_event_source_mapping(
        EventSourceArn=stream,
        FunctionName=name,
        BatchSize=4,
        StartingPosition="TRIM_HORIZON",
        FunctionResponseTypes=["ReportBatchItemFailures"],
        DestinationConfig={"OnFailure": {"Destination": parked_arn}},
        **mapping,
    )
    return calls, parked


def put(cloud: Cloud, table: str, *keys: str, **marks: str) -> None:
    """Write one item per key; `marks` maps a key to `raise` or `fail`."""
    for key in keys:
        mark = {marks[key]: {"BOOL": True}} if key in marks else {}
        cloud.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": key}} | mark)


def calls_until(cloud: Cloud, queue: str, last: str) -> list[list[str]]:
    """All invocations up to the first that has the record `last`."""
    calls: list[list[str]] = []
    while not any(last in call for call in calls):
        arrived = cloud.receive(queue)
        assert arrived, f"{last} never reached the function; it saw {calls}"
        calls += arrived
    return calls


def test_reported_record_is_tried_again_and_those_before_it_are_not(cloud: Cloud) -> None:
    calls, parked = follow(cloud, "partial", "a", "b", "c", marks={"b": "fail"}, MaximumRetryAttempts=2)
    (record,) = cloud.receive(parked)
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    put(cloud, "partial", "z")
    assert calls_until(cloud, calls, "z") == [["a", "b", "c"], ["b", "c"], ["b", "c"], ["z"]]


def test_bisecting_finds_the_one_broken_record(cloud: Cloud) -> None:
    broken = {"c": "raise"}
    calls, parked = follow(cloud, "bisect", "a", "b", "c", "d", marks=broken, MaximumRetryAttempts=1, BisectBatchOnFunctionError=True)
    (record,) = cloud.receive(parked)
    assert record["DDBStreamBatchInfo"]["batchSize"] == 1
    put(cloud, "bisect", "z")
    seen = calls_until(cloud, calls, "z")
    assert seen[:4] == [["a", "b", "c", "d"], ["a", "b"], ["c", "d"], ["c"]]
    assert seen.count(["c"]) == 2
    assert any("c" not in call and "d" in call for call in seen), "the neighbour of the broken record was lost"
    assert cloud.receive(parked, seconds=0) == []


def test_without_reporting_failures_the_answer_is_not_read(cloud: Cloud) -> None:
    batch = ministack.Batch({"UUID": "x"}, {}, 5, [], [{"dynamodb": {"SequenceNumber": "1"}}])
    assert ministack.first_failed(batch, {"body": {"batchItemFailures": [{"itemIdentifier": "1"}]}}) is None


@pytest.mark.parametrize(("named", "first"), [(["12"], 1), (["13", "12"], 1), ([""], 0), (["99"], 0), ([], None)])
def test_first_failed_is_the_lowest_and_unknown_names_mean_all(named: list[str], first: int | None) -> None:
    records = [{"dynamodb": {"SequenceNumber": number}} for number in ("11", "12", "13")]
    batch = ministack.Batch({"UUID": "x", "FunctionResponseTypes": ["ReportBatchItemFailures"]}, {}, 0, records, records)
    answer = {"body": {"batchItemFailures": [{"itemIdentifier": name} for name in named]}}
    assert ministack.first_failed(batch, answer) == first


def test_a_broken_mapping_does_not_hold_up_another(cloud: Cloud) -> None:
    stuck, _ = follow(cloud, "stuck", "a", marks={"a": "raise"})
    free, _ = follow(cloud, "free")
    calls_until(cloud, stuck, "a")
    put(cloud, "free", "z")
    assert calls_until(cloud, free, "z") == [["z"]]


def test_everything_survives_a_restart(start_cloud: Callable[[Path], Any], tmp_path: Path) -> None:
    with start_cloud(tmp_path) as endpoint:
        first = Cloud(endpoint)
        calls, _ = follow(first, "kept", "a")
        assert calls_until(first, calls, "a") == [["a"]]
        first.client("s3").create_bucket(Bucket="kept")
        first.client("s3").put_object(Bucket="kept", Key="k", Body=b"object")
        pool = first.client("cognito-idp").create_user_pool(PoolName="kept")["UserPool"]["Id"]
        first.client("cognito-idp").admin_create_user(UserPoolId=pool, Username="agent@demo.example")
    with start_cloud(tmp_path) as endpoint:
        second = Cloud(endpoint)
        assert endpoint == first.endpoint
        put(second, "kept", "b")
        assert calls_until(second, calls, "b") == [["b"]], "only what is new reaches the function after a restart"
        assert second.client("dynamodb").get_item(TableName="kept", Key={"pk": {"S": "a"}})["Item"]
        assert second.client("s3").get_object(Bucket="kept", Key="k")["Body"].read() == b"object"
        assert len(second.client("cognito-idp").list_users(UserPoolId=pool)["Users"]) == 1
        assert json.loads((tmp_path / "port.json").read_text()) == int(endpoint.rsplit(":")[-1])


FAILING = """
def handler(event, context):
    print(event["Records"][0]["Sns"]["MessageAttributes"])
    raise RuntimeError("cannot read this")
"""


def test_a_notification_that_no_attempt_can_read_is_parked(cloud: Cloud) -> None:
    arn = cloud.function("subscriber", FAILING)
    topic = cloud.client("sns").create_topic(Name="subject")["TopicArn"]
    parked, parked_arn = cloud.queue("subscriber-parked")
    destination = {"OnFailure": {"Destination": parked_arn}}
    cloud.client("lambda").put_function_event_invoke_config(
        FunctionName="subscriber", MaximumRetryAttempts=1, DestinationConfig=destination
    )
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    cloud.client("sns").publish(TopicArn=topic, Message="hello")
    (record,) = cloud.receive(parked)
    assert record["requestPayload"]["Records"][0]["Sns"]["Message"] == "hello"
    assert record["responsePayload"]["errorMessage"] == "cannot read this"
