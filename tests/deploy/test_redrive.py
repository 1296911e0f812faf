"""What had failed is done again: every shape of it, and nothing leaves its queue before it is done."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from infra.cloud import Cloud
from infra.deploy import deploy
from infra.failed_records import Parked, passes, read
from infra.local.aws import session
from infra.stack import depths, resources
from tests.deploy.small import package

pytestmark = pytest.mark.deploy

Run = Callable[..., Result]


class Stack:
    """The small stack, and what tests do with it."""

    def __init__(self, cloud: Cloud, name: str, folder: Path, seen: Path) -> None:
        self.cloud, self.seen = cloud, seen
        self.outputs = deploy(cloud.session, cloud.endpoint_url, package(folder, seen=seen), name, {}, lambda _: None)
        self.ids = {r.name: r.id for r in resources(cloud, name)}

    def put(self, kind: str, number: int = 1) -> dict[str, str]:
        keys = {"pk": "T#1", "sk": f"M#{number}"}
        item = {name: {"S": value} for name, value in (keys | {"type": kind, "text": f"text {number}"}).items()}
        self.cloud.client("dynamodb").put_item(TableName=self.outputs["Table"], Item=item)
        return keys

    def fail(self, body: Any, queue: str = "FailedRecords") -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.cloud.client("sqs").send_message(QueueUrl=self.ids[queue], MessageBody=text)

    def waiting(self, queue: str = "FailedRecords") -> int:
        return sum(depths(self.cloud, self.ids[queue]))

    def events(self) -> list[Any]:
        return [json.loads(line) for line in self.seen.read_text().splitlines()] if self.seen.exists() else []

    def arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:000000000000:function:{self.ids['BotAnswer']}:$LATEST"


@pytest.fixture(scope="module")
def stage() -> str:
    return "redrive"


@pytest.fixture(scope="module")
def deployed(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    folder = tmp_path_factory.mktemp("redrive")
    return Stack(Cloud(session(), endpoint), "baton-redrive", folder, folder / "seen")


@pytest.fixture
def small(deployed: Stack) -> Stack:
    """The stack, with what earlier tests left taken away."""
    deployed.seen.unlink(missing_ok=True)
    for name in ("FailedRecords", "DeadLetters", "BillingUrgentQueue"):
        deployed.cloud.client("sqs").purge_queue(QueueUrl=deployed.ids[name])
    return deployed


def test_a_parked_record_is_replayed_as_it_is_now(small: Stack, run: Run) -> None:
    keys = small.put("incoming")
    small.fail({"function": "bot_answer", "keys": keys, "error": "boom"})
    done = run("redrive")
    assert done.exit_code == 0, done.output
    assert "1 replayed, 0 left" in done.output
    [event] = small.events()
    [record] = event["Records"]
    assert (record["eventName"], record["eventSource"]) == ("INSERT", "aws:dynamodb")
    assert record["dynamodb"]["Keys"] == {"pk": {"S": "T#1"}, "sk": {"S": "M#1"}}
    assert record["dynamodb"]["NewImage"]["text"] == {"S": "text 1"}
    assert small.waiting() == 0


def test_a_parked_record_of_no_table_of_ours_stays_and_says_so(small: Stack, run: Run) -> None:
    small.fail({"function": "bot_answer", "keys": {"Id": "101"}, "error": "KeyError"})
    done = run("redrive")
    assert "0 replayed, 1 left" in done.output
    assert "bot_answer 101" in done.output
    assert "it is no record of the table" in done.output
    assert (small.events(), small.waiting()) == ([], 1)


def test_a_failed_part_of_the_stream_is_replayed_through_the_mappings_filter(small: Stack, run: Run) -> None:
    for number, kind in enumerate(("incoming", "outgoing", "incoming", "incoming"), 101):
        small.put(kind, number)
    streams, dynamodb = small.cloud.client("dynamodbstreams"), small.cloud.client("dynamodb")
    arn = dynamodb.describe_table(TableName=small.outputs["Table"])["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    numbers = [r["dynamodb"]["SequenceNumber"] for r in streams.get_records(ShardIterator=start)["Records"]][-4:]
    info = {"shardId": shard, "startSequenceNumber": numbers[0], "endSequenceNumber": numbers[2], "streamArn": arn, "batchSize": 3}
    small.fail({"requestContext": {"functionArn": small.arn(), "condition": "RetryAttemptsExhausted"}, "DDBStreamBatchInfo": info})
    done = run("redrive")
    assert done.exit_code == 0, done.output
    [event] = small.events()
    assert [r["dynamodb"]["Keys"]["sk"]["S"] for r in event["Records"]] == ["M#101", "M#103"]
    assert event["Records"][0]["dynamodb"]["NewImage"]["type"] == {"S": "incoming"}
    assert isinstance(event["Records"][0]["dynamodb"]["ApproximateCreationDateTime"], (int, float))


def test_a_failed_asynchronous_call_is_made_again(small: Stack, run: Run) -> None:
    payload = {"Records": [{"Sns": {"Message": "a mail"}}]}
    small.fail({"requestContext": {"functionArn": small.arn()}, "requestPayload": payload, "responsePayload": {"errorMessage": "x"}})
    assert run("redrive").exit_code == 0
    assert small.events() == [payload]


@pytest.mark.parametrize("how", ["fail", "part"])
def test_what_fails_again_stays_and_can_be_replayed_later(small: Stack, run: Run, how: str) -> None:
    small.fail({"function": "bot_answer", "keys": small.put("incoming"), "error": "boom"})
    trouble = small.seen.with_name(f"seen.{how}")
    trouble.touch()
    done = run("redrive")
    assert done.exit_code == 1
    assert "0 replayed, 1 left" in done.output
    assert "bot_answer T#1 M#1: it failed again" in done.output
    assert small.waiting() == 1
    trouble.unlink()
    assert "1 replayed, 0 left" in run("redrive").output
    assert small.waiting() == 0


ODD = {"shardId": "s", "startSequenceNumber": "1", "endSequenceNumber": "2", "streamArn": "x"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("no json", "not known"),
        ({"hello": 1}, "not known"),
        ({"requestContext": {"functionArn": "a:b:c:d:e:f:bot_answer"}, "DDBStreamBatchInfo": ODD}, "validation failed"),
        ({"function": "bot_answer", "keys": {"pk": "T#9", "sk": "M#9"}, "error": "x"}, "not in the table any more"),
        (
            {"requestContext": {"functionArn": "arn:aws:lambda:us-east-1:1:function:theirs"}, "requestPayload": {}},
            "theirs is not a function of",
        ),
        (
            {
                "requestContext": {"functionArn": "arn:aws:lambda:us-east-1:1:function:bot_answer"},
                "DDBStreamBatchInfo": {
                    "shardId": "shardId-00000000000000000000-00000000",
                    "startSequenceNumber": f"{1:021}",
                    "endSequenceNumber": f"{2:021}",
                    "streamArn": "arn:aws:dynamodb:us-east-1:1:table/none/stream/2026",
                },
            },
            "does not hold its records any more",
        ),
    ],
)
def test_what_cannot_be_replayed_is_shown_and_stays(small: Stack, run: Run, body: Any, why: str) -> None:
    small.fail(body)
    done = run("redrive")
    assert done.exit_code == 1
    assert why in done.output
    assert small.waiting() == 1


def test_good_ones_are_replayed_beside_bad_ones(small: Stack, run: Run) -> None:
    for number in range(1, 13):
        small.fail({"function": "bot_answer", "keys": small.put("incoming", number), "error": "x"})
    small.fail("no json")
    assert "12 replayed, 1 left" in run("redrive").output
    assert len(small.events()) == 12
    assert small.waiting() == 1


def test_what_is_put_aside_meanwhile_is_not_replayed_in_circles(small: Stack, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    small.fail({"function": "bot_answer", "keys": small.put("incoming"), "error": "put aside after the replay began"})
    monkeypatch.setattr("infra.redrive.time.time", lambda: 0.0)
    done = run("redrive")
    assert done.exit_code == 1
    assert "1 failed again and were put aside anew" in done.output
    assert small.events() == []
    assert small.waiting() == 1


def test_dead_letters_go_back_to_their_queue(small: Stack, run: Run) -> None:
    small.fail({"conversation": "1.1"}, "BillingUrgentQueue")
    sqs, url = small.cloud.client("sqs"), small.ids["BillingUrgentQueue"]
    end = time.monotonic() + 10
    while not small.waiting("DeadLetters") and time.monotonic() < end:
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, WaitTimeSeconds=1)
    assert small.waiting("DeadLetters") == 1
    done = run("redrive")
    assert "1 moved back, 0 left" in done.output
    assert small.waiting("DeadLetters") == 0
    assert json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"]) == {"conversation": "1.1"}


def test_shapes_are_read() -> None:
    assert read('{"function": "deliver", "keys": {"pk": "a", "sk": "b"}, "error": "e"}') == Parked("deliver", {"pk": "a", "sk": "b"}, "e")
    assert read('{"function": "deliver", "keys": {"Id": "101"}, "error": "KeyError"}') == Parked("deliver", {"Id": "101"}, "KeyError")
    for odd in ("[]", "null", '{"keys": {}}', '{"requestContext": {"functionArn": "x"}}', '{"keys": 1, "function": "f"}'):
        assert read(odd) is None


@pytest.mark.parametrize(
    ("pattern", "record", "passed"),
    [
        ({"a": ["x"]}, {"a": "x"}, True),
        ({"a": ["x", "y"]}, {"a": "z"}, False),
        ({"a": {"b": ["x"]}}, {"a": None}, False),
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": [{"prefix": "T#"}]}, {"a": "T#1"}, True),
        ({"a": [{"anything-but": ["x"]}]}, {"a": "x"}, False),
        ({"a": [{"new-operator": 1}]}, {"a": "x"}, True),
    ],
)
def test_filters_are_those_of_the_mapping(pattern: Any, record: Any, passed: bool) -> None:
    assert passes(record, [json.dumps(pattern)]) is passed
    assert passes(record, [])
