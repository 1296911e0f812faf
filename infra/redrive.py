"""Doing again what had failed. A message leaves its queue only after its work is done."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.cloud import Cloud
from infra.errors import DeployError
from infra.failed_records import Batch, Failed, Parked, parked_event, passes, plain, read
from infra.stack import FUNCTION, QUEUE, output, own_queues, resources
from infra.template.queues import DEAD_LETTERS, FAILED

GONE = "the stream does not hold its records any more (it keeps them for a day)"
HIDDEN = 900  # seconds in which no other reader sees a message that is being replayed


@dataclass(frozen=True, slots=True)
class Left:
    """A message that stays in its queue, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """`again`: functions put so many aside anew while they were replayed."""

    done: int
    left: tuple[Left, ...]
    again: int


def replay(cloud: Cloud, stack: str) -> Replayed:
    """Replays every message that was in FailedRecords when it began."""
    url = next(r.id for r in resources(cloud, stack, QUEUE) if r.name == FAILED)
    functions = {r.name: r.id for r in resources(cloud, stack, FUNCTION)}
    began, done, again = time.time() * 1000, 0, 0
    left: list[Left] = []
    with _put_back(cloud, url) as put_back:
        for message in _messages(cloud, url):
            if float(message["Attributes"]["SentTimestamp"]) > began:
                again += 1
                put_back(message)
            elif trouble := _trouble(cloud, stack, functions, message):
                left.append(trouble)
                put_back(message)
            else:
                cloud.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                done += 1
    return Replayed(done, tuple(left), again)


def move_back(cloud: Cloud, stack: str) -> tuple[int, int]:
    """Moves what the agent queues gave up back to them; returns how many went back, and how many came from no queue of ours."""
    queues = {r.name: r.id for r in resources(cloud, stack, QUEUE)}
    homes = {url.rpartition("/")[2]: url for url in (*queues.values(), *own_queues(cloud, stack))}
    sqs, dead, moved, strays = cloud.client("sqs"), queues[DEAD_LETTERS], 0, 0
    with _put_back(cloud, dead) as put_back:
        for message in _messages(cloud, dead):
            home = homes.get(message["Attributes"].get("DeadLetterQueueSourceArn", "").rpartition(":")[2], "")
            if home:
                sqs.send_message(QueueUrl=home, MessageBody=message["Body"])
                sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
                moved += 1
            else:
                put_back(message)
                strays += 1
    return moved, strays


@contextmanager
def _put_back(cloud: Cloud, url: str) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Messages that are put back become visible again at the end, not before: else they would be read in circles."""
    handles: list[str] = []
    try:
        yield lambda message: handles.append(message["ReceiptHandle"])
    finally:
        for handle in handles:
            cloud.client("sqs").change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)


def _trouble(cloud: Cloud, stack: str, functions: dict[str, str], message: dict[str, Any]) -> Left | None:
    """Replays one message; None if its work is done now."""
    failed = read(message["Body"])
    try:
        _replay(cloud, stack, functions, failed, message["MessageId"])
    except (DeployError, ClientError, BotoCoreError) as error:
        return Left(_title(failed, message["Body"]), str(error))
    return None


def _messages(cloud: Cloud, url: str) -> Iterator[dict[str, Any]]:
    """Each message of the queue once, hidden from others meanwhile."""
    ask = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": HIDDEN, "WaitTimeSeconds": 0 if cloud.endpoint_url else 2}
    while (
        found := cloud.client("sqs")
        .receive_message(**ask, MessageSystemAttributeNames=["SentTimestamp", "DeadLetterQueueSourceArn"])
        .get("Messages")
    ):
        yield from found


def _replay(cloud: Cloud, stack: str, functions: dict[str, str], failed: Failed | None, message_id: str) -> None:
    """Raises DeployError if the work was not done."""
    if failed is None:
        raise DeployError("its shape is not known")
    name = failed.function
    physical = functions.get("".join(word.title() for word in name.split("_")), name)
    if physical not in functions.values():
        raise DeployError(f"{name} is not a function of {stack}")
    if isinstance(failed, Parked):
        _invoke(cloud, physical, parked_event(_item(cloud, stack, failed), failed.keys, message_id))
    elif isinstance(failed, Batch):
        records = _stream_records(cloud, failed, _filters(cloud, physical, failed.stream))
        if records:
            _invoke(cloud, physical, {"Records": records})
    else:
        _invoke(cloud, physical, failed.event)


def _invoke(cloud: Cloud, function: str, event: Any) -> None:
    """Waits for the answer. Raises DeployError if the function fails, wholly or for a part of its records."""
    answer = cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    body = answer["Payload"].read()
    result = json.loads(body) if body else None
    if answer.get("FunctionError"):
        raise DeployError(f"it failed again: {_error(result)}")
    if isinstance(result, dict) and result.get("batchItemFailures"):
        raise DeployError("it failed again; the function's log says why")


def _error(result: Any) -> str:
    return str(result.get("errorMessage", "no message")) if isinstance(result, dict) else "no message"


def _item(cloud: Cloud, stack: str, failed: Parked) -> dict[str, Any]:
    if failed.keys.keys() != {"pk", "sk"}:
        raise DeployError("it is no record of the table")
    keys = {name: {"S": value} for name, value in failed.keys.items()}
    found = cloud.client("dynamodb").get_item(TableName=output(cloud, stack, "Table"), Key=keys, ConsistentRead=True)
    if "Item" not in found:
        raise DeployError("its item is not in the table any more")
    item: dict[str, Any] = found["Item"]
    return item


def _stream_records(cloud: Cloud, failed: Batch, filters: list[str]) -> list[Any]:
    """The records of the failed part of the stream. Raises DeployError after the 24 hours that a stream keeps them."""
    streams, found = cloud.client("dynamodbstreams"), []
    where = {"StreamArn": failed.stream, "ShardId": failed.shard, "SequenceNumber": failed.first}
    try:
        iterator = streams.get_shard_iterator(**where, ShardIteratorType="AT_SEQUENCE_NUMBER")["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            found += [r for r in page["Records"] if int(r["dynamodb"]["SequenceNumber"]) <= int(failed.last)]
            ended = not page["Records"] or int(page["Records"][-1]["dynamodb"]["SequenceNumber"]) >= int(failed.last)
            iterator = None if ended else page.get("NextShardIterator")
    except ClientError as error:
        if error.response["Error"].get("Code") not in ("TrimmedDataAccessException", "ResourceNotFoundException", "ValidationException"):
            raise
        raise DeployError(GONE) from error
    if not found:
        raise DeployError(GONE)
    events = [plain(record) | {"eventSourceARN": failed.stream} for record in found]
    return [event for event in events if passes(event, filters)]


def _filters(cloud: Cloud, function: str, stream: str) -> list[str]:
    found = cloud.client("lambda").list_event_source_mappings(FunctionName=function, EventSourceArn=stream)["EventSourceMappings"]
    return [f["Pattern"] for mapping in found for f in mapping.get("FilterCriteria", {}).get("Filters", [])]


def _title(failed: Failed | None, body: str) -> str:
    if isinstance(failed, Parked):
        return " ".join([failed.function, *map(str, failed.keys.values())])
    return failed.function if failed else body[:120]
