"""Working off the table's stream: a passing fault is tried again by the stream, a poison record is put aside at once.

Records come in the order of their thread and at least once. On a passing fault the batch is given back from that record
on (a partial batch failure; the mapping bisects, and at last sends a pointer to the queue of failed records). A record
that can never work is parked in the same queue with its key, so that its neighbours go on and a person sees it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import aws, settings
from chalicelib.errors import Conflict, NotFound, NotOwner, Unavailable
from chalicelib.observability import log

Item = dict[str, dict[str, Any]]  # as DynamoDB writes it
Handler = Callable[[Item, Item | None], str]  # (new image, old image) -> what happened, one word for the log


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


def _one(record: dict[str, Any], function: str, handlers: Mapping[str, Handler]) -> str:
    images = record["dynamodb"]
    item: Item = images["NewImage"]
    try:
        return handlers[item["type"]["S"]](item, images.get("OldImage"))
    except Unavailable:
        raise
    except (Conflict, NotFound) as error:
        if isinstance(error, NotOwner):
            return "not_owner"
        raise Unavailable(str(error)) from error
    except Exception as error:  # noqa: BLE001 - whatever it is, its neighbours must go on
        log.exception("poison_record", function=function)
        _park(function, images["Keys"], type(error).__name__)
        return "parked"


def _park(function: str, keys: Item, error: str) -> None:
    body = json.dumps({"function": function, "keys": keys, "error": error})
    with aws.translated("park a failed record"):
        aws.client("sqs").send_message(QueueUrl=settings.env("FAILED_QUEUE"), MessageBody=body)
