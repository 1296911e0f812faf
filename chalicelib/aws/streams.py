"""Working off the table's stream: whatever goes wrong with one record, its neighbours go on, and nothing is forgotten.

Records come in the order of their thread and at least once. Three kinds of trouble:
- A passing fault of ours (the table is throttled): the batch is given back from that record on, and the stream tries again
  (a partial batch failure; the mapping bisects, and at last sends a pointer to the queue of failed records).
- A provider outside is down: the record's key goes into the queue of postponed work, as the other channels must not wait;
  `replay_postponed`, called by the clock, tries it again, and after a day SQS moves it to the failed records.
- Poison, which can never work, be it not even a record of ours: the key goes to the failed records at once, where an alarm
  rings and `redrive` replays.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.aws.dynamodb import Item
from chalicelib.errors import Conflict, NotFound, NotOwner, Postponed, Unavailable
from chalicelib.observability import log

Handler = Callable[[Item, Item | None], str]  # (new image, old image) -> what happened, one word for the log

ORDERED = "baton:ordered"  # the event source of a record that a function hands on to another
REPLAY = "baton:replay"  # the event source of a record that comes again by the clock
PAUSED = "baton:paused"  # and of one that comes again after a pause (pauses.py)
_AT_ONCE = 10  # SQS hands out no more
REPLAY_SECONDS = 120.0  # of the clock's function, which has 240; ten slow records may still follow


def process(event: Mapping[str, Any], function: str, handlers: Mapping[str, Handler]) -> dict[str, Any]:
    """`handlers` by the item's type. Returns Lambda's partial batch response."""
    outcomes: dict[str, int] = {}
    failures: list[dict[str, str]] = []
    for record in event["Records"]:
        try:
            outcome = _one(record, function, handlers)
        except Unavailable as error:
            log.warning("passing_fault", function=function, error=str(error))
            failures = [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]
            break
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    log.info("batch", function=function, records=len(event["Records"]), outcomes=outcomes, given_back=bool(failures))
    return {"batchItemFailures": failures}


def replay_postponed(names: Mapping[str, str], seconds: float = REPLAY_SECONDS) -> dict[str, int]:
    """Hands postponed records to their functions again (`names`: ours -> Lambda's). What still fails stays in the queue, and so does what
    `seconds` do not suffice for: the next round of the clock goes on there."""
    done, end = {"replayed": 0, "still_postponed": 0}, time.monotonic() + seconds
    while time.monotonic() < end and (messages := _postponed()):
        for message in messages:
            name, order = _order(json.loads(message["Body"]))
            if _replay(names[name], order):
                _delete(message["ReceiptHandle"])
                done["replayed"] += 1
            else:
                done["still_postponed"] += 1
    return done


def work_off(order: Mapping[str, Any], function: str, handlers: Mapping[str, Handler], source: str = ORDERED) -> dict[str, Any]:
    """As `process`, for one record that is named by its keys. Raises Unavailable if it should come again, as whoever called will see to."""
    if not (event := _event(order, source)):
        return {"batchItemFailures": []}
    done = process(event, function, handlers)
    if done["batchItemFailures"]:
        raise Unavailable("it comes again")
    return done


def resume(pk: str, sk: str, function: str) -> bool:
    """Hands the function a record whose pause never ended; False if it failed again."""
    return _replay(function, {"keys": {"pk": pk, "sk": sk}}, PAUSED)


def is_paused(item: Item) -> bool:
    """Does this record come again after a pause?"""
    return "paused" in item


def _one(record: dict[str, Any], function: str, handlers: Mapping[str, Handler]) -> str:
    images = record.get("dynamodb", {})
    try:
        item: Item = images["NewImage"]
        return handlers[item["type"]["S"]](item, images.get("OldImage"))
    except Postponed as error:
        if record["eventSource"] == REPLAY:
            raise
        log.warning("postponed", function=function, error=str(error))
        _put_aside(settings.env("POSTPONED_QUEUE"), function, images, str(error))
        return "postponed"
    except Unavailable:
        raise
    except NotOwner:
        return "not_owner"
    except (Conflict, NotFound) as error:
        raise Unavailable(str(error)) from error
    except Exception as error:  # noqa: BLE001 - whatever it is, its neighbours must go on
        log.exception("poison_record", function=function)
        _put_aside(settings.env("FAILED_QUEUE"), function, images, type(error).__name__)
        return "parked"


def _put_aside(queue: str, function: str, images: Mapping[str, Any], error: str) -> None:
    """With the keys that the record has: another table's have other names, and what is no record of a table has none."""
    keys = {name: value for name, typed in images.get("Keys", {}).items() for value in typed.values()}
    body = json.dumps({"function": function, "keys": keys, "error": error})
    with clients.translated("put a record aside"):
        clients.client("sqs").send_message(QueueUrl=queue, MessageBody=body)


def _order(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """A function's name, and the keys of what it is to do: put aside by us, or by Lambda, which gave up calling the one that sends."""
    return ("send", body["requestPayload"]) if "requestPayload" in body else (body["function"], body)


def _postponed() -> list[dict[str, Any]]:
    """The next few; they are hidden for a while, so that one round of the clock takes each once."""
    with clients.translated("read postponed records"):
        page = clients.client("sqs").receive_message(QueueUrl=settings.env("POSTPONED_QUEUE"), MaxNumberOfMessages=_AT_ONCE)
    messages: list[dict[str, Any]] = page.get("Messages", [])
    return messages


def _delete(receipt: str) -> None:
    with clients.translated("forget a postponed record"):
        clients.client("sqs").delete_message(QueueUrl=settings.env("POSTPONED_QUEUE"), ReceiptHandle=receipt)


def _replay(function: str, postponed: Mapping[str, Any], source: str = REPLAY) -> bool:
    """True if there is nothing left to do: it worked, was put aside as poison, or the item is gone."""
    if not (event := _event(postponed, source)):
        return True
    try:
        with clients.translated("replay a record"):
            answer = clients.client("lambda", attempts=1).invoke(FunctionName=function, Payload=json.dumps(event).encode())
            result = json.loads(answer["Payload"].read() or b"null")
    except Unavailable:
        return False
    return "FunctionError" not in answer and isinstance(result, dict) and not result.get("batchItemFailures")


def _event(order: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The record of these keys as the stream would tell it; empty if the item is gone."""
    keys = {name: {"S": value} for name, value in order["keys"].items()}
    with clients.translated("read a record"):
        item = clients.client("dynamodb").get_item(TableName=settings.env("TABLE"), Key=keys, ConsistentRead=True).get("Item")
    if not item:
        return {}
    if source == PAUSED:
        item["paused"] = {"BOOL": True}
    images = {"Keys": keys, "NewImage": item, "SequenceNumber": keys["sk"]["S"]}
    return {"Records": [{"eventName": "INSERT", "eventSource": source, "dynamodb": images}]}
